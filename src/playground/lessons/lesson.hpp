// Lesson: prose beside the sheet, as data (assets/lessons/*.md; docs/adding-a-lesson.md is the
// manual of the format). A step begins from a state of its own, so that any step can be opened
// alone. Numbers in prose, and what tasks ask for, are expressions over the trace (value.hpp).
// Leaves out: drawing the prose (ui/, web/lessons.js) and how the sheet is looked at (ui/).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "playground/actions/action.hpp"

namespace ap {

struct Span {
  enum class Kind : std::uint8_t {
    kText,
    kStrong,
    kEmphasis,
    kCode,
    kLink,   // text, and which of the step's links
    kValue,  // an expression, to be filled
    kCell,   // the next cell of a table's row begins
  };
  Kind kind = Kind::kText;
  std::string text;
  int link = -1;
};
using Prose = std::vector<Span>;

struct LessonBlock {
  enum class Kind : std::uint8_t {
    kParagraph,
    kItem,
    kQuote,
    kRow,
    kWidget,  // `name` says which: "sizes", "picture"
    kTask,
    kQuestion,
  };
  Kind kind = Kind::kParagraph;
  Prose prose;
  // --- a task
  std::string check;  // holds when it is done
  std::vector<Prose> hints;
  std::string solve;  // commands that do it: for tests, and for who asks to be shown
  Prose answer;       // said when it is done; a question's answer
  // --- a widget
  std::string name;
};

struct LessonStep {
  std::string title;
  std::string enter;  // commands, a line each
  std::vector<LessonBlock> blocks;
  std::vector<std::string> links;  // commands of each
};

struct Lesson {
  std::string id;
  std::string title;
  std::string about;  // one sentence
  std::vector<LessonStep> steps;
};

/// Errors name the line: kParse, kUnknownKey for a link that leads nowhere.
[[nodiscard]] Result<Lesson> parse_lesson(std::string_view id, std::string_view text);

/// States that a lesson names, as name and text: fetched by whoever has files.
using LessonFiles = std::vector<std::pair<std::string, std::string>>;
/// The names, each once.
[[nodiscard]] std::vector<std::string> states_of(const Lesson& lesson);
/// "park" is assets/lessons/states/park.json, "recipes/it" is assets/recipes/it.json.
[[nodiscard]] std::string state_file(std::string_view name);

/// Takes the first line off.
[[nodiscard]] std::string_view take_line(std::string_view& text) noexcept;
/// The action that a command means: {"type": ...}, "preset ID", "state NAME". kNotFound: it is
/// about the view and not about the document ("select weights[it]", "step softmax").
[[nodiscard]] Result<Action> action_of(std::string_view command, const World& world,
                                       const LessonFiles& files);
/// Is it a command about the view, by its first word?
[[nodiscard]] bool is_view_command(std::string_view command) noexcept;

/// The document that a step begins from: the last whole state at or before it, and all that the
/// steps since then do to it.
[[nodiscard]] Result<Document> document_at(const Lesson& lesson, int step, const World& world,
                                           const LessonFiles& files);

struct LessonInfo {
  std::string id;
  std::string title;
  std::string about;
};
struct Chapter {
  std::string title;
  std::vector<LessonInfo> lessons;
};
/// assets/lessons/index.json.
[[nodiscard]] Result<std::vector<Chapter>> parse_chapters(std::string_view json);

}  // namespace ap
