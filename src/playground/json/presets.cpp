#include "playground/json/presets.hpp"

#include <string>
#include <utility>

#include "base/assets.hpp"
#include "playground/json/read.hpp"

namespace ap {
namespace {

std::string_view text_of(const std::string& name) {
  const auto bytes = asset(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<std::vector<PresetInfo>> read_index() {
  auto json = parse_json(text_of("assets/presets/index.json"));
  if (!json) return std::unexpected(std::move(json).error());
  std::vector<PresetInfo> list;
  JsonErrors errors;
  JsonObject top(*json, "", errors);
  top.each("presets", [&](const nlohmann::json& item, const std::string& path) {
    JsonObject entry(item, path, errors);
    PresetInfo info;
    entry.required("id", info.id);
    entry.required("title", info.title);
    entry.required("about", info.about);
    entry.finish();
    list.push_back(std::move(info));
  });
  top.finish();
  if (errors.first) return std::unexpected(*errors.first);
  return list;
}

}  // namespace

const std::vector<PresetInfo>& presets() {
  static const std::vector<PresetInfo> kPresets = read_index().value_or(std::vector<PresetInfo>{});
  return kPresets;
}

Result<Document> load_preset(std::string_view id, const WordVectors* words) {
  for (const PresetInfo& info : presets()) {
    if (info.id != id) continue;
    auto document = read_document(text_of("assets/presets/" + info.id + ".json"), words);
    if (!document) return document;
    document->preset = info.id;
    if (document->title.empty()) document->title = info.title;
    return document;
  }
  std::string known;
  for (const PresetInfo& info : presets()) known += (known.empty() ? "" : ", ") + info.id;
  return fail(ErrorCode::kNotFound,
              "there is no preset '" + std::string(id.substr(0, 60)) + "'; there are: " + known,
              "id");
}

}  // namespace ap
