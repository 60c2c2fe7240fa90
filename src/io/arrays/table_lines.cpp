#include "io/arrays/table_lines.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "io/arrays/csv.hpp"
#include "io/arrays/number_text.hpp"

namespace ap {
namespace {

/// Fields of one text, line by line; a quoted field may hold line ends.
class Fields {
 public:
  Fields(std::string_view text, char separator) : text_(text), separator_(separator) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }

  /// The next line's fields, quotes still on; false if a quote does not end.
  bool line(std::vector<std::string_view>& out) {
    out.clear();
    while (true) {
      if (separator_ == ' ') {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
        if (done() || ends(at_)) break;
      }
      const std::size_t start = at_;
      if (at_ < text_.size() && text_[at_] == '"' && !skip_quoted()) return false;
      while (at_ < text_.size() && text_[at_] != separator_ && !ends(at_)) ++at_;
      out.push_back(text_.substr(start, at_ - start));
      if (done() || ends(at_)) break;
      ++at_;  // the separator
      if (done() && separator_ != ' ') out.push_back({});
    }
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    return true;
  }

 private:
  [[nodiscard]] bool ends(std::size_t at) const { return text_[at] == '\n' || text_[at] == '\r'; }
  bool skip_quoted() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != '"') continue;
      ++at_;
      if (at_ >= text_.size() || text_[at_] != '"') return true;
    }
    return false;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
};

/// Lines of fields, not yet of one length.
struct Lines {
  std::vector<std::string_view> fields;
  std::vector<std::size_t> counts;
  std::vector<std::size_t> numbers;  // of each line in the text, from 1
};

using Line = std::vector<std::string_view>;
using Skip = bool (*)(const Line&, char separator, const Lines& before);

Result<Lines> read_lines(std::string_view text, char separator, std::string_view where, Skip skip) {
  const auto bad = [&](std::string message, ErrorCode code = ErrorCode::kParse) {
    return fail(code, std::move(message), std::string(where));
  };
  Fields reader(text, separator);
  Lines out;
  Line line;
  for (std::size_t n = 1; !reader.done(); ++n) {
    if (!reader.line(line)) return bad("a quote in line " + std::to_string(n) + " does not end");
    if (line.empty() || (line.size() == 1 && trimmed(line[0]).empty())) continue;
    if (skip != nullptr && skip(line, separator, out)) continue;
    if (out.fields.size() + line.size() > kMaxFields)
      return bad("more than 8 million fields", ErrorCode::kTooLarge);
    out.fields.insert(out.fields.end(), line.begin(), line.end());
    out.counts.push_back(line.size());
    out.numbers.push_back(n);
  }
  if (out.counts.empty()) return bad("there is no line with numbers");
  return out;
}

Result<Grid> same_length(Lines lines, std::string_view where) {
  const auto& counts = lines.counts;
  const auto other = std::ranges::find_if(counts, [&](std::size_t n) { return n != counts[0]; });
  if (other != counts.end()) {
    const auto at = static_cast<std::size_t>(other - counts.begin());
    return fail(ErrorCode::kParse,
                "line " + std::to_string(lines.numbers[at]) + " has " + std::to_string(*other) +
                    (*other == 1 ? " field" : " fields") + ", the first has " +
                    std::to_string(counts[0]),
                std::string(where));
  }
  return Grid{std::move(lines.fields), counts.size(), counts[0]};
}

bool is_number(std::string_view field) noexcept {
  if (is_quoted(field)) field = trimmed(field).substr(1, trimmed(field).size() - 2);
  return read_cell_number(field).number();
}

/// "# made by numpy.savetxt", but no row whose label begins with #: "##ing,0.5,1".
bool is_comment(const Line& line, char separator, const Lines& before) {
  const std::string_view first = trimmed(line[0]);
  if (!first.starts_with('#')) return false;
  const auto rest = std::span(line).subspan(1);
  if (separator == ' ') {
    const bool row = !before.counts.empty() && before.counts[0] == line.size() &&
                     !is_number(before.fields[0]) && std::ranges::all_of(rest, is_number);
    return !row && (first == "#" || std::ranges::none_of(rest, is_number));
  }
  if (first.size() > 1 && (first[1] == ' ' || first[1] == '\t')) return true;
  const auto value = [](std::string_view field) { return is_number(field) || is_missing(field); };
  return rest.empty() || !std::ranges::any_of(rest, value);
}

/// An empty field at the end: of the lines that are longer by it than the others, or of all.
void drop_trailing(Lines& lines) {
  const auto& counts = lines.counts;
  const std::size_t least = std::ranges::min(counts);
  std::size_t at = 0, empty = 0;
  for (const std::size_t n : counts) {
    at += n;
    empty += trimmed(lines.fields[at - 1]).empty() ? 1 : 0;
  }
  const bool all = empty == counts.size() && least > 1;
  const bool some = std::ranges::any_of(counts, [&](std::size_t n) { return n == least + 1; });
  if (!all && !some) return;
  std::vector<std::string_view> kept;
  at = 0;
  for (std::size_t& n : lines.counts) {
    const bool drop = (all || n == least + 1) && trimmed(lines.fields[at + n - 1]).empty();
    const std::size_t next = at + n;
    n -= drop ? 1 : 0;
    for (std::size_t j = 0; j < n; ++j) kept.push_back(lines.fields[at + j]);
    at = next;
  }
  lines.fields = std::move(kept);
}

