#include "io/arrays/csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "attention/model/tensor_id.hpp"
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

bool number(std::string_view field, char separator, float& out, bool* boolean = nullptr) {
  field = trimmed(field);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  if (read_number(field, out, boolean)) return true;
  const std::size_t comma = field.find(',');
  if (separator == ',' || comma == std::string_view::npos || field.size() > 60) return false;
  std::string dotted(field);
  dotted[comma] = '.';
  return read_number(dotted, out, boolean);
}

char find_separator(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  for (const char c : {'\t', ';', ','}) {
    if (line.find(c) != std::string_view::npos) return c;
  }
  return ',';
}

struct Grid {
  std::vector<std::string_view> fields;
  std::size_t rows = 0;
  std::size_t cols = 0;
  [[nodiscard]] std::string_view at(std::size_t i, std::size_t j) const {
    return fields[i * cols + j];
  }
};

Result<Grid> read_grid(std::string_view text, char separator, std::string_view where) {
  const auto bad = [&](std::string message, ErrorCode code = ErrorCode::kParse) {
    return fail(code, std::move(message), std::string(where));
  };
  Fields lines(text, separator);
  Grid grid;
  std::vector<std::string_view> line;
  for (std::size_t n = 1; !lines.done(); ++n) {
    if (!lines.line(line)) return bad("a quote in line " + std::to_string(n) + " does not end");
    if (line.empty() || (line.size() == 1 && trimmed(line[0]).empty())) continue;
    if (grid.rows == 0) grid.cols = line.size();
    if (line.size() != grid.cols) {
      return bad("line " + std::to_string(n) + " has " + std::to_string(line.size()) +
                 (line.size() == 1 ? " field" : " fields") + ", the first has " +
                 std::to_string(grid.cols));
    }
    if (grid.fields.size() + line.size() > kMaxFields)
      return bad("more than 8 million fields", ErrorCode::kTooLarge);
    grid.fields.insert(grid.fields.end(), line.begin(), line.end());
    ++grid.rows;
  }
  if (grid.rows == 0) return bad("there is no line with numbers");
  return grid;
}

/// The whole number of a field, at most `most`.
bool whole(std::string_view field, std::int64_t most, std::int64_t& out) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), out);
  return error == std::errc{} && end == field.data() + field.size() && out >= 0 && out <= most;
}

/// The lines of one stage of one layer.
struct Group {
  std::string name;
  bool stacked = false;
  std::vector<std::array<std::int64_t, 3>> places;  // head, row, col
  std::vector<float> values;
};

Result<Array> arranged(const Group& group, std::string_view where) {
  std::array<std::int64_t, 3> size{0, 0, 0};
  for (const auto& place : group.places) {
    for (std::size_t k = 0; k < 3; ++k) size[k] = std::max(size[k], place[k] + 1);
  }
  const auto count = static_cast<std::int64_t>(group.values.size());
  // Each index is below 2^31 and the rows alone are no more than the numbers: no product overflows.
  const bool full = size[0] <= count && size[1] <= count && size[0] * size[1] <= count &&
                    size[0] * size[1] * size[2] == count;
  std::vector<bool> seen(full ? group.values.size() : 0);
  Array out{{size[1], size[2]}, std::vector<float>(seen.size())};
  if (group.stacked) out.shape.insert(out.shape.begin(), size[0]);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const auto& p = group.places[i];
    const auto at = static_cast<std::size_t>((p[0] * size[1] + p[1]) * size[2] + p[2]);
    if (seen[at])
      return fail(ErrorCode::kParse, group.name + " has a cell twice", std::string(where));
    seen[at] = true;
    out.data[at] = group.values[i];
  }
  if (!full) return fail(ErrorCode::kParse, group.name + " lacks cells", std::string(where));
  return out;
}

}  // namespace

