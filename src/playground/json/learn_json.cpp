#include "playground/json/learn_json.hpp"

#include <algorithm>
#include <utility>

namespace ap {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxWordBytes = 1000;

void read_target(const Json& json, Target& out, const std::string& path, JsonErrors& errors) {
  JsonObject object(json, path, errors);
  object.optional("stage", out.stage);
  object.optional("layer", out.layer);
  object.optional("head", out.head);
  object.required("row", out.row);
  object.optional("word", out.word);
  if (out.word.size() > kMaxWordBytes) {
    errors.add(ErrorCode::kTooLarge, "the word is too long", object.path("word"));
  }
  if (const Json* values = object.find("values"); values && !object.errors()) {
    Matrix row;
    read_row(*values, row, object.path("values"), errors);
    out.values = share(std::move(row));
  }
  object.finish();
}

}  // namespace

void read_targets(JsonObject& object, std::string_view key, std::vector<Target>& out) {
  if (!object.find(key)) return;
  object.each(key, [&](const Json& item, const std::string& path) {
    Target target;
    read_target(item, target, path, object.errors());
    out.push_back(std::move(target));
  });
}

void read_learn_options(JsonObject& object, Learning& out) {
  each_learn_option(out, [&](const char* key, auto& option) { object.optional(key, option); });
}

void read_locked_cells(JsonObject& object, LockedCells& out) {
  if (!object.find("locked_cells")) return;
  std::vector<CellId> cells;
  object.each("locked_cells", [&](const Json& item, const std::string& path) {
    JsonObject run(item, path, object.errors());
    CellId cell;
    int cols = 1;
    run.required("stage", cell.tensor.stage);
    run.optional("layer", cell.tensor.layer);
    run.optional("head", cell.tensor.head);
    run.required("row", cell.row);
    run.required("col", cell.col);
    run.optional("cols", cols);
    run.finish();
    if (cols < 1 || cols > kMaxWidth || cell.col < 0 || cell.col > kMaxWidth) {
      object.errors().add(ErrorCode::kRange, "there are no such columns", path);
    } else if (cells.size() + static_cast<std::size_t>(cols) > kMaxLockedCells) {
      object.errors().add(ErrorCode::kTooLarge,
                          "more than " + std::to_string(kMaxLockedCells) + " single cells", path);
    }
    if (object.errors()) return;
    for (int j = 0; j < cols; ++j, ++cell.col) cells.push_back(cell);
  });
  std::ranges::sort(cells);
  const auto twice = std::ranges::unique(cells);
  cells.erase(twice.begin(), twice.end());
  if (!cells.empty()) out = std::make_shared<const std::vector<CellId>>(std::move(cells));
}

void write_targets(JsonWriter& out, const std::vector<Target>& targets) {
  out.key("targets");
  out.open('[');
  for (const Target& t : targets) {
    out.open('{');
    out.field("stage", t.stage);
    out.field("layer", t.layer);
    out.field("head", t.head);
    out.field("row", t.row);
    if (!t.word.empty()) out.field("word", t.word);
    out.key("values");
    out.row(*t.values);
    out.close('}');
  }
  out.close(']');
}

void write_learn_options(JsonWriter& out, const Learning& l) {
  each_learn_option(l, [&](const char* key, const auto& option) { out.field(key, option); });
}

void write_locked_cells(JsonWriter& out, const std::vector<CellId>& cells) {
  out.key("locked_cells");
  out.open('[');
  for (std::size_t i = 0; i < cells.size();) {
    const CellId& first = cells[i];
    std::size_t end = i + 1;
    while (end < cells.size() && cells[end].tensor == first.tensor && cells[end].row == first.row &&
           cells[end].col == first.col + static_cast<int>(end - i)) {
      ++end;
    }
    out.open('{');
    out.field("stage", first.tensor.stage);
    out.field("layer", first.tensor.layer);
    out.field("head", first.tensor.head);
    out.field("row", first.row);
    out.field("col", first.col);
    out.field("cols", static_cast<int>(end - i));
    out.close('}');
    i = end;
  }
  out.close(']');
}

}  // namespace ap
