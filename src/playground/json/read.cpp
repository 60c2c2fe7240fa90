#include "playground/json/read.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ap {

using Json = nlohmann::json;

std::string json_kind(const Json& json) {
  constexpr std::size_t kMost = 40;
  switch (json.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::boolean: return json.get_ref<const Json::boolean_t&>() ? "true" : "false";
    case Json::value_t::object: return "an object";
    case Json::value_t::array: return "a list";
    case Json::value_t::string: {
      const auto& text = json.get_ref<const std::string&>();
      return "'" + text.substr(0, kMost) + (text.size() > kMost ? "..." : "") + "'";
    }
    default: return "a number";
  }
}

void read(const Json& json, bool& out, const std::string& path, JsonErrors& errors) {
  if (!json.is_boolean()) {
    errors.add(ErrorCode::kParse, "needs true or false, not " + json_kind(json), path);
    return;
  }
  out = json.get_ref<const Json::boolean_t&>();
}

void read(const Json& json, int& out, const std::string& path, JsonErrors& errors) {
  if (!json.is_number_integer()) {
    errors.add(
        ErrorCode::kParse,
        json.is_number() ? "needs a whole number" : "needs a whole number, not " + json_kind(json),
        path);
    return;
  }
  constexpr int kMost = std::numeric_limits<int>::max();
  const bool inside =
      json.is_number_unsigned()
          ? json.get_ref<const Json::number_unsigned_t&>() <= static_cast<unsigned>(kMost)
          : json.get_ref<const Json::number_integer_t&>() >= -kMost;
  if (!inside) {
    errors.add(ErrorCode::kRange, "the number is too large", path);
    return;
  }
  out = json.is_number_unsigned() ? static_cast<int>(json.get_ref<const Json::number_unsigned_t&>())
                                  : static_cast<int>(json.get_ref<const Json::number_integer_t&>());
}

void read(const Json& json, std::uint64_t& out, const std::string& path, JsonErrors& errors) {
  if (!json.is_number_unsigned()) {
    errors.add(ErrorCode::kParse, "needs a whole number from 0 on", path);
    return;
  }
  out = json.get_ref<const Json::number_unsigned_t&>();
}

void read(const Json& json, float& out, const std::string& path, JsonErrors& errors,
          Infinity infinity) {
  double value = 0;
  if (json.is_number_float()) {
    value = json.get_ref<const Json::number_float_t&>();
  } else if (json.is_number_unsigned()) {
    out = static_cast<float>(json.get_ref<const Json::number_unsigned_t&>());
    return;
  } else if (json.is_number_integer()) {
    out = static_cast<float>(json.get_ref<const Json::number_integer_t&>());
    return;
  } else if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (text == "-inf" && infinity == Infinity::kMinus) {
      out = -std::numeric_limits<float>::infinity();
      return;
    }
    const bool special = text == "-inf" || text == "inf" || text == "nan" || text == "NaN" ||
                         text == "Infinity" || text == "-Infinity";
    errors.add(special ? ErrorCode::kNotFinite : ErrorCode::kParse,
               json_kind(json) + (special ? " is not a finite number" : " is not a number"), path);
    return;
  } else {
    errors.add(ErrorCode::kParse, "needs a number, not " + json_kind(json), path);
    return;
  }
  if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
    errors.add(ErrorCode::kRange, "the number is too large", path);
    return;
  }
  out = static_cast<float>(value);
}

void read(const Json& json, std::string& out, const std::string& path, JsonErrors& errors) {
  if (!json.is_string()) {
    errors.add(ErrorCode::kParse, "needs a text, not " + json_kind(json), path);
    return;
  }
  out = json.get_ref<const std::string&>();
}

void read(const Json& json, Stage& out, const std::string& path, JsonErrors& errors) {
  std::string text;
  read(json, text, path, errors);
  if (errors) return;
  if (const auto stage = stage_from(text)) {
    out = *stage;
  } else {
    errors.add(ErrorCode::kUnknownKey, "there is no stage '" + text.substr(0, 60) + "'", path);
  }
}

namespace {

void read_cells(const Json& row, float* out, const std::string& path, JsonErrors& errors,
                Infinity infinity) {
  for (std::size_t j = 0; j < row.size(); ++j) {
    // The path is spelled out only where something is wrong.
    read(row[j], out[j], {}, errors, infinity);
    if (!errors) continue;
    errors.first->where = path + "[" + std::to_string(j) + "]";
    return;
  }
}

}  // namespace

void read(const Json& json, Matrix& out, const std::string& path, JsonErrors& errors,
          Infinity infinity) {
  if (errors) return;
  if (!json.is_array()) {
    errors.add(ErrorCode::kParse, "needs a list of rows, not " + json_kind(json), path);
    return;
  }
  const std::size_t rows = json.size();
  const std::size_t cols = rows > 0 && json[0].is_array() ? json[0].size() : 0;
  out.resize(static_cast<std::ptrdiff_t>(rows), static_cast<std::ptrdiff_t>(cols));
  for (std::size_t i = 0; i < rows && !errors; ++i) {
    const std::string where = path + "[" + std::to_string(i) + "]";
    if (!json[i].is_array()) {
      errors.add(ErrorCode::kShape, "needs a list of numbers, not " + json_kind(json[i]), where);
    } else if (json[i].size() != cols) {
      errors.add(ErrorCode::kShape,
                 "has " + std::to_string(json[i].size()) + " numbers, the first row has " +
                     std::to_string(cols),
                 where);
    } else {
      read_cells(json[i], out.data() + i * cols, where, errors, infinity);
    }
  }
}

void read_row(const Json& json, Matrix& out, const std::string& path, JsonErrors& errors) {
  if (errors) return;
  if (!json.is_array()) {
    errors.add(ErrorCode::kParse, "needs a list of numbers, not " + json_kind(json), path);
    return;
  }
  out.resize(1, static_cast<std::ptrdiff_t>(json.size()));
  read_cells(json, out.data(), path, errors, Infinity::kRefused);
}

JsonObject::JsonObject(const Json& json, std::string path, JsonErrors& errors)
    : json_(json.is_object() ? &json : nullptr), path_(std::move(path)), errors_(errors) {
  if (!json_) errors_.add(ErrorCode::kParse, "needs an object, not " + json_kind(json), path_);
}

const Json* JsonObject::find(std::string_view key) {
  known_.emplace_back(key);
  if (!json_ || errors_) return nullptr;
  const auto found = json_->find(key);
  return found == json_->end() ? nullptr : &*found;
}

const Json* JsonObject::need(std::string_view key) {
  const Json* found = find(key);
  if (!found && json_) errors_.add(ErrorCode::kParse, "is missing", path(key));
  return found;
}

std::string JsonObject::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void JsonObject::finish() {
  if (!json_ || errors_) return;
  for (auto it = json_->begin(); it != json_->end(); ++it) {
    if (std::ranges::find(known_, std::string_view(it.key())) != known_.end()) continue;
    errors_.add(ErrorCode::kUnknownKey, "unknown key", path(it.key().substr(0, 60)));
    return;
  }
}

}  // namespace ap
