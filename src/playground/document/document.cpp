#include "playground/document/document.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>

namespace ap {

bool same_bits(const SharedMatrix& a, const SharedMatrix& b) {
  if (a == b) return true;
  if (!a || !b || a->rows() != b->rows() || a->cols() != b->cols()) return false;
  const auto bytes = static_cast<std::size_t>(a->size()) * sizeof(float);
  return bytes == 0 || std::memcmp(a->data(), b->data(), bytes) == 0;
}

bool same_bits(const Sentence& a, const Sentence& b) {
  return a.text == b.text && a.tokens == b.tokens && same_bits(a.embeddings, b.embeddings);
}

namespace {

using ap::same_bits;

bool same_bits(const LockedCells& a, const LockedCells& b) {
  return a == b || (a && b && *a == *b);
}

bool same_bits(const Linear& a, const Linear& b) {
  return same_bits(a.weight, b.weight) && same_bits(a.bias, b.bias);
}

bool same_bits(const Norm& a, const Norm& b) {
  return same_bits(a.gain, b.gain) && same_bits(a.bias, b.bias);
}

bool same_bits(const Layer& a, const Layer& b) {
  return same_bits(a.q, b.q) && same_bits(a.k, b.k) && same_bits(a.v, b.v) && same_bits(a.o, b.o) &&
         same_bits(a.temperature, b.temperature) && same_bits(a.norm1, b.norm1) &&
         same_bits(a.norm2, b.norm2) && same_bits(a.gate, b.gate) && same_bits(a.up, b.up) &&
         same_bits(a.down, b.down) && a.window == b.window;
}

bool same_bits(const Positions& a, const Positions& b) {
  return a.kind == b.kind && a.base == b.base && a.rotary_width == b.rotary_width &&
         a.interleaved == b.interleaved && same_bits(a.learned, b.learned);
}

bool same_bits(const Model& a, const Model& b) {
  const auto options = [](const Model& m) {
    return std::tuple(m.width, m.heads, m.kv_heads, m.key_width, m.value_width, m.mlp_width,
                      m.scale, m.free_scale, m.softcap, m.causal, m.residual, m.norm, m.norm_place,
                      m.norm_epsilon, m.mlp);
  };
  return options(a) == options(b) && same_bits(a.positions, b.positions) &&
         std::ranges::equal(a.layers, b.layers,
                            [](const Layer& x, const Layer& y) { return same_bits(x, y); });
}

Result<void> check_sentence(const Sentence& sentence, int width, const std::string& where) {
  const int rows = sentence.embeddings ? static_cast<int>(sentence.embeddings->rows()) : 0;
  const int cols = sentence.embeddings ? static_cast<int>(sentence.embeddings->cols()) : width;
  if (rows == sentence.size() && cols == width) return {};
  return fail(ErrorCode::kShape,
              "is " + std::to_string(rows) + " x " + std::to_string(cols) + ", needs " +
                  std::to_string(sentence.size()) + " x " + std::to_string(width),
              where + ".embeddings");
}

Result<void> check_cached(const Document& document) {
  if (document.cached == 0) return {};
  if (document.cross || !document.model.causal) {
    return fail(ErrorCode::kUnsupported, "cached tokens need self-attention and the causal mask",
                "cached");
  }
  if (document.cached < 0 || document.cached >= document.query.size()) {
    return fail(ErrorCode::kRange,
                std::to_string(document.cached) + " cached tokens of " +
                    std::to_string(document.query.size()) + "; at least one must be new",
                "cached");
  }
  return {};
}

Result<void> check_locks(const Document& document) {
  for (const auto& [layer, stage] : document.locked) {
    const bool in_range = layer >= 0 && layer < static_cast<int>(document.model.layers.size());
    if (!in_range || (before_layers(stage) && layer != 0)) {
      return fail(ErrorCode::kNotFound, "no layer " + std::to_string(layer), "locked");
    }
    if (!is_parameter(stage) && stage != Stage::kPositions) {
      return fail(ErrorCode::kNotEditable,
                  std::string(name(stage)) + " is computed; there is nothing to lock", "locked");
    }
  }
  return {};
}

std::vector<std::string> numbers(int count) {
  std::vector<std::string> labels;
  labels.reserve(static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) labels.push_back(std::to_string(i));
  return labels;
}

std::vector<std::string> words(const Sentence& sentence, int first = 0) {
  std::vector<std::string> labels;
  for (int i = first; i < sentence.size(); ++i) {
    labels.push_back(sentence.tokens[static_cast<std::size_t>(i)].text);
  }
  return labels;
}

enum class Axis { kQueries, kSource, kWidth, kKey, kValue, kConcat, kMlp, kHeads, kOne, kAngles };

struct Axes {
  Axis rows;
  Axis cols;
};

Axes axes_of(Stage stage, PositionKind positions) {
  using enum Axis;
  switch (stage) {
    case Stage::kPositions:
      if (positions == PositionKind::kAlibi) return {kQueries, kSource};
      return {kQueries, positions == PositionKind::kRope ? kAngles : kWidth};
    case Stage::kSourcePositions:
      return {kSource, positions == PositionKind::kRope ? kAngles : kWidth};
    case Stage::kSourceEmbeddings:
    case Stage::kSourceInput: return {kSource, kWidth};
    case Stage::kWq:
    case Stage::kWk: return {kWidth, kKey};
    case Stage::kWv: return {kWidth, kValue};
    case Stage::kBq:
    case Stage::kBk: return {kOne, kKey};
    case Stage::kBv: return {kOne, kValue};
    case Stage::kQ:
    case Stage::kQRotated: return {kQueries, kKey};
    case Stage::kK:
    case Stage::kKRotated: return {kSource, kKey};
    case Stage::kV: return {kSource, kValue};
    case Stage::kScores:
    case Stage::kScaled:
    case Stage::kMask:
    case Stage::kMasked:
    case Stage::kCapped:
    case Stage::kWeights: return {kQueries, kSource};
    case Stage::kHeadOut: return {kQueries, kValue};
    case Stage::kConcat: return {kQueries, kConcat};
    case Stage::kWo: return {kConcat, kWidth};
    case Stage::kWGate:
    case Stage::kWUp: return {kWidth, kMlp};
    case Stage::kBGate:
    case Stage::kBUp: return {kOne, kMlp};
    case Stage::kGate:
    case Stage::kUp:
    case Stage::kHidden: return {kQueries, kMlp};
    case Stage::kWDown: return {kMlp, kWidth};
    case Stage::kBo:
    case Stage::kBDown:
    case Stage::kNorm1Gain:
    case Stage::kNorm1Bias:
    case Stage::kNorm2Gain:
    case Stage::kNorm2Bias: return {kOne, kWidth};
    case Stage::kTemperature: return {kOne, kHeads};
    default: return {kQueries, kWidth};
  }
}

std::vector<std::string> labels(const Document& document, Axis axis) {
  const Model& m = document.model;
  switch (axis) {
    case Axis::kQueries: return words(document.query, document.cached);
    case Axis::kSource: return words(document.cross ? document.source : document.query);
    case Axis::kWidth: return numbers(m.width);
    case Axis::kKey: return numbers(m.key_width);
    case Axis::kValue: return numbers(m.value_width);
    case Axis::kConcat: return numbers(m.heads * m.value_width);
    case Axis::kMlp: return numbers(m.mlp_width);
    case Axis::kHeads: return numbers(m.heads);
    case Axis::kOne: return numbers(1);
    case Axis::kAngles: return numbers(m.rotary_width() / 2);
  }
  return {};
}

}  // namespace

bool operator==(const Document& a, const Document& b) {
  return a.title == b.title && a.preset == b.preset && a.token_mode == b.token_mode &&
         same_bits(a.query, b.query) && a.cross == b.cross && same_bits(a.source, b.source) &&
         same_bits(a.model, b.model) && same_bits(a.mask, b.mask) && a.kv_length == b.kv_length &&
         a.cached == b.cached && a.locked == b.locked &&
         same_bits(a.locked_cells, b.locked_cells) && a.learning == b.learning;
}

bool cap_meets_mask(const Document& document) {
  if (document.model.softcap <= 0.0F) return false;
  if (document.model.positions.kind == PositionKind::kAlibi) return true;
  const auto finite = [](float x) { return x != 0.0F && x != -INFINITY; };
  return document.mask &&
         std::any_of(document.mask->data(), document.mask->data() + document.mask->size(), finite);
}

Input input_of(const Document& document, std::shared_ptr<const Past> past) {
  Input input;
  const int first = past ? past->length() : 0;
  const auto below = [first](const SharedMatrix& m) -> SharedMatrix {
    if (!m || first == 0) return m;
    return share(m->bottomRows(m->rows() - first));
  };
  input.embeddings = below(document.query.embeddings);
  if (document.cross) input.source = document.source.embeddings;
  input.mask = below(document.mask);
  input.kv_length = document.kv_length;
  if (first > 0) input.past = std::move(past);
  return input;
}

Result<void> validate(const Document& document) {
  if (auto ok = check_sentence(document.query, document.model.width, "query"); !ok) return ok;
  if (auto ok = check_sentence(document.source, document.model.width, "source"); !ok) {
    return ok;
  }
  if (document.cross && !document.source.embeddings) {
    return fail(ErrorCode::kShape, "cross-attention needs a source sentence", "source");
  }
  if (auto ok = check_cached(document); !ok) return ok;
  if (auto ok = check_locks(document); !ok) return ok;
  if (auto ok = check_learning(document); !ok) return ok;
  const Input input = input_of(document);
  if (document.kv_length < -1 || document.kv_length > input.keys()) {
    return fail(ErrorCode::kRange,
                "must be -1 (off) to " + std::to_string(input.keys()) + ", not " +
                    std::to_string(document.kv_length),
                "kv_length");
  }
  return validate(document.model, input);
}

std::vector<std::string> row_labels(const Document& document, TensorId id) {
  return labels(document, axes_of(id.stage, document.model.positions.kind).rows);
}

std::vector<std::string> col_labels(const Document& document, TensorId id) {
  return labels(document, axes_of(id.stage, document.model.positions.kind).cols);
}

}  // namespace ap
