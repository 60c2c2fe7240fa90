// Learning in a document and a session: targets follow their words, a run is one step of undo, what
// is locked stays, and a run that goes astray ends well.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "playground/session/training.hpp"
#include "support/playground_samples.hpp"

using namespace ap;
using samples::after;
using samples::error_of;
using samples::must;
using samples::sentence;
using samples::world;

namespace {

Matrix row(std::initializer_list<float> list) {
  Matrix m(1, static_cast<int>(list.size()));
  int j = 0;
  for (const float x : list) m(0, j++) = x;
  return m;
}

action::SetTarget weights(int token, std::initializer_list<float> shares, int example = 0) {
  return {Stage::kWeights, 0, 0, token, example, row(shares), ""};
}

action::Train play(int steps = 0, float goal = 0) { return {TrainCommand::kPlay, steps, goal}; }

/// "the cat sat", a target on `cat`.
void prepare(Session& session, float rate = 0.05F) {
  REQUIRE(session.dispatch(action::LoadDocument{sentence("the cat sat", 4, 1)}));
  action::SetLearning options;
  options.rate = rate;
  REQUIRE(session.dispatch(options));
  REQUIRE(session.dispatch(weights(1, {0.2F, 0.2F, 0.6F})));
}

const Target& only(const Document& d) {
  REQUIRE(d.learning.targets.size() == 1);
  return d.learning.targets[0];
}

}  // namespace

TEST_CASE("targets follow their words") {
  Document d = after(sentence("the cat sat", 4, 1), weights(1, {1, 2, 3}));
  d = after(d, action::SetText{Side::kQuery, "so the cat sat down"});
  CHECK(only(d).row == 2);
  CHECK(*only(d).values == row({0, 1, 2, 3, 0}));
  d = after(d, action::DeleteToken{Side::kQuery, 1});
  CHECK(*only(d).values == row({0, 2, 3, 0}));
  d = after(d, action::MoveToken{Side::kQuery, 1, 3});  // so sat down cat
  CHECK(only(d).row == 3);
  CHECK(*only(d).values == row({0, 3, 0, 2}));
  CHECK(after(d, action::DeleteToken{Side::kQuery, 3}).learning.targets.empty());
  CHECK(after(d, action::SetHeads{2, 0}).learning.targets.size() == 1);
  const Document second =
      after(after(d, action::SetLayers{2}),
            action::SetTarget{Stage::kOutput, 1, 0, 0, 0, row({1, 2, 3, 4}), ""});
  CHECK(after(second, action::SetLayers{1}).learning.targets.size() == 1);  // that of layer 0
  CHECK(after(second, action::SetWidth{6}).learning.targets.size() ==
        1);  // numbers of another width
}

TEST_CASE("targets that make no sense are refused") {
  const Document d = sentence("the cat sat", 4, 1);
  CHECK(error_of(d, weights(3, {1, 0, 0})).where == "row");
  CHECK(error_of(d, weights(0, {1, 0})).where == "values");
  CHECK(error_of(d, weights(0, {1, -1, 0})).where == "values[1]");
  CHECK(error_of(d, weights(0, {0, 0, 0})).code == ErrorCode::kRange);
  CHECK(error_of(d, weights(0, {NAN, 0, 1})).code == ErrorCode::kNotFinite);
  CHECK(error_of(d, weights(0, {1, 0, 0}, 1)).where == "example");
  CHECK(error_of(d, action::SetTarget{Stage::kQ, 0, 0, 0, 0, row({1, 1, 1, 1}), ""}).where ==
        "stage");
  CHECK(error_of(d, action::SetTarget{Stage::kWeights, 1, 0, 0, 0, row({1, 1, 1}), ""}).where ==
        "layer");
  CHECK(error_of(d, action::SetTarget{Stage::kOutput, 0, 0, 0, 0, {}, "qwxz"}).where == "word");
  CHECK(error_of(d, action::SetTarget{Stage::kWeights, 0, 0, 0, 0, {}, "cat"}).where == "word");
  CHECK(error_of(d, action::ClearTarget{}).code == ErrorCode::kNotFound);
  action::SetLearning options;
  options.rate = 0;
  CHECK(error_of(d, options).where == "learning.rate");
  CHECK(error_of(d, action::Train{}).code == ErrorCode::kUnsupported);
  Session session;
  REQUIRE(session.dispatch(action::LoadDocument{d}));
  CHECK(session.dispatch(play()).error().where == "learning.targets");
  REQUIRE(session.dispatch(action::SetCausal{true}));
  REQUIRE(session.dispatch(weights(0, {0.5F, 0.5F, 0})));
  CHECK(session.dispatch(play()).error().code == ErrorCode::kRange);  // hidden by the mask
  CHECK_FALSE(session.trainer().running());
}

