#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "playground/actions/action_json.hpp"
#include "playground/session/session.hpp"
#include "support/playground_samples.hpp"

using namespace ap;
using namespace ap::samples;

namespace {

const std::string kSmall =
    R"({"version":1,"query":{"text":"a b","embeddings":[[1,2],[3,4]]},)"
    R"("model":{"width":2,"layers":[{"w_q":"identity","w_k":"zeros","w_v":{"random":3},)"
    R"("w_o":[[1,0],[0,1]]}]}})";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Error error_in(const std::string& from, const std::string& to) {
  const auto document = document_from_json(with(kSmall, from, to));
  return document ? Error{ErrorCode::kIo, "no error", ""} : document.error();
}

}  // namespace

TEST_CASE("a state written by hand may leave things out") {
  const auto d = document_from_json(kSmall);
  REQUIRE(d);
  CHECK(d->query.tokens.size() == 2);
  CHECK(d->model.key_width == 2);
  CHECK(*d->model.layers[0].q.weight == Matrix::Identity(2, 2));
  CHECK(d->model.layers[0].k.weight->isZero(0));
  CHECK(document_from_json(to_json(*d)) == *d);
}

TEST_CASE("numbers come back with every bit, minus zero and minus infinity too") {
  Document d = sentence("the cat sat", 4, 2);
  const float odd[] = {-0.0F, 1e-45F, 0.1F, 65537.0F, 1e6F, -3.4028235e-38F, 123456.79F, 1e-7F};
  Matrix w = *d.model.layers[0].q.weight;
  for (int i = 0; i < 8; ++i) w.data()[i] = odd[i];
  d.model.layers[0].q.weight = share(w);
  d = after(d, action::PaintMask{.row = 1, .col = 2});
  d = after(d, action::SetScale{ScaleKind::kFree, 1e30F});
  const auto back = document_from_json(to_json(d));
  REQUIRE(back);
  CHECK(*back == d);
  CHECK(to_json(d).find("\"-inf\"") != std::string::npos);
}

TEST_CASE("errors name the code and the place") {
  struct Case {
    const char *from, *to;
    ErrorCode code;
    const char* where;
  };
  const Case cases[] = {
      {"[3,4]", "[3,\"abc\"]", ErrorCode::kParse, "query.embeddings[1][1]"},
      {"[3,4]", "[3,\"nan\"]", ErrorCode::kNotFinite, "query.embeddings[1][1]"},
      {"[3,4]", "[3,null]", ErrorCode::kParse, "query.embeddings[1][1]"},
      {"[3,4]", "[3,1e39]", ErrorCode::kRange, "query.embeddings[1][1]"},
      {"[3,4]", "[3,4,5]", ErrorCode::kShape, "query.embeddings[1]"},
      {"[3,4]", "7", ErrorCode::kShape, "query.embeddings[1]"},
      {"[[1,2],[3,4]]", "[[1,2]]", ErrorCode::kShape, "query.embeddings"},
      {"[[1,2],[3,4]]", "\"words\"", ErrorCode::kUnsupported, "query.embeddings"},
      {"[[1,0],[0,1]]", "[[1,0]]", ErrorCode::kShape, "model.layers[0].w_o"},
      {"[[1,0],[0,1]]", "\"eye\"", ErrorCode::kUnknownKey, "model.layers[0].w_o"},
      {"\"w_k\":\"zeros\",", "", ErrorCode::kShape, "model.layers[0].w_k"},
      {"\"width\":2", "\"width\":2.5", ErrorCode::kParse, "model.width"},
      {"\"width\":2", "\"width\":-1", ErrorCode::kRange, "model.width"},
      {"\"width\":2", "\"width\":99999999999", ErrorCode::kRange, "model.width"},
      {"\"width\":2", "\"width\":16384", ErrorCode::kTooLarge, "model.width"},
      {"\"width\":2", "\"width\":2,\"wide\":1", ErrorCode::kUnknownKey, "model.wide"},
      {"\"width\":2", "\"width\":2,\"scale\":\"big\"", ErrorCode::kUnknownKey, "model.scale"},
      {"\"version\":1", "\"version\":3", ErrorCode::kUnsupported, "version"},
      {"\"version\":1,", "", ErrorCode::kParse, "version"},
      {"\"version\":1", "\"version\":1,\"version\":1", ErrorCode::kParse, "version"},
      {"\"version\":1", "\"version\":1,\"cached\":1", ErrorCode::kUnsupported, "cached"},
      {"\"version\":1", "\"version\":1,\"kv_length\":9", ErrorCode::kRange, "kv_length"},
      {"\"version\":1", "\"version\":1,\"mask\":[[0,\"inf\"],[0,0]]", ErrorCode::kNotFinite,
       "mask[0][1]"},
      {"\"text\":\"a b\"", "\"text\":\"a b\",\"origins\":[\"word\"]", ErrorCode::kShape,
       "query.origins"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.from, c.to);
    const Error error = error_in(c.from, c.to);
    CHECK(name(error.code) == name(c.code));
    CHECK(error.where == c.where);
    CHECK_FALSE(error.message.empty());
  }
}

