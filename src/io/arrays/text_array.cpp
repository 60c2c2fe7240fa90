#include "io/arrays/text_array.hpp"

#include <algorithm>

#include "io/arrays/csv.hpp"
#include "io/arrays/number_text.hpp"
#include "io/arrays/printed_lists.hpp"

namespace ap {
namespace {

Result<TextArray> as_table(std::string_view text, std::string_view where, char separator = '\0') {
  auto table = read_table(text, where, separator);
  if (!table) return std::unexpected(table.error());
  return TextArray{std::move(table->array), table->boolean};
}

/// The first line, which it takes away.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// Without what stands before the numbers: comments, "A =" (MATLAB), "2×2 Matrix{Float64}:"
/// (Julia).
std::string_view without_heading(std::string_view text) {
  while (true) {
    std::string_view rest = text;
    const std::string_view line = trimmed(take_line(rest));
    const bool heading = line.empty() || line.starts_with("# ") || line == "#" ||
                         line.ends_with('=') || line.ends_with(':');
    if (!heading || rest.empty()) return text;
    text = rest;
  }
}

/// "[1 2; 3 4]", one matrix with rows between semicolons, as MATLAB, Octave and Julia write it.
bool is_matlab(std::string_view text) {
  const std::size_t open = text.find('['), close = text.find(']', open);
  return open != std::string_view::npos && close != std::string_view::npos &&
         text.substr(open, close - open).find(';') != std::string_view::npos &&
         text.find('[', open + 1) == std::string_view::npos;
}

Result<TextArray> read_matlab(std::string_view text, std::string_view where) {
  const auto bad = [&](const char* message, std::size_t at) {
    return fail(ErrorCode::kParse, message,
                std::string(where) + (where.empty() ? "" : ", ") + line_and_column(text, at));
  };
  const std::size_t open = text.find('['), close = text.find(']', open);
  if (text.substr(0, open).find('*') != std::string_view::npos)
    return bad("a factor stands before the numbers; print them without it", 0);
  const std::size_t after = text.find_first_not_of(" \t\r\n;,)", close + 1);
  if (after != std::string_view::npos)
    return bad("something follows the matrix; paste it alone", after);
  std::string rows(text.substr(open + 1, close - open - 1));
  for (std::size_t at = 0; (at = rows.find("...", at)) != std::string::npos;) {
    // A line that goes on in the next.
    const std::size_t end = std::min(rows.find('\n', at), rows.size() - 1);
    rows.replace(at, end - at + 1, " ");
  }
  std::ranges::replace(rows, ';', '\n');
  std::ranges::replace(rows, ',', ' ');
  return as_table(rows, where, ' ');
}

/// A line of a Markdown table, its cells without escapes.
std::vector<std::string> pipe_cells(std::string_view line) {
  std::vector<std::string> cells;
  line.remove_prefix(1);
  std::string cell;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      cell += line[++i];
    } else if (line[i] == '|') {
      cells.emplace_back(trimmed(cell));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  if (!trimmed(cell).empty()) cells.emplace_back(trimmed(cell));
  return cells;
}

/// The numbers of a table between pipes, with tabs instead. Its first line is labels, and its first
/// column where the corner is empty. Nothing if there is no such table.
std::string without_pipes(std::string_view text, bool& several) {
  std::string out;
  bool labels = false, rule = false;
  std::size_t row = 0;  // of the table: labels, the rule below them, numbers
  several = false;
  while (!text.empty()) {
    const std::string_view line = trimmed(take_line(text));
    if (!line.starts_with('|')) {
      row = 0;
      continue;
    }
    const auto cells = pipe_cells(line);
    if (row == 0) {
      several = several || rule;
      labels = !cells.empty() && cells[0].empty();
    }
    const bool ruled = row == 1 && line.find_first_not_of("|:- \t") == std::string_view::npos;
    rule = rule || ruled;
    for (std::size_t j = labels ? 1 : 0; row > 0 && !ruled && j < cells.size(); ++j)
      out += cells[j] + (j + 1 < cells.size() ? '\t' : '\n');
    ++row;
  }
  return rule ? out : std::string();
}

}  // namespace

std::string line_and_column(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t last = before.rfind('\n');
  const std::size_t column =
      last == std::string_view::npos ? before.size() : before.size() - last - 1;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column + 1);
}

Result<TextArray> read_text_array(std::string_view text, std::string_view where) {
  if (text.size() > kMaxTextBytes) {
    return fail(ErrorCode::kTooLarge, "is larger than 64 MB; use a .npy file", std::string(where));
  }
  text = trimmed(text);
  if (text.empty()) return fail(ErrorCode::kParse, "there is no text", std::string(where));
  bool several = false;
  if (text.find("\n|") != std::string_view::npos) {
    const std::string table = without_pipes(text, several);
    if (!table.empty() && several) {
      return fail(ErrorCode::kParse, "there is more than one array; paste one at a time",
                  std::string(where));
    }
    if (!table.empty()) return as_table(table, where, '\t');
  }
  // What R prints: "[1,]" before rows, "[,1]" over columns.
  if (text.starts_with("[,1]") || text.find(" [,1]") != std::string_view::npos)
    return as_table(text, where, ' ');
  const std::string_view numbers = without_heading(text);
  // A bracket after a separator is in a table's label.
  const std::string_view before = text.substr(0, text.find('['));
  const bool table =
      before.size() < text.size() && !text.starts_with('<') && !text.starts_with('(') &&
      before.find_first_of(",;\t") != std::string_view::npos && !numbers.starts_with('[');
  if (table) return as_table(numbers, where);
  if (is_matlab(text)) return read_matlab(text, where);
  const bool call = !numbers.empty() && numbers.find('(') != std::string_view::npos &&
                    numbers.find_first_of(" \t\n") > numbers.find('(');
  if (numbers.find('[') != std::string_view::npos || call) return read_printed_lists(text, where);
  const std::string_view first = numbers.substr(0, numbers.find('\n'));
  if (trimmed(first).ends_with('*')) {
    return fail(ErrorCode::kParse, "a factor stands before the numbers; print them without it",
                std::string(where));
  }
  return as_table(numbers, where);
}

}  // namespace ap