TEST_CASE("an output is to be like a word, at any width") {
  Document d = sentence("the cat sat", 4, 1);
  d = after(d, action::SetTarget{Stage::kOutput, 0, 0, 1, 0, {}, "bank"});
  CHECK(only(d).values->size() == 4);
  d = after(d, action::SetWidth{8});
  CHECK(only(d).values->size() == 8);
  CHECK(only(d).word == "bank");
  CHECK(after(d, action::SetTarget{Stage::kOutput, 0, 0, 1, 0, {}, "river"})
            .learning.targets.size() == 1);
  CHECK(after(d, action::ClearTarget{Stage::kOutput, 0, 0, 1, 0}).learning.targets.empty());
}

TEST_CASE("further sentences are added, typed, shown and taken away") {
  Document d = after(sentence("the cat sat", 4, 1), weights(1, {1, 0, 0}));
  d = after(d, action::AddExample{"the mat", ""});
  d = after(d, weights(0, {0, 1}, 1));
  CHECK(error_of(d, weights(0, {0, 1, 0}, 1)).where == "values");
  d = after(d, action::SetExample{1, "the old mat", ""});
  CHECK(*d.learning.examples[0].targets[0].values == row({0, 0, 1}));
  d = after(d, action::PaintMask{0, 0, 1, 1, true});
  const Document shown = after(d, action::ShowExample{1});
  CHECK(shown.query.size() == 3);
  CHECK(shown.query.tokens[1].text == "old");
  CHECK(shown.mask == nullptr);
  CHECK(only(shown).row == 0);
  CHECK(after(shown, action::ShowExample{1}).query.text == "the cat sat");
  d = after(d, action::SetWidth{6});
  CHECK(d.learning.examples[0].query.embeddings->cols() == 6);
  d = after(d, action::SetPositions{PositionKind::kLearned, 10000, 0, false});
  d = after(d, action::SetExample{1, "a much longer sentence about mats", ""});
  CHECK(d.model.positions.learned->rows() >= 6);
  CHECK(after(d, action::ClearTargets{}).learning.examples[0].targets.empty());
  CHECK(after(d, action::RemoveExample{1}).learning.examples.empty());
  CHECK(error_of(d, action::ShowExample{2}).where == "example");
  const Document crossed = after(d, action::SetCross{true, "le chat"});
  CHECK(crossed.learning.examples[0].source.size() > 0);
}

TEST_CASE("learning is part of the state, bit for bit") {
  Document d = after(sentence("the cat sat", 4, 2), weights(1, {1, 2, 3}));
  d = after(d, action::SetTarget{Stage::kOutput, 0, 0, 2, 0, {}, "river"});
  d = after(d, action::AddExample{"the mat was warm", ""});
  d = after(d, weights(3, {0.1F, 0.2F, 0.3F, 0.4F}, 1));
  d = after(d, action::LockCells{{{0, Stage::kWq, 1}, 1, 0}, 2, 2, true});
  d = after(d, action::SetLearning{{Optimizer::kSgd, 0.3F, 0.8F, 0.01F, 7, 1, true, true}});
  const std::string text = to_json(d);
  CHECK(must(document_from_json(text)) == d);
  CHECK(to_json(must(document_from_json(text))) == text);
  CHECK(to_json(sentence("the cat sat")).find("learning") == std::string::npos);
  const auto wrong = [&](const std::string& from, const std::string& to) {
    std::string bad = text;
    bad.replace(bad.find(from), from.size(), to);
    return document_from_json(bad).error();
  };
  CHECK(wrong("\"optimizer\":\"sgd\"", "\"optimizer\":\"best\"").where == "learning.optimizer");
  CHECK(wrong("\"row\":2,\"word\"", "\"row\":3,\"word\"").where == "learning.targets[1].row");
  CHECK(wrong("\"cols\":2", "\"cols\":3").where == "locked_cells[2]");
  CHECK(wrong("\"rate\":0.3", "\"rate\":-1").where == "learning.rate");
}

