#include "io/arrays/csv.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "io/arrays/number_text.hpp"
#include "io/arrays/table_lines.hpp"

namespace ap {
namespace {

std::string_view bare(std::string_view field) noexcept {
  field = trimmed(field);
  return is_quoted(field) ? field.substr(1, field.size() - 2) : field;
}

NumberReading reading(std::string_view field) noexcept { return read_cell_number(bare(field)); }

/// Part of a row or a column of a grid.
struct Cells {
  const Grid& grid;
  bool column;
  std::size_t from;
  [[nodiscard]] std::size_t size() const { return (column ? grid.rows : grid.cols) - from; }
  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    return column ? grid.at(from + i, 0) : grid.at(0, from + i);
  }
};

/// No cell is a number, and one at least is more than a sign that something is missing.
bool are_labels(const Cells& cells) {
  bool label = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (reading(cells[i]).number() || is_figure(cells[i])) return false;
    label = label || !is_missing(cells[i]);
  }
  return label;
}

/// Whole numbers, each the one before and one: how programs call columns without a name.
bool are_counted(const Cells& cells, bool from_start) {
  float last = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const NumberReading x = reading(cells[i]);
    if (!x.number() || x.by_point != std::floor(x.by_point)) return false;
    if (i == 0 ? from_start && x.by_point != 0 && x.by_point != 1 : x.by_point != last + 1)
      return false;
    last = x.by_point;
  }
  return true;
}

struct Sides {
  bool head = false, side = false;
};

Sides find_labels(const Grid& grid) {
  const bool corner = grid.rows > 1 && grid.cols > 1 && bare(grid.at(0, 0)).empty();
  if (!corner) {
    const bool head = are_labels({grid, false, 0});
    const std::size_t top = head ? 1 : 0;
    return {head, grid.cols > 1 && grid.rows > top && are_labels({grid, true, top})};
  }
  // An empty corner means labels on both sides, or that a number is missing. Quotes around nothing
  // say that it is the former.
  if (is_quoted(grid.at(0, 0))) return {true, true};
  bool whole = true;
  for (std::size_t i = 1; i < grid.rows && whole; ++i) {
    for (std::size_t j = 1; j < grid.cols && whole; ++j) {
      const NumberReading x = reading(grid.at(i, j));
      whole = x.number() && x.by_point == std::floor(x.by_point);
    }
  }
  const Cells head{grid, false, 1}, side{grid, true, 1};
  const bool both = are_labels(head) || are_labels(side) ||
                    (are_counted(head, whole) && are_counted(side, whole));
  return {both, both};
}

/// The numbers of a grid right of and below its labels.
class Body {
 public:
  Body(const Grid& grid, Sides labels, std::string_view where)
      : grid_(grid), top_(labels.head ? 1 : 0), left_(labels.side ? 1 : 0), where_(where) {}

  Result<void> read(Table& out) {
    out.boolean = true;
    for (std::size_t i = top_; i < grid_.rows; ++i) {
      for (std::size_t j = left_; j < grid_.cols; ++j) {
        const NumberReading x = reading(grid_.at(i, j));
        if (!x.number()) return no_number({i, j});
        if (x.decides() && x.point && !point_) point_ = Place{i, j};
        if (x.decides() && x.comma && !comma_) comma_ = Place{i, j};
        if (x.differs() && x.grouped && !either_) either_ = Place{i, j};
        out.boolean = out.boolean && x.boolean;
        out.array.data.push_back(x.by_point);
      }
    }
    if (point_ && comma_) {
      return bad(*comma_, " has a decimal comma, '" + text(*point_) + "' in " + name(*point_) +
                              " a decimal point; write all of them in one way");
    }
    if (!point_ && !comma_ && either_) {
      return bad(
          *either_,
          " may be a fraction or thousands, and no other number says which; write it without "
          "a mark between thousands");
    }
    if (comma_) by_comma(out);
    return {};
  }

 private:
  struct Place {
    std::size_t row, col;
  };
  [[nodiscard]] std::string text(Place p) const {
    return std::string(trimmed(grid_.at(p.row, p.col)).substr(0, 30));
  }
  static std::string name(Place p) {
    return "row " + std::to_string(p.row + 1) + ", column " + std::to_string(p.col + 1);
  }
  [[nodiscard]] std::unexpected<Error> bad(Place p, const std::string& what) const {
    return fail(ErrorCode::kParse, "'" + text(p) + "'" + what,
                std::string(where_) + ", " + name(p));
  }
  [[nodiscard]] std::unexpected<Error> no_number(Place p) const {
    if (bare(grid_.at(p.row, p.col)).empty()) {
      return fail(ErrorCode::kParse, "the cell is empty; write nan where there is no number",
                  std::string(where_) + ", " + name(p));
    }
    return bad(p, " is not a number");
  }
  void by_comma(Table& out) const {
    std::size_t at = 0;
    for (std::size_t i = top_; i < grid_.rows; ++i) {
      for (std::size_t j = left_; j < grid_.cols; ++j)
        out.array.data[at++] = reading(grid_.at(i, j)).by_comma;
    }
  }

  const Grid& grid_;
  std::size_t top_, left_;
  std::string_view where_;
  // The first cell that has a decimal point, that has a decimal comma, that might have either.
  std::optional<Place> point_, comma_, either_;
};

}  // namespace

Result<Table> read_table(std::string_view text, std::string_view where, char separator) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto grid = read_grid(text, separator, where);
  if (!grid) return std::unexpected(grid.error());
  const Sides labels = find_labels(*grid);
  const std::size_t top = labels.head ? 1 : 0, left = labels.side ? 1 : 0;
  Table out;
  for (std::size_t j = left; labels.head && j < grid->cols; ++j)
    out.cols.push_back(unquoted(grid->at(0, j)));
  for (std::size_t i = top; labels.side && i < grid->rows; ++i)
    out.rows.push_back(unquoted(grid->at(i, 0)));
  out.array.shape = {static_cast<std::int64_t>(grid->rows - top),
                     static_cast<std::int64_t>(grid->cols - left)};
  if (auto ok = Body(*grid, labels, where).read(out); !ok) return std::unexpected(ok.error());
  if (out.array.data.empty())
    return fail(ErrorCode::kParse, "there are labels but no numbers", std::string(where));
  return out;
}

}  // namespace ap
