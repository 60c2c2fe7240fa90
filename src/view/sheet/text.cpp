#include <array>
#include <string>
#include <string_view>

#include "view/sheet/sheet.hpp"

namespace ap {
namespace {

constexpr MathRun sub(std::string_view text) { return {text, 0.7F, 0.2F}; }

MathText w(std::string_view letter) { return {{"W"}, sub(letter)}; }
MathText b(std::string_view letter) { return {{"b"}, sub(letter)}; }

MathText weight_title(Stage stage) {
  switch (stage) {
    case Stage::kWq: return w("Q");
    case Stage::kWk: return w("K");
    case Stage::kWv: return w("V");
    case Stage::kWo: return w("O");
    case Stage::kWGate: return w("gate");
    case Stage::kWUp: return w("up");
    case Stage::kWDown: return w("down");
    case Stage::kBq: return b("Q");
    case Stage::kBk: return b("K");
    case Stage::kBv: return b("V");
    case Stage::kBo: return b("O");
    case Stage::kBGate: return b("gate");
    case Stage::kBUp: return b("up");
    case Stage::kBDown: return b("down");
    case Stage::kNorm1Gain:
    case Stage::kNorm2Gain: return {{"gain"}};
    case Stage::kNorm1Bias:
    case Stage::kNorm2Bias: return {{"bias"}};
    case Stage::kTemperature: return {{"temperature"}};
    default: return {};
  }
}

}  // namespace

std::string_view name(Step step) noexcept {
  constexpr std::array<std::string_view, kStepCount> kNames = {
      "Embed", "Project", "Score", "Scale", "Mask", "Softmax", "Mix", "Combine"};
  return kNames[static_cast<std::size_t>(step)];
}

Step step_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::kEmbeddings:
    case Stage::kPositions:
    case Stage::kInput:
    case Stage::kSourceEmbeddings:
    case Stage::kSourcePositions:
    case Stage::kSourceInput:
    case Stage::kNorm1:
    case Stage::kNorm1Gain:
    case Stage::kNorm1Bias: return Step::kEmbed;
    case Stage::kWq:
    case Stage::kWk:
    case Stage::kWv:
    case Stage::kBq:
    case Stage::kBk:
    case Stage::kBv:
    case Stage::kQ:
    case Stage::kK:
    case Stage::kV:
    case Stage::kQRotated:
    case Stage::kKRotated: return Step::kProject;
    case Stage::kScores: return Step::kScore;
    case Stage::kScaled:
    case Stage::kCapped: return Step::kScale;
    case Stage::kMask:
    case Stage::kMasked: return Step::kMask;
    case Stage::kTemperature:
    case Stage::kWeights: return Step::kSoftmax;
    case Stage::kHeadOut: return Step::kMix;
    default: return Step::kCombine;
  }
}

Hue hue_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::kWq:
    case Stage::kBq:
    case Stage::kQ:
    case Stage::kQRotated: return Hue::kQ;
    case Stage::kWk:
    case Stage::kBk:
    case Stage::kK:
    case Stage::kKRotated: return Hue::kK;
    case Stage::kWv:
    case Stage::kBv:
    case Stage::kV: return Hue::kV;
    case Stage::kScores:
    case Stage::kScaled:
    case Stage::kMasked:
    case Stage::kCapped:
    case Stage::kTemperature:
    case Stage::kWeights: return Hue::kWeights;
    case Stage::kMask: return Hue::kNeutral;
    default: break;
  }
  return step_of(stage) == Step::kEmbed ? Hue::kX : Hue::kOut;
}

Rgba colour(Hue hue, const Theme& t) noexcept {
  switch (hue) {
    case Hue::kX: return t.x;
    case Hue::kQ: return t.q;
    case Hue::kK: return t.k;
    case Hue::kV: return t.v;
    case Hue::kWeights: return t.weights;
    case Hue::kOut: return t.out;
    case Hue::kNeutral: break;
  }
  return t.ink_soft;
}

MapKind map_of(Stage stage) noexcept {
  return stage == Stage::kWeights ? MapKind::kSequential : MapKind::kDiverging;
}

