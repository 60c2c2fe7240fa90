#include "io/arrays/json_arrays.hpp"

#include <cmath>

#include "io/arrays/number_text.hpp"
#include "playground/json/read.hpp"

namespace ap {
namespace {

using Json = nlohmann::json;

class Arrays {
 public:
  explicit Arrays(std::string_view where) : where_(where) {}

  Result<JsonFile> read(const Json& json) {
    if (json.is_array()) return one("", json);
    if (!json.is_object()) return bad("is neither a list nor an object", "");
    if (json.contains("version") && json.contains("model")) {
      file_.state = true;
      return std::move(file_);
    }
    if (json.contains("shape") && json.contains("data")) return one(name_in(json), json);
    const Json& all = json.contains("tensors") ? json["tensors"] : json;
    if (!all.is_object()) return bad("is no object of arrays", "tensors");
    for (auto item = all.begin(); item != all.end(); ++item) {
      if (auto ok = add(item.key(), item.value()); !ok) return std::unexpected(ok.error());
    }
    if (file_.arrays.empty()) return bad("there are no arrays in it", "");
    return std::move(file_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> bad(std::string message, const std::string& path) const {
    return fail(ErrorCode::kParse, std::move(message),
                where_ + (where_.empty() || path.empty() ? "" : ": ") + path);
  }
  static std::string name_in(const Json& json) {
    return json.contains("stage") && json["stage"].is_string()
               ? json["stage"].get_ref<const std::string&>()
               : std::string();
  }

  Result<JsonFile> one(const std::string& name, const Json& json) {
    if (auto ok = add(name, json); !ok) return std::unexpected(ok.error());
    return std::move(file_);
  }

  Result<void> add(const std::string& name, const Json& json) {
    NamedText entry{name, {}};
    all_boolean_ = true;
    std::vector<std::int64_t>& shape = entry.array.array.shape;
    const Json* values = &json;
    const bool flat = json.is_object();
    if (flat) {
      if (!json.contains("shape") || !json.contains("data"))
        return bad("needs shape and data", name);
      values = &json["data"];
    }
    if (!values->is_array()) return bad("is no list of numbers", name);
    if (auto ok = list(*values, 0, shape, entry.array.array.data, name); !ok) return ok;
    if (flat) {
      if (auto ok = reshape(json["shape"], entry.array.array, name); !ok) return ok;
    }
    entry.array.boolean = all_boolean_ && !entry.array.array.data.empty();
    file_.arrays.push_back(std::move(entry));
    return {};
  }

  Result<void> list(const Json& json, std::size_t level, std::vector<std::int64_t>& shape,
                    std::vector<float>& data, const std::string& path) {
    if (level == kMaxTextDimensions) return bad("has more than 8 dimensions", path);
    const auto count = static_cast<std::int64_t>(json.size());
    if (shape.size() == level) {
      // Seen first: numbers below a level end its list of dimensions.
      if (!data.empty()) return bad("lists are nested to different depths", path);
      shape.push_back(count);
    }
    if (shape[level] != count) {
      return bad("has " + std::to_string(count) + " items, those before it " +
                     std::to_string(shape[level]),
                 path);
    }
    for (std::size_t i = 0; i < json.size(); ++i) {
      const Json& item = json[i];
      if (item.is_array()) {
        if (auto ok = list(item, level + 1, shape, data, path); !ok) return ok;
        continue;
      }
      if (shape.size() != level + 1) return bad("lists are nested to different depths", path);
      float value = 0;
      if (!number(item, value))
        return bad(json_kind(item) + " is not a number", path + "[" + std::to_string(i) + "]");
      data.push_back(value);
    }
    return {};
  }

  bool number(const Json& item, float& out) {
    if (item.is_boolean()) {
      out = item.get_ref<const Json::boolean_t&>() ? 1.0F : 0.0F;
      return true;
    }
    all_boolean_ = false;
    if (item.is_string())
      return read_number(item.get_ref<const std::string&>(), out) && !std::isfinite(out);
    if (item.is_number_float()) {
      out = static_cast<float>(item.get_ref<const Json::number_float_t&>());
    } else if (item.is_number_unsigned()) {
      out = static_cast<float>(item.get_ref<const Json::number_unsigned_t&>());
    } else if (item.is_number_integer()) {
      out = static_cast<float>(item.get_ref<const Json::number_integer_t&>());
    } else {
      return false;
    }
    return std::isfinite(out);
  }

  Result<void> reshape(const Json& shape, Array& array, const std::string& name) {
    if (!shape.is_array() || shape.size() > static_cast<std::size_t>(kMaxTextDimensions))
      return bad("needs a shape of at most 8 dimensions", name);
    array.shape.clear();
    std::int64_t product = 1;
    for (const Json& item : shape) {
      const bool good = item.is_number_unsigned() &&
                        item.get_ref<const Json::number_unsigned_t&>() <= (1ULL << 40);
      if (!good) return bad("has a dimension that is no whole number", name);
      array.shape.push_back(
          static_cast<std::int64_t>(item.get_ref<const Json::number_unsigned_t&>()));
      if (__builtin_mul_overflow(product, array.shape.back(), &product))
        return bad("has a shape that is too large", name);
    }
    if (product == static_cast<std::int64_t>(array.data.size())) return {};
    return bad("of shape " + shape_text(array.shape) + " needs " + std::to_string(product) +
                   " numbers, not " + std::to_string(array.data.size()),
               name);
  }

  std::string where_;
  bool all_boolean_ = true;
  JsonFile file_;
};

}  // namespace

Result<JsonFile> read_json_arrays(std::string_view text, std::string_view where) {
  const auto json = parse_json(text);
  if (!json) {
    const Error& e = json.error();
    return fail(e.code, e.message, std::string(where) + (e.where.empty() ? "" : ", " + e.where));
  }
  return Arrays(where).read(*json);
}

}  // namespace ap
