#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <iterator>

#include "support/playground_samples.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

action::SetCell q_cell(float value) { return {{{0, Stage::kWq, 0}, 0, 2}, value}; }

float worst(ConstView a, ConstView b) {
  REQUIRE(a.rows == b.rows);
  REQUIRE(a.cols == b.cols);
  float most = 0;
  for (int i = 0; i < a.rows; ++i) {
    for (int j = 0; j < a.cols; ++j) most = std::max(most, std::abs(a(i, j) - b(i, j)));
  }
  return most;
}

/// From the file: in wasm the whole list is not embedded.
std::shared_ptr<const WordVectors> all_words() {
  std::ifstream in("assets/words.bin", std::ios::binary);
  const std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(in), {}};
  return std::make_shared<const WordVectors>(samples::must(WordVectors::parse(bytes)));
}

}  // namespace

TEST_CASE("a session starts with the default preset and its trace") {
  const Session session;
  CHECK(session.document().preset == "it");
  CHECK(session.trace().queries() == 8);
  CHECK_FALSE(session.history().can_undo());
}

TEST_CASE("dispatch, undo and redo keep document and trace together") {
  Session session;
  const Document start = session.document();
  REQUIRE(session.dispatch(q_cell(2)));
  CHECK(session.history().undo_name() == "Set W_Q[0,2]");
  const Document changed = session.document();
  const Trace fresh = forward(changed.model, input_of(changed));
  CHECK(worst(session.trace().tensor({0, Stage::kOutput, 0}),
              fresh.tensor({0, Stage::kOutput, 0})) == 0.0F);
  REQUIRE(session.undo());
  CHECK(session.document() == start);
  CHECK(session.history().redo_name() == "Set W_Q[0,2]");
  REQUIRE(session.redo());
  CHECK(session.document() == changed);
  REQUIRE(session.undo());
  REQUIRE(session.dispatch(q_cell(3)));
  CHECK_FALSE(session.history().can_redo());
}

TEST_CASE("one gesture is one step, until it is sealed") {
  Session session;
  const Document start = session.document();
  const auto drag = session.new_gesture();
  for (int i = 0; i < 5; ++i) REQUIRE(session.dispatch(q_cell(static_cast<float>(i)), drag));
  REQUIRE(session.undo());
  CHECK(session.document() == start);
  CHECK_FALSE(session.history().can_undo());
  REQUIRE(session.dispatch(q_cell(1), drag));
  session.end_gesture();
  REQUIRE(session.dispatch(q_cell(2), drag));
  REQUIRE(session.undo());
  CHECK((*session.document().model.layers[0].q.weight)(0, 2) == 1.0F);
  REQUIRE(session.dispatch(q_cell(7)));
  REQUIRE(session.dispatch(q_cell(8)));
  REQUIRE(session.undo());
  CHECK((*session.document().model.layers[0].q.weight)(0, 2) == 7.0F);
}

TEST_CASE("a refused action changes nothing and tells nobody") {
  Session session;
  const Document start = session.document();
  const auto revision = session.revision();
  int calls = 0;
  session.subscribe([&calls] { ++calls; });
  CHECK_FALSE(session.dispatch(q_cell(2e6F)));
  CHECK_FALSE(session.dispatch(action::LoadPreset{"nothing"}));
  CHECK(session.document() == start);
  CHECK(session.revision() == revision);
  CHECK(calls == 0);
  CHECK_FALSE(session.history().can_undo());
}

TEST_CASE("a listener may act, subscribe and leave while it is told") {
  Session session;
  std::vector<float> seen;
  int first = 0;
  first = session.subscribe([&] {
    const float now = (*session.document().model.layers[0].q.weight)(0, 2);
    seen.push_back(now);
    if (now < 3.0F) REQUIRE(session.dispatch(q_cell(now + 1)));
  });
  int late = 0;
  const int leaver = session.subscribe([&] { ++late; });
  session.subscribe([&] { session.unsubscribe(leaver); });
  REQUIRE(session.dispatch(q_cell(1)));
  CHECK(seen == std::vector<float>{1, 2, 3});
  CHECK(late == 1);
  session.unsubscribe(first);
  REQUIRE(session.dispatch(q_cell(9)));
  CHECK(seen.size() == 3);
}

