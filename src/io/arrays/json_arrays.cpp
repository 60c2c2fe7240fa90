#include "io/arrays/json_arrays.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "io/arrays/number_text.hpp"
#include "playground/json/read.hpp"

namespace ap {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxArrays = 20'000;

class Arrays {
 public:
  explicit Arrays(std::string_view where) : where_(where) {}

  Result<JsonFile> read(const Json& json) {
    if (!json.is_array() && !json.is_object()) return bad("is neither a list nor an object", "");
    if (json.is_object() && json.contains("version") && json.contains("model")) {
      file_.state = true;
      return std::move(file_);
    }
    const bool exported = json.is_object() && json.contains("tensors");
    if (exported && !json["tensors"].is_object()) return bad("is no object of arrays", "tensors");
    if (exported) {
      for (auto item = json.begin(); item != json.end(); ++item) {
        if (is_texts(item.value())) add_words(item.key(), item.value());
      }
    }
    visit(json.is_object() && is_flat(json) ? name_in(json) : "",
          exported ? json["tensors"] : json);
    if (file_.arrays.size() > kMaxArrays)
      return fail(ErrorCode::kTooLarge, "more than 20000 arrays", where_);
    const bool any =
        std::ranges::any_of(file_.arrays, [](const NamedText& x) { return x.problem.empty(); });
    if (any) return std::move(file_);
    if (problem_) return std::unexpected(*problem_);
    return bad("there are no arrays in it", "");
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

  static bool is_flat(const Json& json) { return json.contains("shape") && json.contains("data"); }
  static bool is_texts(const Json& json) {
    return json.is_array() && !json.empty() &&
           std::ranges::all_of(json, [](const Json& item) { return item.is_string(); });
  }
  /// Texts, but not "inf", "-inf" and "nan" alone: those are numbers.
  static bool is_words(const Json& json) {
    return is_texts(json) && !std::ranges::all_of(json, [](const Json& item) {
             float value = 0;
             return read_number(item.get_ref<const std::string&>(), value) && !std::isfinite(value);
           });
  }

  /// What is neither a list nor an object is passed over; it is the error if there is nothing else.
  void visit(const std::string& name, const Json& json) {
    if (file_.arrays.size() > kMaxArrays) return;
    const auto child = [&](const std::string& key) {
      return name.empty() ? key : name + "." + key;
    };
    if (json.is_object() && !json.contains("shape")) {
      for (auto item = json.begin(); item != json.end(); ++item)
        visit(child(item.key()), item.value());
    } else if (json.is_array() && !json.empty() && json[0].is_object()) {
      for (std::size_t i = 0; i < json.size(); ++i) visit(child(std::to_string(i)), json[i]);
    } else if (is_words(json)) {
      add_words(name, json);
    } else if (auto ok = add(name, json); !ok) {
      Error& error = ok.error();
      if (json.is_array() || json.is_object()) {
        // The name stands in the list already; the place within the array does not.
        const std::size_t inside = error.where.rfind(name + "[");
        const std::string place =
            inside == std::string::npos ? "" : error.where.substr(inside + name.size()) + " ";
        file_.arrays.push_back({name, {}, place + error.message});
      }
      if (!problem_) problem_ = std::move(error);
    }
  }

  void add_words(const std::string& name, const Json& json) {
    NamedText entry{name, {}};
    for (const Json& item : json) entry.words.push_back(item.get_ref<const std::string&>());
    entry.array.array.shape = {static_cast<std::int64_t>(json.size())};
    file_.arrays.push_back(std::move(entry));
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
  std::optional<Error> problem_;  // the first
};

}  // namespace

std::optional<std::string> without_bare_words(std::string_view text) {
  struct Word {
    std::string_view bare, quoted;
  };
  constexpr std::array<Word, 3> kWords{
      {{"NaN", "\"nan\""}, {"Infinity", "\"inf\""}, {"-Infinity", "\"-inf\""}}};
  std::string out;
  std::size_t kept = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == 'N' || c == 'I' || c == '-')) {
      const auto word = std::ranges::find_if(
          kWords, [&](const Word& w) { return text.substr(at).starts_with(w.bare); });
      if (word == kWords.end()) continue;
      out += text.substr(kept, at - kept);
      out += word->quoted;
      kept = at + word->bare.size();
      at = kept - 1;
    }
  }
  if (kept == 0) return std::nullopt;
  return out += text.substr(kept);
}

Result<JsonFile> read_json_arrays(std::string_view text, std::string_view where) {
  const auto quoted = without_bare_words(text);
  const auto json = parse_json(quoted ? *quoted : text);
  if (!json) {
    const Error& e = json.error();
    return fail(e.code, e.message, std::string(where) + (e.where.empty() ? "" : ", " + e.where));
  }
  return Arrays(where).read(*json);
}

}  // namespace ap
