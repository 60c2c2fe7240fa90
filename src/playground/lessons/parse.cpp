// The Markdown of lessons: paragraphs, lists, tables, quotes, **strong**, *emphasis*, `code`,
// [text][link] and {expressions}; a line that begins with a known word and a colon is not prose.
#include <algorithm>

#include "playground/json/read.hpp"
#include "playground/lessons/lesson.hpp"

namespace ap {
namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\r' || s.back() == '\t'))
    s.remove_suffix(1);
  return s;
}

bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// "check: x" is key "check" and value "x".
struct Keyed {
  std::string_view key;
  std::string_view value;
};
Keyed keyed(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return {};
  const std::string_view key = line.substr(0, colon);
  for (const char* known : {"title", "about", "do", "task", "check", "hint", "solve", "right",
                            "question", "answer", "widget"}) {
    if (key == known) return {key, trimmed(line.substr(colon + 2))};
  }
  return {};
}

class Parser {
 public:
  Parser(std::string_view id, std::string_view text) : text_(text) { lesson_.id = id; }

  Result<Lesson> parse() {
    while (!text_.empty() && problem_.empty()) {
      ++line_;
      line(trimmed(take_line(text_)));
    }
    finish_step();
    if (problem_.empty() && (lesson_.title.empty() || lesson_.steps.empty())) {
      problem_ = "a lesson needs a title and a step (## Title)";
    }
    if (problem_.empty()) return std::move(lesson_);
    return fail(ErrorCode::kParse, problem_, lesson_.id + ".md:" + std::to_string(line_));
  }

 private:
  using Block = LessonBlock;

