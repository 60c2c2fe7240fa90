#include "playground/lessons/check.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "playground/lessons/value.hpp"
#include "playground/session/session.hpp"

namespace ap {
namespace {

using Words = std::shared_ptr<const WordVectors>;

/// A step as it begins, in a session of its own.
struct Stage0 {
  Session session;
  Document start_document;
  Trace start_trace;

  [[nodiscard]] LessonScene scene() {
    LessonScene s;
    s.now = {&session.document(), &session.trace()};
    s.start = {&start_document, &start_trace};
    s.words = session.words();
    s.loss = session.trainer().loss();
    s.train_steps = session.trainer().steps();
    return s;
  }
};

std::unique_ptr<Stage0> stage_at(const Lesson& lesson, int step, const Words& words,
                                 const LessonFiles& files, std::string& problem) {
  auto stage = std::make_unique<Stage0>();
  stage->session.set_words(words);
  auto document = document_at(lesson, step, {words.get()}, files);
  const Result<void> loaded =
      document ? stage->session.dispatch(action::LoadDocument{std::move(*document)})
               : Result<void>(std::unexpected(document.error()));
  if (!loaded) {
    problem = loaded.error().where + ": " + loaded.error().message;
    return nullptr;
  }
  stage->start_document = stage->session.document();
  stage->start_trace = stage->session.trace();
  return stage;
}

bool one_of(std::string_view word, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* n) { return word == n; });
}

/// Empty: a command that ui/lessons/view.cpp knows, about something that is there.
std::string view_problem(std::string_view command, const LessonMoment& now) {
  const std::size_t space = std::min(command.find(' '), command.size());
  const std::string_view verb = command.substr(0, space);
  std::string_view rest = command.substr(std::min(space + 1, command.size()));
  if (one_of(verb, {"select", "pin", "show"})) {
    const auto place = read_place(rest, now);
    if (!place) return place.error().message + ": " + place.error().where;
    return rest.empty() ? "" : "cannot read on from '" + std::string(rest) + "'";
  }
  const bool good =
      (verb == "panel" && one_of(rest, {"none", "explain", "model", "graph", "arcs", "heads",
                                        "rows", "words", "train", "files"})) ||
      (verb == "step" &&
       one_of(rest, {"embed", "project", "score", "scale", "mask", "softmax", "mix", "combine"})) ||
      (one_of(verb, {"fit", "play"}) && rest.empty()) ||
      (verb == "compare" && one_of(rest, {"on", "off"})) ||
      (verb == "layer" && rest.size() == 1 &&
       static_cast<std::size_t>(rest[0] - '0') < now.trace->layers.size()) ||
      (verb == "head" && rest.size() == 1 && rest[0] - '0' < now.trace->model.heads) ||
      (verb == "lesson" && !rest.empty());
  return good ? "" : "there is no such command: " + std::string(command);
}

/// A training run that a command began goes on to its end, or for ten seconds.
void settle(Session& session) {
  constexpr double kSlice = 100;
  for (int i = 0; i < 100 && session.trainer().running(); ++i) session.trainer().advance(kSlice);
}

std::string run(std::string_view commands, Stage0& stage, const LessonFiles& files) {
  while (!commands.empty()) {
    const std::string_view command = take_line(commands);
    if (is_view_command(command)) {
      if (std::string p = view_problem(command, stage.scene().now); !p.empty()) return p;
      continue;
    }
    const auto action = action_of(command, {stage.session.words()}, files);
    if (!action) return action.error().message + " (" + std::string(command.substr(0, 60)) + ")";
    if (auto done = stage.session.dispatch(*action); !done) {
      return done.error().message + " (" + std::string(command.substr(0, 60)) + ")";
    }
    settle(stage.session);
  }
  return {};
}

class Check {
 public:
  Check(const Lesson& lesson, Words words, const LessonFiles& files)
      : lesson_(lesson), words_(std::move(words)), files_(files) {}

  std::vector<std::string> all() {
    for (int i = 0; i < static_cast<int>(lesson_.steps.size()); ++i) step(i);
    return std::move(problems_);
  }

