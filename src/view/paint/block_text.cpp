#include "view/paint/block_text.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "view/paint/number.hpp"

namespace ap {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Quotes that spreadsheets put around a cell, and blanks.
std::string_view bare(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == text.back() &&
      (text.front() == '"' || text.front() == '\'')) {
    text = trimmed(text.substr(1, text.size() - 2));
  }
  return text;
}

/// np.inf, float('-inf'), Infinity and numbers.
Result<float> read_cell(std::string_view text) {
  if (const std::size_t call = text.find("float("); call <= 1 && text.ends_with(")")) {
    const std::string inner(bare(text.substr(call + 6, text.size() - call - 7)));
    auto value = read_cell(inner);
    if (value && call == 1 && text.front() == '-') return -*value;
    return value;
  }
  for (const std::string_view prefix : {"-", "+", ""}) {
    if (!text.starts_with(prefix)) continue;
    const std::string_view rest = text.substr(prefix.size());
    if (rest != "inf" && rest != "np.inf" && rest != "Infinity" && rest != "∞") continue;
    const float inf = std::numeric_limits<float>::infinity();
    return prefix == "-" ? -inf : inf;
  }
  return parse_number(text);
}

using Rows = std::vector<std::vector<std::string_view>>;

/// Cells between `marks`; for blanks a run of them is one.
std::vector<std::string_view> split(std::string_view line, std::string_view marks, bool runs) {
  std::vector<std::string_view> cells;
  std::size_t from = 0;
  while (from <= line.size()) {
    const std::size_t to = std::min(line.find_first_of(marks, from), line.size());
    if (!runs || to > from) cells.push_back(line.substr(from, to - from));
    from = to + 1;
  }
  return cells;
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  if (line.find('\t') != std::string_view::npos)
    cells = split(line, "\t", false);
  else if (line.find(';') != std::string_view::npos)
    cells = split(line, ";", false);
  else if (line.find(',') != std::string_view::npos)
    cells = split(line, ",", false);
  else
    return split(line, " ", true);
  // A trailing comma ends a row in code.
  if (cells.size() > 1 && bare(cells.back()).empty()) cells.pop_back();
  return cells;
}

Rows lines_of(std::string_view text) {
  Rows rows;
  for (std::string_view line : split(text, "\n", false)) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (trimmed(line).empty()) continue;
    rows.push_back(cells_of(line));
  }
  return rows;
}

/// "array([[1, 2],\n [3, 4]], dtype=float32)": each innermost bracket is a row.
Result<Rows> bracketed(std::string_view text) {
  Rows rows;
  int depth = 0;
  std::size_t start = 0;
  bool inner = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') {
      ++depth;
      start = i + 1;
      inner = true;
    } else if (text[i] == ']') {
      if (inner) {
        std::string_view row = text.substr(start, i - start);
        const bool commas = row.find(',') != std::string_view::npos;
        auto cells = split(row, commas ? "," : kBlanks, !commas);
        if (cells.size() > 1 && bare(cells.back()).empty()) cells.pop_back();
        rows.push_back(std::move(cells));
      }
      inner = false;
      if (--depth < 0) return fail(ErrorCode::kParse, "a bracket is closed that was not opened");
    }
  }
  if (depth != 0) return fail(ErrorCode::kParse, "a bracket is not closed");
  return rows;
}

}  // namespace

std::string format_block(ConstView values, BlockFormat format) {
  const bool list = format == BlockFormat::kNumpy || format == BlockFormat::kPython;
  const std::string_view mark = format == BlockFormat::kTsv ? "\t" : list ? ", " : ",";
  std::string out = format == BlockFormat::kNumpy ? "np.array(" : "";
  if (list) out += '[';
  for (int r = 0; r < values.rows; ++r) {
    if (list) out += r == 0 ? "[" : (format == BlockFormat::kNumpy ? ",\n          [" : ",\n [");
    for (int c = 0; c < values.cols; ++c) {
      if (c > 0) out += mark;
      const NumberText exact = format_exact(values(r, c));
      const std::string_view number = exact.view();
      if (list && (number == "inf" || number == "-inf" || number == "nan")) {
        const bool minus = number.front() == '-';
        const std::string word(minus ? number.substr(1) : number);
        out += minus ? "-" : "";
        out += format == BlockFormat::kNumpy ? "np." + word : "float('" + word + "')";
      } else {
        out += number;
      }
    }
    if (list)
      out += ']';
    else
      out += '\n';
  }
  if (list) out += ']';
  if (format == BlockFormat::kNumpy) out += ", dtype=np.float32)";
  return out;
}

Result<Matrix> parse_block(std::string_view text) {
  if (text.size() > kMaxBlockBytes) return fail(ErrorCode::kTooLarge, "the text is over 64 MB");
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Rows rows;
  if (text.find('[') != std::string_view::npos) {
    auto read = bracketed(text);
    if (!read) return std::unexpected(std::move(read).error());
    rows = std::move(*read);
  } else {
    rows = lines_of(text);
  }
  if (rows.empty() || rows.front().empty()) {
    return fail(ErrorCode::kParse, "there are no numbers in what was pasted");
  }
  const std::size_t cols = rows.front().size();
  Matrix block(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(cols));
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].size() != cols) {
      return fail(ErrorCode::kShape,
                  "row " + std::to_string(r + 1) + " has " + std::to_string(rows[r].size()) +
                      " numbers, the first has " + std::to_string(cols),
                  "row " + std::to_string(r + 1));
    }
    for (std::size_t c = 0; c < cols; ++c) {
      auto value = read_cell(bare(rows[r][c]));
      if (!value) {
        Error error = std::move(value).error();
        error.where = "row " + std::to_string(r + 1) + ", column " + std::to_string(c + 1);
        error.message = error.where + ": " + error.message;
        return std::unexpected(std::move(error));
      }
      block(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = *value;
    }
  }
  return block;
}

}  // namespace ap