  LessonStep& step() { return lesson_.steps.back(); }
  void stop(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

  void line(std::string_view s) {
    if (s.starts_with("## ")) {
      finish_step();
      lesson_.steps.push_back({std::string(trimmed(s.substr(3))), {}, {}, {}});
      return;
    }
    const Keyed k = keyed(s);
    if (lesson_.steps.empty()) {
      if (k.key == "title")
        lesson_.title = k.value;
      else if (k.key == "about")
        lesson_.about = k.value;
      else if (!s.empty() && s != "---")
        stop("prose before the first step (## Title)");
      return;
    }
    if (!k.key.empty()) {
      finish_block();
      return keyed_line(k);
    }
    if (s.starts_with("[")) {
      const std::size_t end = std::min(s.find("]: "), s.size());
      // Not a vector at the beginning of a line: names are plain.
      if (end < s.size() && is_plain(s.substr(1, end - 1))) {
        return link_line(s.substr(1, end - 1), s.substr(end + 3));
      }
    }
    prose_line(s);
  }

  void keyed_line(const Keyed& k) {
    auto& blocks = step().blocks;
    if (k.key == "do") {
      step().enter += std::string(k.value) + '\n';
    } else if (k.key == "task" || k.key == "question") {
      blocks.push_back(
          {k.key == "task" ? Block::Kind::kTask : Block::Kind::kQuestion, prose(k.value)});
    } else if (k.key == "widget") {
      blocks.push_back({Block::Kind::kWidget, {}});
      blocks.back().name = k.value;
    } else if (blocks.empty() || (blocks.back().kind != Block::Kind::kTask &&
                                  blocks.back().kind != Block::Kind::kQuestion)) {
      stop("'" + std::string(k.key) + "' belongs after a task or a question");
    } else if (Block& b = blocks.back(); k.key == "check") {
      b.check = k.value;
    } else if (k.key == "hint") {
      b.hints.push_back(prose(k.value));
    } else if (k.key == "solve") {
      b.solve += std::string(k.value) + '\n';
    } else {
      b.answer = prose(k.value);
    }
  }

  /// The same name again adds a command.
  void link_line(std::string_view name, std::string_view command) {
    std::string& commands = step().links[static_cast<std::size_t>(link(name))];
    commands += std::string(trimmed(command)) + '\n';
    finish_block();
  }

  /// Lines of a paragraph are one text.
  void prose_line(std::string_view s) {
    Block::Kind kind = Block::Kind::kParagraph;
    if (s.starts_with("- ")) kind = Block::Kind::kItem;
    if (s.starts_with("> ")) kind = Block::Kind::kQuote;
    if (s.starts_with("|")) kind = Block::Kind::kRow;
    if (s.empty() || kind != Block::Kind::kParagraph || raw_.empty()) finish_block();
    if (s.empty()) return;
    if (raw_.empty()) {
      kind_ = kind;
      if (kind != Block::Kind::kParagraph) s.remove_prefix(kind == Block::Kind::kRow ? 1 : 2);
      if (kind == Block::Kind::kRow && s.find_first_not_of("|-: ") == std::string_view::npos)
        return;
      raw_ = s;
      if (kind != Block::Kind::kRow) return;
      if (raw_.ends_with('|')) raw_.pop_back();
      finish_block();
    } else {
      raw_ += ' ';
      raw_ += s;
    }
  }
  void finish_block() {
    if (raw_.empty()) return;
    step().blocks.push_back({kind_, prose(raw_, kind_ == Block::Kind::kRow)});
    raw_.clear();
  }

  /// The number of a link; a name is defined before or after it is used.
  int link(std::string_view name) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return static_cast<int>(i);
    }
    names_.emplace_back(name);
    step().links.emplace_back();
    return static_cast<int>(names_.size()) - 1;
  }

  Prose prose(std::string_view s, bool cells = false) {
    Prose out;
    std::string plain;
    const auto add = [&](Span::Kind kind, std::string_view text, int to = -1) {
      if (!plain.empty()) out.push_back({Span::Kind::kText, std::move(plain)});
      plain.clear();
      out.push_back({kind, std::string(cells ? trimmed(text) : text), to});
    };
    while (!s.empty()) {
      const bool strong = s.starts_with("**");
      const char mark = s[0];
      const std::size_t skip = strong ? 2 : 1;
      const std::string_view close = strong                       ? "**"
                                     : mark == '{'                ? "}"
                                     : mark == '['                ? "]["
                                     : mark == '*' || mark == '`' ? s.substr(0, 1)
                                                                  : std::string_view();
      const std::size_t end = close.empty() ? close.npos : s.find(close, skip);
      if (cells && mark == '|') {
        plain = trimmed(plain);
        add(Span::Kind::kCell, "");
        s.remove_prefix(1);
      } else if (end == close.npos) {
        plain += mark;
        s.remove_prefix(1);
      } else {
        const std::string_view text = s.substr(skip, end - skip);
        s.remove_prefix(end + close.size());
        if (mark == '[') {
          const std::size_t last = s.find(']');
          if (last == s.npos) return stop("a link [text][name] is not closed"), out;
          add(Span::Kind::kLink, text, link(s.substr(0, last)));
          s.remove_prefix(last + 1);
        } else {
          // Emphasis and code around a value are the value's own.
          const bool value = text.starts_with('{') && text.ends_with('}');
          if (value && mark != '{') {
            add(Span::Kind::kValue, text.substr(1, text.size() - 2));
            continue;
          }
          add(strong        ? Span::Kind::kStrong
              : mark == '{' ? Span::Kind::kValue
              : mark == '`' ? Span::Kind::kCode
                            : Span::Kind::kEmphasis,
              text);
        }
      }
    }
    if (cells) plain = trimmed(plain);
    if (!plain.empty()) out.push_back({Span::Kind::kText, std::move(plain)});
    return out;
  }

  void finish_step() {
    if (lesson_.steps.empty()) return;
    finish_block();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (step().links[i].empty())
        stop("in '" + step().title + "', link [" + names_[i] + "] is not defined");
    }
    for (const Block& b : step().blocks) {
      if (b.kind == Block::Kind::kTask && b.check.empty()) stop("a task needs a 'check:'");
    }
    names_.clear();
  }

  std::string_view text_;
  Lesson lesson_;
  std::vector<std::string> names_;  // of the step's links
  std::string problem_;
  int line_ = 0;
  std::string raw_;  // the block under way
  Block::Kind kind_ = Block::Kind::kParagraph;
};

}  // namespace

std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

Result<Lesson> parse_lesson(std::string_view id, std::string_view text) {
  return Parser(id, text).parse();
}

Result<std::vector<Chapter>> parse_chapters(std::string_view json) {
  auto parsed = parse_json(json);
  if (!parsed) return std::unexpected(std::move(parsed).error());
  std::vector<Chapter> chapters;
  JsonErrors errors;
  JsonObject top(*parsed, "", errors);
  top.each("chapters", [&](const nlohmann::json& item, const std::string& path) {
    JsonObject entry(item, path, errors);
    Chapter& chapter = chapters.emplace_back();
    entry.required("title", chapter.title);
    entry.each("lessons", [&](const nlohmann::json& lesson, const std::string& where) {
      JsonObject row(lesson, where, errors);
      LessonInfo& info = chapter.lessons.emplace_back();
      row.required("id", info.id);
      row.required("title", info.title);
      row.required("about", info.about);
      row.finish();
    });
    entry.finish();
  });
  top.finish();
  if (errors.first) return std::unexpected(std::move(*errors.first));
  return chapters;
}

}  // namespace ap
