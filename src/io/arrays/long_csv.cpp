// The long form that the whole-trace export writes, back as named tensors.
#include <algorithm>
#include <array>
#include <charconv>

#include "attention/model/tensor_id.hpp"
#include "io/arrays/csv.hpp"
#include "io/arrays/number_text.hpp"
#include "io/arrays/table_lines.hpp"

namespace ap {
namespace {

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

Result<NamedTensors> read_long_csv(std::string_view text, std::string_view where) {
  const auto grid = read_strict_grid(text, ',', where);
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
        before_layers(*stage) && layer == 0
            ? std::string(stage_name)
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
