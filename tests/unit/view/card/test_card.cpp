#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <set>

#include "attention/forward/forward.hpp"
#include "base/rng.hpp"
#include "view/card/card.hpp"
#include "view/paint/number.hpp"

using namespace ap;

namespace {

SharedMatrix random_matrix(int rows, int cols, Rng& rng, float scale = 1) {
  Matrix m(rows, cols);
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < cols; ++j) m(i, j) = scale * rng.normal();
  return share(std::move(m));
}

Model base_model(int width, int heads, Rng& rng) {
  Model m;
  m.width = width;
  m.heads = m.kv_heads = heads;
  m.key_width = m.value_width = width / heads;
  Layer layer;
  for (Linear* w : {&layer.q, &layer.k, &layer.v, &layer.o})
    w->weight = random_matrix(width, width, rng, 0.5F);
  m.layers = {layer};
  return m;
}

/// Models that together use every operation.
std::vector<Trace> traces() {
  std::vector<Trace> out;
  Rng rng(5);
  Input in;
  in.embeddings = random_matrix(12, 10, rng);
  for (const PositionKind kind : {PositionKind::kNone, PositionKind::kSinusoidal,
                                  PositionKind::kRope, PositionKind::kAlibi}) {
    for (const MlpKind mlp : {MlpKind::kNone, MlpKind::kGelu, MlpKind::kRelu, MlpKind::kSwiglu}) {
      Model m = base_model(10, kind == PositionKind::kRope ? 1 : 2, rng);
      m.positions.kind = kind;
      m.causal = mlp != MlpKind::kGelu;
      m.softcap = mlp == MlpKind::kRelu ? 3.0F : 0.0F;
      m.norm = mlp == MlpKind::kSwiglu ? NormKind::kRmsNorm
               : mlp == MlpKind::kNone ? NormKind::kNone
                                       : NormKind::kLayerNorm;
      m.residual = mlp != MlpKind::kNone;
      m.mlp = mlp;
      Layer& l = m.layers[0];
      if (mlp != MlpKind::kNone) {
        m.mlp_width = 6;
        l.up.weight = random_matrix(10, 6, rng);
        l.down.weight = random_matrix(6, 10, rng);
        if (mlp == MlpKind::kSwiglu) l.gate.weight = random_matrix(10, 6, rng);
      }
      if (m.norm != NormKind::kNone) {
        l.norm1.gain = l.norm2.gain = random_matrix(1, 10, rng);
        if (m.norm == NormKind::kLayerNorm) l.norm1.bias = l.norm2.bias = random_matrix(1, 10, rng);
      }
      if (mlp == MlpKind::kGelu) {
        Matrix t(1, m.heads);
        t.setConstant(0.7F);
        l.temperature = share(std::move(t));
        l.q.bias = random_matrix(1, 10, rng);
      }
      REQUIRE(validate(m, in));
      out.push_back(forward(m, in));
    }
  }
  return out;
}

SheetLabels labels_of(const Trace& t) {
  SheetLabels l;
  for (int i = 0; i < t.queries(); ++i) l.queries.push_back("w" + std::to_string(i));
  l.keys = l.queries;
  return l;
}

const CardLine& result_line(const Card& card) {
  for (const CardLine& line : card.lines)
    if (line.kind == LineKind::kResult) return line;
  FAIL("no result line");
  return card.lines.front();
}

int digits_after_point(const std::string& text) {
  const auto point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

}  // namespace

TEST_CASE("the numbers of every card, evaluated as shown, give its result to the digits shown",
          "[card]") {
  int cards = 0;
  int about = 0;
  std::set<Operation> met;
  for (const Trace& trace : traces()) {
    const SheetLabels labels = labels_of(trace);
    for (int s = 0; s < kStageCount; ++s) {
      for (int head = 0; head < trace.head_count(static_cast<Stage>(s)); ++head) {
        const TensorId id{0, static_cast<Stage>(s), head};
        if (!trace.has(id)) continue;
        const ConstView v = trace.tensor(id);
        for (int i = 0; i < v.rows; i += 2) {
          for (int j = i % 3; j < v.cols; j += 3) {
            const auto e = explain(trace, {id, i, j});
            REQUIRE(e);
            met.insert(e->operation);
            const Card card = make_card(*e, trace, labels);
            ++cards;
            if (!card.exact) {
              ++about;
              WARN(name(e->operation)
                   << " " << plain(card) << shown_value(card) << " for " << e->cell.value);
              continue;
            }
            INFO(plain(card));
            const std::string shown = result_line(card).runs.back().text;
            const NumberStyle style{digits_after_point(shown), shown.find('e') != std::string::npos,
                                    true};
            if (!style.scientific)
              REQUIRE(format(static_cast<float>(shown_value(card)), style).view() == shown);
          }
        }
      }
    }
  }
  CHECK(cards > 3000);
  CHECK(about == 0);
  // All but a cached key, which needs a past.
  CHECK(met.size() >= 17);
}