TEST_CASE("what is not JSON is placed by line and column") {
  const auto broken = document_from_json("{\n  \"version\": 1,\n  oops\n}");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == ErrorCode::kParse);
  CHECK(broken.error().where == "line 3, column 3");
  CHECK(document_from_json("").error().code == ErrorCode::kParse);
  CHECK(document_from_json("[1").error().message.find("ends too soon") != std::string::npos);
  CHECK(document_from_json("3").error().code == ErrorCode::kParse);
  CHECK(document_from_json(std::string("{\"\xff\":1}")).error().code == ErrorCode::kParse);
}

TEST_CASE("depth, size and count bombs are refused") {
  CHECK(document_from_json(std::string(1'000'000, '[')).error().code == ErrorCode::kTooLarge);
  std::string nested;
  for (int i = 0; i < 200'000; ++i) nested += "{\"a\":";
  CHECK(document_from_json(nested).error().code == ErrorCode::kTooLarge);
  const std::string blank(kMaxStateBytes + 1, ' ');
  CHECK(document_from_json(blank).error().code == ErrorCode::kTooLarge);
  const std::string text(10'000'000, 'a');
  const Error error = error_in("\"a b\"", "\"" + text + "\"");
  CHECK(error.code == ErrorCode::kTooLarge);
  CHECK(error.where == "query.text");
  CHECK(error.message.size() < 200);
  std::string tokens = "\"a b\",\"tokens\":[\"a\"";
  for (int i = 0; i < 1'000'000; ++i) tokens += ",\"a\"";
  const Error many = error_in("\"a b\"", tokens + "]");
  CHECK(many.code == ErrorCode::kTooLarge);
  CHECK(many.where == "query.tokens[4096]");
}

TEST_CASE("every action goes through JSON") {
  Matrix block(1, 2);
  block << 0.5F, -std::numeric_limits<float>::infinity();
  const std::vector<Action> actions = {
      action::SetText{Side::kSource, "a \"quoted\"\n\ttext é"},
      action::SetToken{Side::kQuery, 2, "x"},
      action::InsertToken{Side::kSource, 1, "y"},
      action::DeleteToken{Side::kQuery, 3},
      action::MoveToken{Side::kQuery, 1, 4},
      action::SetTokenMode{TokenMode::kCharacters},
      action::ResetEmbedding{Side::kSource, -1},
      action::SetCell{{{1, Stage::kWk, 2}, 3, 4}, 0.1F},
      action::SetBlock{{{0, Stage::kMask, 0}, 1, 1}, block},
      action::Fill{{0, Stage::kWo, 0}, 1, 2, 3, 4, FillKind::kRandom, 0.5F, 1234567890123ULL},
      action::PaintMask{1, 2, 3, 4, false},
      action::ClearMask{},
      action::Lock{1, Stage::kWv, false},
      action::SetWidth{9},
      action::SetHeads{4, 2},
      action::SetHeadWidth{3, 5},
      action::SetLayers{3},
      action::SetWeights{WeightInit::kRandom, 7},
      action::SetScale{ScaleKind::kFree, 0.3F},
      action::SetSoftcap{5},
      action::SetCausal{false},
      action::SetWindow{1, 2, -1},
      action::SetTemperature{1, 2, 0.7F},
      action::SetResidual{false},
      action::SetBiases{false},
      action::SetPositions{PositionKind::kRope, 500, 2, true},
      action::SetNorm{NormKind::kRmsNorm, NormPlace::kPost},
      action::SetMlp{MlpKind::kSwiglu, 12},
      action::SetKvLength{3},
      action::SetCached{2},
      action::SetCross{true, "source"},
      action::SetTitle{"t"},
      action::LoadPreset{"cat"},
      action::LoadDocument{sentence("the cat")},
      action::SetTarget{Stage::kOutput, 1, 0, 2, 0, block.leftCols(1), ""},
      action::SetTarget{Stage::kOutput, 0, 0, 1, 2, {}, "river"},
      action::ClearTarget{Stage::kWeights, 0, 1, 2, 0},
      action::ClearTargets{},
      action::AddExample{"the dog", ""},
      action::SetExample{1, "the dog", "le chien"},
      action::RemoveExample{2},
      action::ShowExample{1},
      action::SetLearning{{Optimizer::kMomentum, 0.5F, 0.8F, 0.01F, 9, 2, true, true}},
      action::LockCells{{{1, Stage::kWv, 1}, 2, 3}, 4, 5, false},
      action::SetParameters{{{Stage::kWq, 1, share(Matrix::Identity(2, 2))}}, 3},
      action::Train{TrainCommand::kRewind, 4, 0.01F},
  };
  REQUIRE(actions.size() >= std::variant_size_v<Action>);
  for (const Action& action : actions) {
    const std::string text = to_json(action);
    CAPTURE(text.substr(0, 200));
    const auto back = action_from_json(text);
    REQUIRE(back);
    CHECK(back->index() == action.index());
    CHECK(to_json(*back) == text);
  }
}

TEST_CASE("actions are read strictly") {
  const auto error = [](const char* text) {
    const auto action = action_from_json(text);
    return action ? Error{ErrorCode::kIo, "no error", ""} : action.error();
  };
  const auto cell = action_from_json(
      R"({"type":"set_cell","stage":"w_q","layer":0,"head":0,"row":1,"col":2,"value":0.5})");
  REQUIRE(cell);
  CHECK(std::get<action::SetCell>(*cell).value == 0.5F);
  CHECK(error(R"({"type":"fly"})").where == "type");
  CHECK(error(R"({"typ":"set_text"})").where == "type");
  CHECK(error(R"({"type":"set_text"})").where == "text");
  CHECK(error(R"({"type":"set_text","text":3})").code == ErrorCode::kParse);
  CHECK(error(R"({"type":"set_text","text":"a","x":1})").code == ErrorCode::kUnknownKey);
  CHECK(error(R"({"type":"set_cell","stage":"w_x","row":1,"col":2,"value":0})").where == "stage");
  CHECK(error(R"({"type":"set_cell","stage":"w_q","row":1,"col":2,"value":"NaN"})").code ==
        ErrorCode::kNotFinite);
  CHECK(error(R"({"type":"load_document","document":{"version":1}})").where == "document.model");
  CHECK(error(R"([])").code == ErrorCode::kParse);
}

TEST_CASE("windows are kept: one of all layers, or each its own") {
  Document d = sentence("the cat sat");
  d = after(d, action::SetLayers{3});
  const std::string plain = to_json(d);
  CHECK(plain.find("\"version\":1") != std::string::npos);
  CHECK(plain.find("window") == std::string::npos);
  const Document all = after(d, action::SetWindow{-1, 2, 0});
  const std::string text = to_json(all);
  CHECK(text.find("\"version\":2") != std::string::npos);
  CHECK(text.find("window", text.find("window") + 1) == std::string::npos);  // said once
  CHECK(must(document_from_json(text)) == all);
  CHECK(after(all, action::SetLayers{4}).model.layers[3].window == KeyWindow{2, 0});
  const Document own = after(all, action::SetWindow{1, -1, -1});
  CHECK(must(document_from_json(to_json(own))) == own);
  CHECK_FALSE(own == all);
  CHECK(own.model.layers[1].window == KeyWindow{});
  const auto refused = [&](const char* window) {
    std::string bad = plain;
    bad.insert(bad.find("\"layers\""), std::string("\"window\":") + window + ",");
    return document_from_json(bad).error();
  };
  CHECK(refused(R"({"left": -2})").where == "model.window.left");
  CHECK(refused(R"({"middle": 2})").where == "model.window.middle");
}

TEST_CASE("a state of the old order says so where its numbers change, once") {
  Document d = sentence("the cat sat");
  d.model.softcap = 2;
  Matrix mask = Matrix::Zero(3, 3);
  mask(0, 1) = -INFINITY;
  d.mask = share(Matrix(mask));
  const auto older = [](const Document& document, int version) {
    std::string text = to_json(document);
    const std::size_t at = text.find("\"version\":") + 10;
    text[at] = static_cast<char>('0' + version);
    bool is = false;
    must(document_from_json(text, nullptr, &is));
    return is;
  };
  CHECK_FALSE(older(d, 1));  // -inf alone hides in both orders
  mask(0, 1) = -3;
  d.mask = share(std::move(mask));
  CHECK(older(d, 1));
  CHECK_FALSE(older(d, 2));
  CHECK(to_json(d).find("\"version\":2") != std::string::npos);
  // An action that carries it carries that too.
  const auto back = action_from_json(to_json(Action(action::LoadDocument{d, true})));
  REQUIRE(back);
  CHECK(std::get<action::LoadDocument>(*back).older);
  Session session;
  REQUIRE(session.dispatch(*back));
  CHECK(session.take_notice().find("softcap") != std::string::npos);
  CHECK(session.take_notice().empty());
  REQUIRE(session.dispatch(action::LoadDocument{d}));
  CHECK(session.take_notice().empty());
  d.mask = nullptr;
  CHECK_FALSE(older(d, 1));
  d.model.positions.kind = PositionKind::kAlibi;
  CHECK(older(d, 1));
}