TEST_CASE("a run is one step of undo, however often it is paused") {
  Session session;
  prepare(session);
  const Document before = session.document();
  REQUIRE(session.dispatch(play()));
  CHECK(session.document() == before);
  CHECK(session.trainer().advance(1));
  session.end_gesture();
  REQUIRE(session.dispatch(action::Train{TrainCommand::kPause, 0, 0}));
  CHECK_FALSE(session.trainer().advance(1));
  const int paused_at = session.trainer().steps();
  REQUIRE(session.dispatch(action::Train{TrainCommand::kStep, 5, 0}));
  CHECK(session.trainer().steps() == paused_at + 5);
  CHECK(session.trainer().status() == TrainStatus::kPaused);
  session.end_gesture();
  REQUIRE(session.dispatch(play()));
  session.trainer().advance(1);
  CHECK(session.history().undo_name() == "Learn");
  CHECK_FALSE(session.document() == before);
  CHECK(session.undo());
  CHECK(session.document() == before);
  CHECK_FALSE(session.trainer().running());
  CHECK(session.history().undo_name() != "Learn");
}

TEST_CASE("rewind leads to the same start, and the same run follows") {
  Session session;
  prepare(session);
  const Document before = session.document();
  const auto run = [&] {
    REQUIRE(session.dispatch(play(40)));
    while (session.trainer().advance(0.01)) {
    }
    CHECK(session.trainer().status() == TrainStatus::kFinished);
    CHECK(session.trainer().steps() == 40);
    return session.document();
  };
  const Document once = run();
  const std::vector<float> losses(session.trainer().history().begin(),
                                  session.trainer().history().end());
  CHECK(losses.size() == 41);
  CHECK(losses.back() < losses.front());
  CHECK(static_cast<double>(losses.back()) ==
        static_cast<double>(static_cast<float>(session.trainer().loss())));
  REQUIRE(session.dispatch(action::Train{TrainCommand::kRewind, 0, 0}));
  CHECK(session.document() == before);
  CHECK(session.trainer().steps() == 0);
  CHECK(run() == once);
  Session whole;  // in one go instead of slices
  prepare(whole);
  REQUIRE(whole.dispatch(action::Train{TrainCommand::kStep, 40, 0}));
  CHECK(whole.document() == once);
}

TEST_CASE("a goal ends the run") {
  Session session;
  prepare(session);
  REQUIRE(session.dispatch(play(0, 0.01F)));
  while (session.trainer().advance(1000)) {
  }
  CHECK(session.trainer().status() == TrainStatus::kReached);
  CHECK(session.trainer().error() <= 0.01F);
  CHECK(std::abs(session.trace().tensor({0, Stage::kWeights, 0})(1, 2) - 0.6F) <= 0.01F);
  CHECK(to_json(session.trainer()).find("\"status\":\"reached\"") != std::string::npos);
}

TEST_CASE("what is locked stays") {
  Session session;
  prepare(session);
  REQUIRE(session.dispatch(action::Lock{0, Stage::kWk, true}));
  REQUIRE(session.dispatch(action::LockCells{{{0, Stage::kWq, 0}, 1, 2}, 1, 2, true}));
  const Layer before = session.document().model.layers[0];
  REQUIRE(session.dispatch(action::Train{TrainCommand::kStep, 30, 0}));
  const Layer after_run = session.document().model.layers[0];
  CHECK(*after_run.k.weight == *before.k.weight);
  CHECK((*after_run.q.weight)(1, 2) == (*before.q.weight)(1, 2));
  CHECK((*after_run.q.weight)(1, 3) == (*before.q.weight)(1, 3));
  CHECK((*after_run.q.weight)(1, 1) != (*before.q.weight)(1, 1));
  CHECK(error_of(session.document(), action::SetCell{{{0, Stage::kWq, 0}, 1, 2}, 5}).code ==
        ErrorCode::kNotEditable);
  CHECK(error_of(session.document(), action::Fill{{0, Stage::kWq, 0}}).code ==
        ErrorCode::kNotEditable);
  CHECK(error_of(session.document(),
                 action::SetParameters{{{Stage::kWq, 0, share(Matrix::Ones(4, 4))}}, 0})
            .code == ErrorCode::kNotEditable);
  CHECK(error_of(session.document(),
                 action::SetParameters{{{Stage::kWk, 0, share(Matrix::Zero(4, 4))}}, 0})
            .code == ErrorCode::kNotEditable);
  CHECK(error_of(session.document(),
                 action::SetParameters{{{Stage::kWv, 0, share(Matrix::Zero(4, 3))}}, 0})
            .code == ErrorCode::kShape);
  const Document open =
      after(session.document(), action::LockCells{{{0, Stage::kWq, 0}, 0, 0}, 4, 4, false});
  CHECK(open.locked_cells == nullptr);
  CHECK(after(session.document(), action::SetWidth{2}).locked_cells == nullptr);
  for (const Stage stage : {Stage::kWq, Stage::kWv, Stage::kWo}) {
    REQUIRE(session.dispatch(action::Lock{0, stage, true}));
  }
  CHECK(session.dispatch(play()).error().code == ErrorCode::kNotEditable);
}

