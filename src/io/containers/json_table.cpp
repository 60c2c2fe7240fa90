#include "io/containers/json_table.hpp"

#include <array>

#include "playground/json/read.hpp"

namespace ap {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// False for anything but base64, padded.
bool decode_base64(std::string_view text, std::vector<unsigned char>& out) {
  if (text.size() % 4 != 0) return false;
  std::array<int, 256> value{};
  value.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    value[static_cast<unsigned char>(kDigits[i])] = static_cast<int>(i);
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const bool pad = at + i >= text.size() - padding;
      const int digit = pad ? 0 : value[static_cast<unsigned char>(text[at + i])];
      if (digit < 0) return false;
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
    }
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<unsigned char>(bits >> shift));
  }
  out.resize(out.size() - padding);
  return true;
}

Result<StoredTensor> read_tensor(const std::string& name, const nlohmann::json& json,
                                 std::string_view where) {
  const auto bad = [&](const char* what) {
    return fail(ErrorCode::kParse, "tensor '" + name.substr(0, 80) + "' " + what,
                std::string(where));
  };
  if (!json.is_object() || !json.contains("shape") || !json["shape"].is_array() ||
      !json.contains("data") || !json["data"].is_string())
    return bad("needs a shape and base64 data");
  StoredTensor t{name, StoredType::kF32, "float32", {}, {}};
  if (json.contains("dtype") && json["dtype"] != "torch.float32" && json["dtype"] != "float32")
    return bad("has another type than float32");
  for (const auto& d : json["shape"]) {
    if (!d.is_number_unsigned() || t.shape.size() >= 8) return bad("has a shape that is none");
    t.shape.push_back(
        static_cast<std::int64_t>(d.get<std::uint64_t>() & ~(std::uint64_t{1} << 63)));
  }
  const auto needed = stored_bytes(t.type, t.shape, where);
  if (!needed) return bad("has a shape that is too large");
  std::vector<unsigned char> bytes;
  if (!decode_base64(json["data"].get_ref<const std::string&>(), bytes))
    return bad("has data that are no base64");
  if (bytes.size() != *needed) return bad("has more or fewer numbers than its shape");
  t.data = SharedBytes::own(std::move(bytes));
  return t;
}

}  // namespace

bool is_json_model(std::string_view text) noexcept {
  return text.starts_with('{') && text.find("\"dtype\"") != std::string_view::npos &&
         text.find("\"data\"") != std::string_view::npos;
}

Result<JsonModel> read_json_model(std::string_view text, std::string_view where) {
  const auto json = parse_json(text);
  if (!json)
    return fail(json.error().code, json.error().message + ", " + json.error().where,
                std::string(where));
  if (!json->is_object()) return fail(ErrorCode::kParse, "holds no tensors", std::string(where));
  JsonModel model;
  for (auto item = json->begin(); item != json->end(); ++item) {
    if (item.key() == "config") {
      model.config = item.value().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      continue;
    }
    auto tensor = read_tensor(item.key(), item.value(), where);
    if (!tensor) return std::unexpected(tensor.error());
    if (auto ok = model.tensors.add(std::move(*tensor), where); !ok)
      return std::unexpected(ok.error());
  }
  return model;
}

}  // namespace ap