Result<Table> read_table(std::string_view text, std::string_view where, char separator) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (separator == '\0') separator = find_separator(text);
  const auto grid = read_grid(text, separator, where);
  if (!grid) return std::unexpected(grid.error());
  float value = 0;
  // An empty corner means labels on both sides; else labels are what is no number.
  const bool corner = grid->rows > 1 && grid->cols > 1 && unquoted(grid->at(0, 0)).empty();
  bool head = corner;
  for (std::size_t j = corner ? grid->cols : 0; j < grid->cols && !head; ++j) {
    head = (j > 0 || grid->cols == 1) && !number(grid->at(0, j), separator, value);
  }
  bool side = corner;
  for (std::size_t i = head ? 1 : 0; i < grid->rows && !side && grid->cols > 1; ++i) {
    side = !number(grid->at(i, 0), separator, value);
  }
  const std::size_t top = head ? 1 : 0, left = side ? 1 : 0;
  Table out;
  for (std::size_t j = left; head && j < grid->cols; ++j)
    out.cols.push_back(unquoted(grid->at(0, j)));
  for (std::size_t i = top; side && i < grid->rows; ++i)
    out.rows.push_back(unquoted(grid->at(i, 0)));
  out.array.shape = {static_cast<std::int64_t>(grid->rows - top),
                     static_cast<std::int64_t>(grid->cols - left)};
  out.boolean = true;
  for (std::size_t i = top; i < grid->rows; ++i) {
    for (std::size_t j = left; j < grid->cols; ++j) {
      bool boolean = false;
      if (!number(grid->at(i, j), separator, value, &boolean)) {
        return fail(ErrorCode::kParse,
                    "'" + std::string(grid->at(i, j).substr(0, 30)) + "' is not a number",
                    std::string(where) + ", row " + std::to_string(i + 1) + ", column " +
                        std::to_string(j + 1));
      }
      out.boolean = out.boolean && boolean;
      out.array.data.push_back(value);
    }
  }
  if (out.array.data.empty())
    return fail(ErrorCode::kParse, "there are labels but no numbers", std::string(where));
  return out;
}

Result<NamedTensors> read_long_csv(std::string_view text, std::string_view where) {
  const auto grid = read_grid(text, ',', where);
  if (!grid) return std::unexpected(grid.error());
  if (grid->cols != 8)
    return fail(ErrorCode::kParse, "the first line must be " + std::string(kLongHeader),
                std::string(where));
  std::vector<Group> groups;
  constexpr std::int64_t kMost = 1 << 20;
  for (std::size_t i = 1; i < grid->rows; ++i) {
    std::int64_t layer = 0;
    std::array<std::int64_t, 3> place{};
    float value = 0;
    const std::string_view stage_name = grid->at(i, 1);
    const auto stage = stage_from(stage_name);
    const bool good = whole(grid->at(i, 0), 100, layer) && whole(grid->at(i, 2), kMost, place[0]) &&
                      whole(grid->at(i, 3), kMost, place[1]) &&
                      whole(grid->at(i, 4), kMost, place[2]) && read_number(grid->at(i, 7), value);
    if (!stage || !good) {
      return fail(ErrorCode::kParse, "is not layer, stage, head, row, col, labels, value",
                  std::string(where) + ", row " + std::to_string(i + 1));
    }
    const std::string name =
        before_layers(*stage) ? std::string(stage_name)
                              : "layers." + std::to_string(layer) + "." + std::string(stage_name);
    if (groups.empty() || groups.back().name != name)
      groups.push_back({name, per_head(*stage), {}, {}});
    groups.back().places.push_back(place);
    groups.back().values.push_back(value);
  }
  NamedTensors out;
  for (Group& group : groups) {
    // Positions are by head for ALiBi alone.
    if (group.name == "positions") {
      group.stacked = std::ranges::any_of(group.places, [](const auto& p) { return p[0] > 0; });
    }
    auto array = arranged(group, where);
    if (!array) return std::unexpected(array.error());
    out.emplace_back(group.name, std::move(*array));
  }
  return out;
}

}  // namespace ap