TEST_CASE("an edit while it runs is taken over; another target is another run") {
  Session session;
  prepare(session);
  REQUIRE(session.dispatch(play()));
  // Many more than a slice of any length that follows: how many fit into one is the machine's
  // affair.
  while (session.trainer().steps() < 100) REQUIRE(session.trainer().advance(0.01));
  const int steps = session.trainer().steps();
  REQUIRE(session.dispatch(action::SetCell{{{0, Stage::kWv, 0}, 0, 0}, 7.5F}));
  session.trainer().advance(0.01);
  CHECK(session.trainer().steps() > steps);
  CHECK((*session.document().model.layers[0].v.weight)(0, 0) ==
        7.5F);  // no slope: the row is of weights
  REQUIRE(session.dispatch(weights(0, {1, 0, 0})));
  session.trainer().advance(0.01);
  CHECK(session.trainer().steps() <= steps);
  REQUIRE(session.dispatch(action::ClearTargets{}));
  CHECK_FALSE(session.trainer().advance(1));
  CHECK(session.trainer().status() == TrainStatus::kIdle);
}

TEST_CASE("a run that diverges stops with the last good weights and says so") {
  Session session;
  REQUIRE(session.dispatch(action::LoadDocument{sentence("the cat sat", 4, 1)}));
  action::SetLearning options;
  options.optimizer = Optimizer::kSgd;
  options.rate = 90;
  REQUIRE(session.dispatch(options));
  REQUIRE(session.dispatch(action::SetTarget{Stage::kOutput, 0, 0, 1, 0, row({9, -9, 9, -9}), ""}));
  REQUIRE(session.dispatch(play()));
  int slices = 0;
  while (session.trainer().advance(5) && ++slices < 1000) {
  }
  CHECK(session.trainer().status() == TrainStatus::kDiverged);
  CHECK(session.trainer().message().find("learning rate") != std::string::npos);
  CHECK(std::isfinite(session.trainer().loss()));
  CHECK(validate(session.document()));
  const auto w = *session.document().model.layers[0].v.weight;
  CHECK(w.allFinite());
}

TEST_CASE("embeddings and temperature learn where that is asked for") {
  Session session;
  prepare(session);
  action::SetLearning options;
  options.embeddings = true;
  options.temperature = true;
  REQUIRE(session.dispatch(options));
  const Document before = session.document();
  REQUIRE(session.dispatch(action::Train{TrainCommand::kStep, 3, 0}));
  CHECK(*session.document().query.embeddings != *before.query.embeddings);
  CHECK(session.document().query.tokens[1].origin == Origin::kEdited);
  CHECK(session.document().model.temperature(0, 0) != 1.0F);
  CHECK(session.undo());
  CHECK(session.document() == before);
}

TEST_CASE("the slope of the loss is there for every parameter") {
  Document d = after(sentence("the cat sat", 4, 1), weights(1, {0.2F, 0.2F, 0.6F}));
  d = after(d, action::Lock{0, Stage::kWq, true});
  const auto slopes = loss_gradient(d);
  REQUIRE(slopes);
  CHECK(slopes->tensor({0, Stage::kWq, 0}).rows == 4);
  CHECK(as_eigen(slopes->tensor({0, Stage::kWk, 0})).cwiseAbs().maxCoeff() > 0);
  CHECK(as_eigen(slopes->tensor({0, Stage::kWv, 0})).cwiseAbs().maxCoeff() == 0);
  CHECK(slopes->tensor({0, Stage::kEmbeddings, 0}).rows == 3);
  CHECK_FALSE(loss_gradient(sentence("the cat")));
}