TEST_CASE("a card's result is the cell's own number", "[card]") {
  const Trace trace = traces()[0];
  const SheetLabels labels = labels_of(trace);
  for (const Stage s :
       {Stage::kQ, Stage::kScores, Stage::kScaled, Stage::kWeights, Stage::kHeadOut}) {
    const auto e = explain(trace, {{0, s, 0}, 5, 2});
    const Card card = make_card(*e, trace, labels);
    const auto shown = parse_number(result_line(card).runs.back().text);
    REQUIRE(shown);
    CHECK(std::abs(*shown - e->cell.value) < 1e-3F * std::max(1.0F, std::abs(e->cell.value)));
  }
}

TEST_CASE("a card names the words and says why a cell is masked", "[card]") {
  const Trace trace = traces()[0];
  const SheetLabels labels = labels_of(trace);
  const std::string scores =
      plain(make_card(*explain(trace, {{0, Stage::kScores, 0}, 3, 1}), trace, labels));
  CHECK(scores.find("q_w3 · k_w1") != std::string::npos);
  const std::string masked =
      plain(make_card(*explain(trace, {{0, Stage::kMasked, 0}, 1, 3}), trace, labels));
  CHECK(masked.find("w3 comes after w1") != std::string::npos);
  CHECK(masked.find("−∞") != std::string::npos);
}

TEST_CASE("many terms: the largest first, the rest as one sum", "[card]") {
  const Trace trace = traces()[0];
  const auto e = explain(trace, {{0, Stage::kQ, 0}, 3, 1});
  const Card card = make_card(*e, trace, labels_of(trace), {.most_terms = 4});
  float last = 2;
  int terms = 0;
  bool more = false;
  for (const CardLine& line : card.lines) {
    if (line.kind == LineKind::kTerm) {
      CHECK(line.share <= last);
      last = line.share;
      ++terms;
    }
    more = more ||
           (line.kind == LineKind::kMore && plain(line).find("and 6 more") != std::string::npos);
  }
  CHECK(terms == 4);
  CHECK(more);
}

TEST_CASE("each step is told with the sentence's own words", "[card]") {
  for (const Trace& trace : traces()) {
    const SheetLabels labels = labels_of(trace);
    for (int s = 0; s < kStepCount; ++s) {
      const std::string text = step_sentence(static_cast<Step>(s), trace, labels, 0, 0, 4);
      CHECK(text.size() > 20);
      CHECK(text.back() == '.');
    }
    CHECK(step_sentence(Step::kSoftmax, trace, labels, 0, 0, 4).find("“w4” gives") !=
          std::string::npos);
  }
  CHECK(step_sentence(Step::kScore, Trace{}, {}, 0, 0, 0).size() > 0);
  Rng rng(2);
  Model m = base_model(4, 1, rng);
  m.layers.push_back(m.layers[0]);
  Input in;
  in.embeddings = random_matrix(5, 4, rng);
  const Trace deep = forward(m, in);
  CHECK(step_sentence(Step::kEmbed, deep, labels_of(deep), 1, 0, 2) ==
        "Layer 2 begins with what layer 1 put out: “w2” is one row of X, 4 numbers.");
}

TEST_CASE(
    "a card calls a matrix what the sheet calls it: X without positions, E where they are added") {
  for (const Trace& trace : traces()) {
    const SheetLabels labels = labels_of(trace);
    const Sheet sheet = layout_sheet(sheet_spec(trace, 0, 0), {});
    for (const Block& block : sheet.blocks) {
      const auto e = explain(trace, {block.id, 0, 0});
      REQUIRE(e);
      const Card card = make_card(*e, trace, labels);
      REQUIRE(!card.lines.empty());
      std::string title, heading;
      for (const MathRun& run : block.title) title += run.text;
      for (const auto& run : card.lines[0].runs) {
        if (run.role != RunRole::kWord) heading += run.text;
      }
      CHECK(heading == title);
    }
  }
}