/// R and pandas write no label for the column of labels. Those of the columns are words, or count
/// from 0 or 1 in what pandas prints.
void add_corner(Lines& lines, char separator) {
  const auto& counts = lines.counts;
  const std::span first = std::span(lines.fields).first(counts[0]);
  const bool counted = separator == ' ' && (first[0] == "0" || first[0] == "1");
  if (!counted && std::ranges::any_of(first, is_number)) return;
  const std::span rest = std::span(counts).subspan(1);
  if (rest.empty() || std::ranges::any_of(rest, [&](std::size_t n) { return n != counts[0] + 1; }))
    return;
  lines.fields.insert(lines.fields.begin(), std::string_view());
  ++lines.counts[0];
}

/// How many fields blanks part a line into; `number`: one of them is.
std::size_t blank_fields(std::string_view line, bool& number) {
  Fields reader(line, ' ');
  Line fields;
  if (!reader.line(fields)) return 0;
  number = std::ranges::any_of(fields, is_number);
  return fields.size();
}

std::size_t count_outside_quotes(std::string_view line, char separator) noexcept {
  std::size_t n = 0;
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == separator && !quoted) ++n;
  }
  return n;
}

/// What parts the fields of the first two lines; in the first choice, both into as many.
char find_separator(std::string_view text) {
  std::array<std::string_view, 2> lines;
  std::size_t found = 0;
  for (const bool comments : {false, true}) {
    for (std::size_t at = 0; at < text.size() && found < 2;) {
      const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
      const std::string_view line = text.substr(at, end - at);
      at = end + 1;
      if (!trimmed(line).empty() && (comments || !trimmed(line).starts_with('#')))
        lines[found++] = line;
    }
    if (found > 0) break;
  }
  if (found == 1) lines[1] = lines[0];
  constexpr std::string_view kCandidates = "\t;,";
  for (const int choice : {0, 1, 2}) {
    for (const char c : kCandidates) {
      const std::size_t a = count_outside_quotes(lines[0], c),
                        b = count_outside_quotes(lines[1], c);
      if (choice == 0 ? a > 0 && a == b : choice == 1 ? a > 0 && b > 0 : a > 0 || b > 0) return c;
    }
  }
  bool number = false, other = false;
  const std::size_t first = blank_fields(lines[0], number);
  return (first > 1 && number) || blank_fields(lines[1], other) > 1 ? ' ' : ',';
}

/// Excel's first line "sep=;", which it takes away.
char named_separator(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  while (!line.empty() && (line.back() == ' ' || line.back() == '"')) line.remove_suffix(1);
  if (line.starts_with('"')) line.remove_prefix(1);
  if (line.size() != 5 || !(line.starts_with("sep=") || line.starts_with("SEP="))) return '\0';
  text.remove_prefix(end);
  return line[4];
}

}  // namespace

bool is_quoted(std::string_view field) noexcept {
  field = trimmed(field);
  return field.size() >= 2 && field.front() == '"' && field.back() == '"';
}

std::string unquoted(std::string_view field) {
  field = trimmed(field);
  if (field.size() < 2 || field.front() != '"' || field.back() != '"') return std::string(field);
  std::string out;
  for (std::size_t i = 1; i + 1 < field.size(); ++i) {
    out += field[i];
    if (field[i] == '"' && field[i + 1] == '"') ++i;
  }
  return out;
}

bool is_missing(std::string_view field) noexcept {
  constexpr std::array<std::string_view, 12> kWords{"",     "na", "n/a", "null", "none", "nil",
                                                    "#n/a", "-",  "--",  ".",    "?",    "missing"};
  field = trimmed(field);
  if (is_quoted(field)) field = trimmed(field.substr(1, field.size() - 2));
  if (field.size() > 1 && field.front() == '#' && (field.back() == '!' || field.back() == '?'))
    return true;
  return std::ranges::any_of(kWords, [&](std::string_view word) {
    return std::ranges::equal(word, field, {}, {}, [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
  });
}

bool is_figure(std::string_view field) noexcept {
  constexpr std::array<std::string_view, 17> kParts{"0", "1", "2", "3", "4",           "5",
                                                    "6", "7", "8", "9", ".",           ",",
                                                    "'", "%", "$", " ", "\xE2\x80\x99"};
  constexpr std::array<std::string_view, 6> kWide{"\xC2\xA0",     "\xE2\x80\xAF", "\xE2\x80\x89",
                                                  "\xE2\x82\xAC", "\xC2\xA3",     "\xE2\x88\x92"};
  field = trimmed(field);
  if (is_quoted(field)) field = trimmed(field.substr(1, field.size() - 2));
  if (field.starts_with('-') || field.starts_with('+')) field.remove_prefix(1);
  bool digit = false;
  while (!field.empty()) {
    const auto begins = [&](std::string_view part) { return field.starts_with(part); };
    const auto* part = std::ranges::find_if(kParts, begins);
    const auto* wide = std::ranges::find_if(kWide, begins);
    if (part == kParts.end() && wide == kWide.end()) return false;
    digit = digit || (field[0] >= '0' && field[0] <= '9');
    field.remove_prefix(part != kParts.end() ? part->size() : wide->size());
  }
  return digit;
}

Result<Grid> read_strict_grid(std::string_view text, char separator, std::string_view where) {
  auto lines = read_lines(text, separator, where, nullptr);
  if (!lines) return std::unexpected(lines.error());
  return same_length(std::move(*lines), where);
}

Result<Grid> read_grid(std::string_view text, char separator, std::string_view where) {
  if (separator == '\0') separator = named_separator(text);
  if (separator == '\0') separator = find_separator(text);
  auto lines = read_lines(text, separator, where, is_comment);
  if (!lines) return std::unexpected(lines.error());
  drop_trailing(*lines);
  add_corner(*lines, separator);
  return same_length(std::move(*lines), where);
}

}  // namespace ap
