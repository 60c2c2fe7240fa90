#include "io/containers/safetensors_table.hpp"

#include <set>

#include "io/arrays/safetensors.hpp"
#include "playground/json/read.hpp"

namespace ap {
namespace {

StoredType type_of(std::string_view dtype) noexcept {
  if (dtype == "F32") return StoredType::kF32;
  if (dtype == "F16") return StoredType::kF16;
  if (dtype == "BF16") return StoredType::kBF16;
  return StoredType::kOther;
}

/// A file's name, not a path that leads elsewhere.
bool is_plain(const std::string& name) noexcept {
  return !name.empty() && name.find_first_of("/\\") == std::string::npos && name != "..";
}

}  // namespace

Result<void> add_safetensors(TensorTable& table, const SharedBytes& file, std::string_view where) {
  const auto length = safetensors_header_bytes(file.bytes, file.bytes.size(), where);
  if (!length) return std::unexpected(length.error());
  const std::string_view header(
      reinterpret_cast<const char*>(file.bytes.data()) + kSafetensorsPrefix,
      static_cast<std::size_t>(*length));
  auto tensors = read_safetensors_header(header, file.bytes.size(), where);
  if (!tensors) return std::unexpected(tensors.error());
  for (SafeTensor& t : *tensors) {
    StoredTensor stored{std::move(t.name), type_of(t.dtype), std::move(t.dtype), std::move(t.shape),
                        file.part(t.offset, t.bytes)};
    if (auto ok = table.add(std::move(stored), where); !ok) return ok;
  }
  return {};
}

Result<TensorTable> read_shards(std::string_view index, const ReadFile& read,
                                std::string_view where) {
  const auto bad = [&](std::string message) {
    return fail(ErrorCode::kParse, std::move(message), std::string(where));
  };
  const auto json = parse_json(index);
  if (!json) return bad(json.error().message + ", " + json.error().where);
  if (!json->is_object() || !json->contains("weight_map") || !(*json)["weight_map"].is_object())
    return bad("has no weight_map, which says the file of each tensor");
  const auto& map = (*json)["weight_map"];
  std::set<std::string> names;
  for (const auto& item : map) {
    if (!item.is_string() || !is_plain(item.get_ref<const std::string&>()))
      return bad("names a file that is none beside it");
    names.insert(item.get_ref<const std::string&>());
  }
  TensorTable table;
  std::map<std::string, std::string, std::less<>> found;  // tensor -> file
  for (const std::string& name : names) {
    const auto file = read(name);
    if (!file) return std::unexpected(file.error());
    TensorTable shard;
    if (auto ok = add_safetensors(shard, *file, name); !ok) return std::unexpected(ok.error());
    for (const auto& [tensor, stored] : shard.tensors()) {
      found.emplace(tensor, name);
      if (auto ok = table.add(stored, name); !ok) return std::unexpected(ok.error());
    }
  }
  for (auto item = map.begin(); item != map.end(); ++item) {
    const auto& named = item.value().get_ref<const std::string&>();
    const auto at = found.find(item.key());
    if (at != found.end() && at->second == named) continue;
    return fail(at == found.end() ? ErrorCode::kNotFound : ErrorCode::kParse,
                "says that tensor '" + item.key().substr(0, 80) + "' is in " + named + "; " +
                    (at == found.end() ? "it is in none of the files"
                                       : "it is in " + at->second + ": files were exchanged") +
                    ". Get the files once more, all of one model",
                std::string(where));
  }
  return table;
}

}  // namespace ap