 private:
  void say(const std::string& what) {
    const std::string& title = lesson_.steps[static_cast<std::size_t>(step_)].title;
    problems_.push_back(lesson_.id + ", step " + std::to_string(step_ + 1) + " (" + title +
                        "): " + what);
  }

  std::unique_ptr<Stage0> fresh() {
    std::string problem;
    auto stage = stage_at(lesson_, step_, words_, files_, problem);
    if (!stage) say(problem);
    return stage;
  }

  void prose(const Prose& prose, const LessonScene& scene) {
    for (const Span& span : prose) {
      if (span.kind == Span::Kind::kValue && filled(span.text, scene) == "–") {
        const auto value = evaluate(span.text.substr(0, span.text.rfind(':')), scene);
        say("{" + span.text +
            "}: " + (value ? "says nothing" : value.error().message + ": " + value.error().where));
      }
    }
  }

  void step(int index) {
    step_ = index;
    const LessonStep& step = lesson_.steps[static_cast<std::size_t>(index)];
    const auto stage = fresh();
    if (!stage) return;
    const LessonScene scene = stage->scene();
    std::string_view enter = step.enter;
    while (!enter.empty()) {
      const std::string_view command = take_line(enter);
      if (!is_view_command(command)) continue;
      if (std::string p = view_problem(command, scene.now); !p.empty()) say(p);
    }
    for (const LessonBlock& block : step.blocks) {
      prose(block.prose, scene);
      prose(block.answer, scene);
      for (const Prose& hint : block.hints) prose(hint, scene);
      if (block.kind == LessonBlock::Kind::kTask) task(block, scene);
    }
    for (const std::string& link : step.links) {
      const auto own = fresh();
      if (std::string p = run(link, *own, files_); !p.empty()) say("a link: " + p);
    }
  }

  void task(const LessonBlock& block, const LessonScene& begin) {
    const auto value = evaluate(block.check, begin);
    if (!value) return say("check: " + value.error().message + ": " + value.error().where);
    if (holds(block.check, begin)) say("the task is done before anyone did it: " + block.check);
    if (block.solve.empty()) return say("a task needs a 'solve:'");
    const auto stage = fresh();
    if (std::string p = run(block.solve, *stage, files_); !p.empty()) return say("solve: " + p);
    if (!holds(block.check, stage->scene()))
      say("its own solution does not do the task: " + block.check);
  }

  const Lesson& lesson_;
  Words words_;
  const LessonFiles& files_;
  std::vector<std::string> problems_;
  int step_ = 0;
};

void put(std::string& out, const Prose& prose, const LessonScene& scene) {
  for (const Span& span : prose) {
    switch (span.kind) {
      case Span::Kind::kValue: out += filled(span.text, scene); break;
      case Span::Kind::kLink: out += '[' + span.text + ']'; break;
      case Span::Kind::kCell: out += " | "; break;
      default: out += span.text;
    }
  }
  out += '\n';
}

}  // namespace

std::vector<std::string> check_lesson(const Lesson& lesson, Words words, const LessonFiles& files) {
  return Check(lesson, std::move(words), files).all();
}

std::string plain_text(const Lesson& lesson, int step, Words words, const LessonFiles& files) {
  std::string out;
  const auto stage = stage_at(lesson, step, words, files, out);
  if (!stage) return out;
  const LessonScene scene = stage->scene();
  const LessonStep& s = lesson.steps[static_cast<std::size_t>(step)];
  out = "## " + s.title + '\n';
  for (const LessonBlock& block : s.blocks) {
    if (block.kind == LessonBlock::Kind::kItem) out += "- ";
    if (block.kind == LessonBlock::Kind::kTask) out += "Task: ";
    if (block.kind == LessonBlock::Kind::kQuestion) out += "Question: ";
    put(out, block.prose, scene);
    if (!block.answer.empty()) put(out += "  -> ", block.answer, scene);
  }
  return out;
}

}  // namespace ap
