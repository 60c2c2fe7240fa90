// parse_json: nlohmann's event parser into its value tree, with limits and no exceptions.
#include <cmath>
#include <cstdlib>
#include <utility>

#include "playground/json/read.hpp"
#include "playground/json/state_json.hpp"

namespace ap {
namespace {

using Json = nlohmann::json;

std::string line_and_column(std::string_view text, std::size_t at) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < at && i < text.size(); ++i) {
    ++column;
    if (text[i] == '\n') {
      ++line;
      column = 1;
    }
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The events build a tree; false stops the parser.
class Builder {
 public:
  Builder(std::string_view text, Json& root) : text_(text), root_(root) {}

  bool null() { return add(nullptr) != nullptr; }
  bool boolean(bool value) { return add(value) != nullptr; }
  bool number_integer(std::int64_t value) { return add(value) != nullptr; }
  bool number_unsigned(std::uint64_t value) { return add(value) != nullptr; }
  bool number_float(double value, const std::string& text) {
    // By way of double a number could round twice.
    const float once = std::strtof(text.c_str(), nullptr);
    return add(std::isfinite(once) ? static_cast<double>(once) : value) != nullptr;
  }
  bool string(std::string& value) { return add(std::move(value)) != nullptr; }
  bool binary(Json::binary_t& /*value*/) { return false; }
  bool start_object(std::size_t /*size*/) { return open(Json::object()); }
  bool start_array(std::size_t /*size*/) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& value) {
    if (stack_.back()->contains(value)) {
      return stop(ErrorCode::kParse, "the key is given twice", place(value));
    }
    key_ = std::move(value);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& problem) {
    constexpr int kNumberOverflow = 406;
    const std::string where = line_and_column(text_, position);
    if (problem.id == kNumberOverflow) {
      return stop(ErrorCode::kRange, "the number " + last_token.substr(0, 40) + " is too large",
                  where);
    }
    if (position > text_.size())
      return stop(ErrorCode::kParse, "the JSON text ends too soon", where);
    return stop(ErrorCode::kParse, "not JSON: unexpected '" + printable(last_token) + "'", where);
  }

  [[nodiscard]] std::optional<Error>& error() noexcept { return error_; }

 private:
  static std::string printable(const std::string& token) {
    std::string out;
    for (const char c : token.substr(token.size() > 20 ? token.size() - 20 : 0)) {
      const auto byte = static_cast<unsigned char>(c);
      out += byte < 0x20 || byte > 0x7E ? '?' : c;
    }
    return out;
  }

  std::string place(const std::string& last) const {
    std::string path;
    for (std::size_t i = 1; i < stack_.size(); ++i) {
      const Json& parent = *stack_[i - 1];
      if (parent.is_array()) {
        path += "[" + std::to_string(parent.size() - 1) + "]";
      } else {
        path += (path.empty() ? "" : ".") + keys_[i];
      }
    }
    return path + (path.empty() ? "" : ".") + last.substr(0, 60);
  }

  bool stop(ErrorCode code, std::string message, std::string where) {
    if (!error_) error_ = Error{code, std::move(message), std::move(where)};
    return false;
  }

  Json* add(Json value) {
    if (++count_ > kMaxJsonValues) {
      stop(ErrorCode::kTooLarge,
           "more than " + std::to_string(kMaxJsonValues / 1'000'000) + " million values", "");
      return nullptr;
    }
    if (stack_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *stack_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    Json& slot = parent[key_];
    slot = std::move(value);
    return &slot;
  }

  bool open(Json value) {
    if (stack_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) {
      return stop(ErrorCode::kTooLarge,
                  "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels", place("..."));
    }
    std::string key = key_;
    Json* opened = add(std::move(value));
    if (!opened) return false;
    stack_.push_back(opened);
    keys_.push_back(std::move(key));
    return true;
  }

  bool close() {
    stack_.pop_back();
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  Json& root_;
  std::vector<Json*> stack_;  // open objects and arrays
  std::vector<std::string> keys_;
  std::string key_;
  std::size_t count_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  if (text.size() > kMaxStateBytes) {
    return fail(ErrorCode::kTooLarge, std::to_string(text.size() / 1'000'000) +
                                          " MB of JSON; the most is " +
                                          std::to_string(kMaxStateBytes / 1'000'000) + " MB");
  }
  Json root;
  Builder builder(text, root);
  const bool good = Json::sax_parse(text.begin(), text.end(), &builder);
  if (builder.error()) return std::unexpected(std::move(*builder.error()));
  if (!good) return fail(ErrorCode::kParse, "not JSON");
  return root;
}

}  // namespace ap
