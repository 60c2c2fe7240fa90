// The Markdown of lessons, their expressions, and every shipped lesson tried out: states, numbers,
// links, tasks refused at first and accepted once done.
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

#include "playground/json/presets.hpp"
#include "playground/json/read.hpp"
#include "playground/lessons/check.hpp"
#include "playground/lessons/layer_run.hpp"
#include "playground/lessons/sequence.hpp"
#include "playground/lessons/value.hpp"
#include "playground/session/session.hpp"

using namespace ap;

namespace {

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<const WordVectors> word_list() {
  static const auto words = [] {
    const std::string bytes = file_text("assets/words.bin");
    auto parsed =
        WordVectors::parse({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
    REQUIRE(parsed);
    return std::make_shared<const WordVectors>(std::move(*parsed));
  }();
  return words;
}

LessonFiles files_of(const Lesson& lesson) {
  LessonFiles files;
  for (const std::string& name : states_of(lesson))
    files.emplace_back(name, file_text(state_file(name)));
  return files;
}

struct Scene {
  Session session;
  LessonScene scene;
  explicit Scene(const char* preset) {
    session.set_words(word_list());
    REQUIRE(session.dispatch(action::LoadPreset{preset}));
    scene.now = scene.start = {&session.document(), &session.trace()};
    scene.words = session.words();
  }
  double number(const char* expression) {
    const auto value = evaluate(expression, scene);
    INFO(expression << ": " << (value ? "" : value.error().message));
    REQUIRE(value);
    REQUIRE(value->kind == LessonValue::Kind::kNumber);
    return value->number;
  }
};

}  // namespace

TEST_CASE("a lesson's Markdown becomes steps, blocks and spans") {
  const auto lesson = parse_lesson("x", R"(---
title: A title
about: What for.
---

## First
do: preset similarity
do: step embed
A **strong** word, *slanted*, `code`, {weights[love,I]:1},
and a [link text][there] over two lines.

- one
- two

| a | b |
|---|---|
| {tokens:0} | x |

[there]: select weights[love]
[there]: panel graph

task: Do it.
check: tokens > 4
hint: Think.
hint: Harder.
solve: {"type":"set_text","text":"a b c d e"}
right: Good: {tokens:0}.

question: Why?
answer: Because.
widget: sizes
## Second
text
)");
  REQUIRE(lesson);
  CHECK(lesson->title == "A title");
  CHECK(lesson->about == "What for.");
  REQUIRE(lesson->steps.size() == 2);
  const LessonStep& step = lesson->steps[0];
  CHECK(step.enter == "preset similarity\nstep embed\n");
  using Kind = LessonBlock::Kind;
  std::vector<Kind> kinds;
  for (const LessonBlock& b : step.blocks) kinds.push_back(b.kind);
  CHECK(kinds == std::vector{Kind::kParagraph, Kind::kItem, Kind::kItem, Kind::kRow, Kind::kRow,
                             Kind::kTask, Kind::kQuestion, Kind::kWidget});
  std::string spans;
  for (const Span& s : step.blocks[0].prose) {
    spans += std::to_string(static_cast<int>(s.kind)) + ":" + s.text + "|";
  }
  CHECK(spans ==
        "0:A |1:strong|0: word, |2:slanted|0:, |3:code|0:, |5:weights[love,I]:1|0:, and a |"
        "4:link text|0: over two lines.|");
  REQUIRE(step.links.size() == 1);
  CHECK(step.links[0] == "select weights[love]\npanel graph\n");
  CHECK(step.blocks[5].hints.size() == 2);
  CHECK(step.blocks[5].check == "tokens > 4");
  CHECK(step.blocks[7].name == "sizes");
}

TEST_CASE("what is wrong with a lesson is said with its line") {
  const auto problem = [](const char* text) {
    const auto lesson = parse_lesson("x", text);
    REQUIRE_FALSE(lesson);
    return lesson.error().where + " " + lesson.error().message;
  };
  CHECK(problem("title: T\n").find("needs a title and a step") != std::string::npos);
  CHECK(problem("title: T\n## S\nA [link][nowhere].\n").find("[nowhere] is not defined") !=
        std::string::npos);
  CHECK(problem("title: T\n## S\ntask: Do.\n").find("needs a 'check:'") != std::string::npos);
  CHECK(problem("title: T\n## S\n\ncheck: 1\n").find("x.md:4") != std::string::npos);
  CHECK(problem("title: T\nloose\n").find("x.md:2") != std::string::npos);
}

TEST_CASE("expressions read the trace") {
  Scene s("similarity");
  // By hand: lessons' four words, scores X Xᵀ.
  CHECK(s.number("scores[love,love]") == 2);
  CHECK(s.number("scores[0,2]") == 1);
  CHECK(s.number("weights[I,I]") == Catch::Approx(0.475367).epsilon(1e-5));
  CHECK(s.number("sum(weights[deep])") == Catch::Approx(1));
  CHECK(s.number("sum(weights)") == Catch::Approx(4));
  CHECK(s.number("max(scores) - min(scores)") == 2);
  CHECK(s.number("2 + 3 * 4 - -6 / 3") == 16);
  CHECK(s.number("(2 + 3) * 4") == 20);
  CHECK(s.number("tokens * keys + width + heads + layers") == 21);
  CHECK(s.number("norm(embeddings[love])") == Catch::Approx(std::sqrt(2.0)));
  CHECK(s.number("cosine(embeddings[I], embeddings[love])") == Catch::Approx(0.5));
  CHECK(s.number("dot(embeddings[I], embeddings[deep])") == 1);
  CHECK(s.number("distance(embeddings[I], embeddings[love])") == 1);
  CHECK(s.number("rows(w_q) + cols(scores)") == 7);
  CHECK(s.number("weights/0/0[I,I] = 0.475") == 1);
  CHECK(s.number("weights[I,I] = 0.47 within 0.001") == 0);
  CHECK(s.number("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2") == 1);
  CHECK(s.number("1 > 2 or not (2 > 1)") == 0);
  CHECK(s.number("top(weights[love]) = \"love\"") == 1);
  CHECK(s.number("scale = \"off\" and sentence != \"x\"") == 1);
  CHECK(filled("weights[love,love]:3", s.scene) == "0.534");
  CHECK(filled("weights[love,love]:%", s.scene) == "53 %");
  CHECK(filled("0 - 1234567:,", s.scene) == "-1\u202f234\u202f567");
  CHECK(filled("0 - 0.5", s.scene) == "−0.50");
  CHECK(filled("0 - 0.001", s.scene) == "0.00");
  CHECK(filled("top(weights[love])", s.scene) == "love");
  CHECK(filled("weights[nobody,love]", s.scene) == "–");
  CHECK(filled("1 / 0", s.scene) == "∞");
}

TEST_CASE("expressions that make no sense are errors, not answers") {
  Scene s("similarity");
  for (const char* bad :
       {"", "weights[", "weights[love", "weights[love,]", "weights[cat,love]", "1 +", "(1",
        "nonsense", "cosine(1, 2)", "cosine(weights[love], embeddings[love])", "sum(3)",
        "\"a\" + 1", "1 2", "word(\"qqqqzz\")", "ops(\"?\")", "w_gate[0,0]", "weights/7/0[love]",
        "weights/0/9[love]", "nearest(weights[love], \"x\")"}) {
    INFO(bad);
    CHECK_FALSE(evaluate(bad, s.scene));
    CHECK_FALSE(holds(bad, s.scene));
  }
}

TEST_CASE("a token is found by its name, its count or its place") {
  const std::vector<std::string> labels{"the", "cat", "the", "2"};
  CHECK(label_index(labels, "the") == 0);
  CHECK(label_index(labels, "the:2") == 2);
  CHECK(label_index(labels, "the:3") == -1);
  CHECK(label_index(labels, " cat ") == 1);
  CHECK(label_index(labels, "2") == 3);  // a name goes first
  CHECK(label_index(labels, "1") == 1);
  CHECK(label_index(labels, "9") == -1);
  CHECK(label_index(labels, "") == -1);
}

TEST_CASE("start() is how the step began") {
  Scene before("similarity");
  Scene s("similarity");
  s.scene.start = {&before.session.document(), &before.session.trace()};
  REQUIRE(s.session.dispatch(action::MoveToken{Side::kQuery, 1, 3}));
  CHECK(s.number("distance(output[love], start(output[love]))") < 1e-6);
  CHECK(s.number("start(scores[1,1])") == 2);
  CHECK(s.number("scores[3,3]") == 2);
}

TEST_CASE("the three ways of reading a sentence are counted as they run") {
  const Matrix x = Matrix::Random(6, 4);
  const auto rnn = run_sequence("rnn", x);
  const auto cnn = run_sequence("cnn", x);
  const auto attention = run_sequence("attention", x);
  REQUIRE((rnn && cnn && attention));
  CHECK(rnn->multiply_adds == 6 * 16 + 5 * 16);       // x W, and h U from the second word on
  CHECK(cnn->multiply_adds == 2 * (3 * 6 - 2) * 16);  // three taps, none past the ends
  CHECK(attention->multiply_adds == 4 * 6 * 16 + 2 * 36 * 4);
  CHECK(rnn->depth == 6);
  CHECK(cnn->reach == 0);  // five words away, two to each side
  CHECK(attention->reach > 0);
  CHECK_FALSE(run_sequence("lstm", x));
  CHECK_FALSE(run_sequence("rnn", Matrix::Zero(1000, 4)));
}

TEST_CASE(
    "a layer run in slices does all its multiply-adds and gives what the plain formula gives") {
  CHECK_FALSE(LayerRun::make({0, 1, 1, 1}));
  CHECK_FALSE(LayerRun::make({1 << 20, 1, 1, 1}));
  auto run = LayerRun::make({.width = 200, .heads = 3, .key_width = 50, .tokens = 7});
  REQUIRE(run);
  static double clock = 0;
  int slices = 0;
  double last = -1;
  while (!run->done()) {
    run->advance(0, [] { return clock += 0.001; });
    CHECK(run->progress() > last);
    last = run->progress();
    ++slices;
  }
  CHECK(slices > 6);
  CHECK(run->multiply_adds() == run->shape().multiply_adds());
  CHECK(run->progress() == 1);
  CHECK(run->output().allFinite());
  CHECK(run->output().norm() > 0);
  CHECK(run->shape().parameters() == 4 * 200 * 150);
}

TEST_CASE("the contents name the lessons that there are, by their own titles") {
  const auto chapters = parse_chapters(file_text("assets/lessons/index.json"));
  REQUIRE(chapters);
  CHECK(chapters->size() == 4);
  int count = 0;
  for (const Chapter& chapter : *chapters) {
    for (const LessonInfo& info : chapter.lessons) {
      ++count;
      const auto lesson = parse_lesson(info.id, file_text("assets/lessons/" + info.id + ".md"));
      INFO(info.id);
      REQUIRE(lesson);
      CHECK(lesson->title == info.title);
      CHECK(lesson->about == info.about);
      CHECK(lesson->steps.size() >= 3);
      CHECK(lesson->steps.size() <= 8);
    }
  }
  CHECK(count == 15);
}

TEST_CASE("every lesson holds: states, numbers, links, tasks") {
  const auto chapters = parse_chapters(file_text("assets/lessons/index.json"));
  REQUIRE(chapters);
  for (const Chapter& chapter : *chapters) {
    for (const LessonInfo& info : chapter.lessons) {
      DYNAMIC_SECTION(info.id) {
        const auto lesson = parse_lesson(info.id, file_text("assets/lessons/" + info.id + ".md"));
        REQUIRE(lesson);
        for (const std::string& problem : check_lesson(*lesson, word_list(), files_of(*lesson))) {
          FAIL_CHECK(problem);
        }
      }
    }
  }
}

TEST_CASE("the check of a lesson finds what is wrong") {
  const auto problems = [](const std::string& rest) {
    const auto lesson = parse_lesson("x", "title: T\n## S\ndo: preset similarity\n" + rest);
    REQUIRE(lesson);
    return check_lesson(*lesson, word_list(), {});
  };
  CHECK(problems("Fine: {tokens:0}.\n").empty());
  CHECK(problems("{weights[cat,dog]}\n").size() == 1);
  CHECK(problems("[a][b]\n\n[b]: {\"type\":\"set_width\",\"width\":-3}\n").size() == 1);
  CHECK(problems("[a][b]\n\n[b]: dance wildly\n").size() == 1);
  CHECK(problems("[a][b]\n\n[b]: select weights[cat]\n").size() == 1);
  CHECK(problems("task: t\ncheck: tokens = 4\nsolve: fit\n").size() ==
        1);  // done before anyone did it
  CHECK(problems("task: t\ncheck: tokens = 5\nsolve: fit\n").size() ==
        1);                                                     // its solution does nothing
  CHECK(problems("task: t\ncheck: tokens = 5\n").size() == 1);  // no solution
  CHECK(problems("task: t\ncheck: tokens =\nsolve: fit\n").size() == 1);
}

TEST_CASE("bank: similarity alone does not settle it, learned weights do, as the lesson says") {
  const auto lesson = parse_lesson("bank", file_text("assets/lessons/bank.md"));
  REQUIRE(lesson);
  const LessonFiles files = files_of(*lesson);
  const auto leans = [&](int step, const char* text) {
    Session session;
    session.set_words(word_list());
    auto document = document_at(*lesson, step, {session.words()}, files);
    REQUIRE(document);
    REQUIRE(session.dispatch(action::LoadDocument{std::move(*document)}));
    REQUIRE(session.dispatch(action::SetText{Side::kQuery, text}));
    LessonScene scene;
    scene.now = scene.start = {&session.document(), &session.trace()};
    scene.words = session.words();
    const auto lean = evaluate(
        "cosine(output[bank], word(\"river\")) - cosine(output[bank], word(\"money\"))", scene);
    REQUIRE(lean);
    return lean->number;
  };
  const char* wet = "She sat on the bank of the river";
  const char* rich = "She put the money in the bank";
  CHECK(leans(1, wet) < 0);  // still money
  CHECK(leans(1, rich) < 0);
  CHECK(leans(3, wet) > 0);
  CHECK(leans(3, rich) < 0);
  CHECK(leans(3, "The boat drifted toward the bank") > 0);
}