TEST_CASE("cached tokens give the rows that the whole sentence gives") {
  for (const auto positions : {PositionKind::kNone, PositionKind::kSinusoidal,
                               PositionKind::kLearned, PositionKind::kRope, PositionKind::kAlibi}) {
    Session session;
    REQUIRE(session.dispatch(action::LoadPreset{"causal"}));
    REQUIRE(session.dispatch(action::SetLayers{2}));
    REQUIRE(session.dispatch(action::SetPositions{.kind = positions}));
    REQUIRE(session.dispatch(action::SetKvLength{8}));
    REQUIRE(session.dispatch(action::PaintMask{.row = 6, .col = 1}));
    const Trace whole = session.trace();
    const int count = whole.queries();
    REQUIRE(session.dispatch(action::SetCached{5}));
    CHECK(session.trace().queries() == count - 5);
    CHECK(session.trace().keys() == count);
    const ConstView all = whole.tensor({1, Stage::kOutput, 0});
    CHECK(worst(session.trace().tensor({1, Stage::kOutput, 0}),
                all.block(5, 0, count - 5, all.cols)) < 1e-5F);
    // The step after an edit too: keys of cached tokens follow the weights.
    REQUIRE(session.dispatch(q_cell(1.5F)));
    REQUIRE(session.dispatch({action::SetCell{{{0, Stage::kWk, 1}, 1, 1}, -2}}));
    const Document d = session.document();
    Document uncached = d;
    uncached.cached = 0;
    const Trace again = forward(uncached.model, input_of(uncached));
    const ConstView out = again.tensor({1, Stage::kOutput, 0});
    CHECK(worst(session.trace().tensor({1, Stage::kOutput, 0}),
                out.block(5, 0, count - 5, out.cols)) < 1e-5F);
  }
}

TEST_CASE("words that arrive later replace the seeded vectors, also in history") {
  Session session;
  REQUIRE(session.dispatch(action::SetText{.text = "guitar cat"}));
  REQUIRE(session.document().query.tokens[0].origin == Origin::kUnknown);
  REQUIRE(session.dispatch(action::SetText{.text = "guitar cat sat"}));
  const auto revision = session.revision();
  session.set_words(all_words());
  CHECK(session.revision() > revision);
  CHECK(session.document().query.tokens[0].origin == Origin::kWord);
  const Document now = session.document();
  REQUIRE(session.undo());
  CHECK(session.document().query.tokens[0].origin == Origin::kWord);
  REQUIRE(session.redo());
  CHECK(session.document() == now);
}

TEST_CASE("a baseline stays while the document moves on") {
  Session session;
  session.pin_baseline();
  const Document pinned = session.document();
  REQUIRE(session.dispatch(q_cell(4)));
  REQUIRE(session.has_baseline());
  CHECK(*session.baseline_document() == pinned);
  CHECK(worst(session.baseline()->tensor({0, Stage::kWq, 0}),
              session.trace().tensor({0, Stage::kWq, 0})) > 0.0F);
  session.clear_baseline();
  CHECK(session.baseline() == nullptr);
}

TEST_CASE("labels fit every stage of the trace") {
  for (const PresetInfo& info : presets()) {
    const Document d = preset(info.id.c_str());
    const Trace t = forward(d.model, input_of(d));
    for (const Stage stage : t.stages(0)) {
      CAPTURE(info.id, name(stage));
      CHECK(static_cast<int>(row_labels(d, {0, stage, 0}).size()) == t.tensor({0, stage, 0}).rows);
      CHECK(static_cast<int>(col_labels(d, {0, stage, 0}).size()) == t.tensor({0, stage, 0}).cols);
    }
  }
}

TEST_CASE("undo names") {
  CHECK(describe(action::Fill{.tensor = {0, Stage::kWk, 0}}) == "Fill W_K with zeros");
  CHECK(describe(action::SetText{}) == "Type sentence");
  CHECK(describe(action::PaintMask{}) == "Paint mask");
  CHECK(describe(action::LoadPreset{"similarity"}) == "Load preset Similarity only");
  CHECK(describe(action::SetCell{{{1, Stage::kWq, 2}, 0, 2}, 1}) ==
        "Set W_Q of layer 1, head 2[0,2]");
}