MathText title_of(Stage stage, bool has_input) {
  if (!has_input && stage == Stage::kEmbeddings) return title_of(Stage::kInput);
  if (!has_input && stage == Stage::kSourceEmbeddings) return title_of(Stage::kSourceInput);
  return title_of(stage);
}

MathText title_of(Stage stage) {
  switch (stage) {
    case Stage::kEmbeddings: return {{"E"}};
    case Stage::kPositions: return {{"P"}};
    case Stage::kInput: return {{"X"}};
    case Stage::kSourceEmbeddings: return {{"E"}, sub("source")};
    case Stage::kSourcePositions: return {{"P"}, sub("source")};
    case Stage::kSourceInput: return {{"X"}, sub("source")};
    case Stage::kNorm1:
    case Stage::kNorm2: return {{"norm"}};
    case Stage::kQ: return {{"Q"}};
    case Stage::kK: return {{"K"}};
    case Stage::kV: return {{"V"}};
    case Stage::kQRotated: return {{"Q"}, {" turned", 0.86F, 0}};
    case Stage::kKRotated: return {{"K"}, {" turned", 0.86F, 0}};
    case Stage::kScores: return {{"scores"}};
    case Stage::kScaled: return {{"scaled"}};
    case Stage::kMask: return {{"mask"}};
    case Stage::kMasked: return {{"masked"}};
    case Stage::kCapped: return {{"capped"}};
    case Stage::kWeights: return {{"weights"}};
    case Stage::kHeadOut: return {{"head"}};
    case Stage::kConcat: return {{"concat"}};
    case Stage::kProjected: return {{"projected"}};
    case Stage::kAdded: return {{"added"}};
    case Stage::kGate: return {{"gate"}};
    case Stage::kUp: return {{"up"}};
    case Stage::kHidden: return {{"hidden"}};
    case Stage::kMlpOut: return {{"MLP"}};
    case Stage::kMlpAdded: return {{"added"}};
    case Stage::kOutput: return {{"output"}};
    default: return weight_title(stage);
  }
}

MathText formula_of(TensorId id) {
  if (id.stage == Stage::kInput && id.layer > 0) {
    // Runs are views of text that stays.
    static const auto kFromLayer = [] {
      std::array<std::string, kMaxLayers> text;
      for (std::size_t l = 0; l < text.size(); ++l)
        text[l] = "output of layer " + std::to_string(l);
      return text;
    }();
    return {{kFromLayer[static_cast<std::size_t>(id.layer)]}};
  }
  switch (id.stage) {
    case Stage::kEmbeddings:
    case Stage::kSourceEmbeddings: return {{"a row a word"}};
    case Stage::kPositions:
    case Stage::kSourcePositions: return {{"where it stands"}};
    case Stage::kInput:
    case Stage::kSourceInput: return {{"E + P"}};
    case Stage::kQ: return {{"X W"}, sub("Q")};
    case Stage::kK: return {{"X W"}, sub("K")};
    case Stage::kV: return {{"X W"}, sub("V")};
    case Stage::kQRotated:
    case Stage::kKRotated: return {{"by position"}};
    case Stage::kScores: return {{"Q Kᵀ"}};
    case Stage::kScaled: return {{"scores × scale"}};
    case Stage::kCapped: return {{"c tanh(scaled / c)"}};
    case Stage::kMask: return {{"what is added"}};
    case Stage::kMasked: return {{"scores + mask"}};
    case Stage::kWeights: return {{"softmax of rows"}};
    case Stage::kHeadOut: return {{"weights V"}};
    case Stage::kConcat: return {{"heads side by side"}};
    case Stage::kProjected: return {{"concat W"}, sub("O")};
    case Stage::kAdded: return {{"X + projected"}};
    case Stage::kGate: return {{"· W"}, sub("gate")};
    case Stage::kUp: return {{"· W"}, sub("up")};
    case Stage::kMlpOut: return {{"hidden W"}, sub("down")};
    default: return {};
  }
}

std::string plain(const MathText& text) {
  std::string out;
  for (const MathRun& run : text) {
    if (run.drop > 0) out += '_';
    out += run.text;
  }
  return out;
}

float width(const MathText& text, const TextMeasure& measure, Face face, float size) {
  float sum = 0;
  for (const MathRun& run : text) sum += measure.width(run.text, face, size * run.scale);
  return sum;
}

}  // namespace ap
