#include "io/arrays/text_array.hpp"

#include <algorithm>

#include "io/arrays/csv.hpp"
#include "io/arrays/number_text.hpp"

namespace ap {
namespace {

bool opens(char c) noexcept { return c == '[' || c == '('; }
bool closes(char c) noexcept { return c == ']' || c == ')'; }
bool parts(char c) noexcept { return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Nested lists from the first bracket to the one that closes it.
class Lists {
 public:
  Lists(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  Result<TextArray> read() {
    at_ = text_.find('[');
    // "(1, 2)", but not the bracket of "array(" before its list.
    if (at_ == std::string_view::npos) at_ = text_.find('(');
    if (text_.substr(0, at_).find('*') != std::string_view::npos) {
      return bad("a factor stands before the numbers; print them without it", 0);
    }
    if (auto ok = list(); !ok) return std::unexpected(ok.error());
    if (auto ok = rest(); !ok) return std::unexpected(ok.error());
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> bad(std::string message, std::size_t at) const {
    return fail(ErrorCode::kParse, std::move(message),
                std::string(where_) + (where_.empty() ? "" : ", ") + line_and_column(text_, at));
  }

  /// The items of all levels in one loop: a text can be nested, the stack is not.
  Result<void> list() {
    std::vector<std::int64_t> counts;  // of the lists that are open
    std::vector<bool> nested;          // they hold lists
    int deepest = -1;                  // the level that holds numbers; -1: not seen yet
    bool all_boolean = true;
    do {
      while (at_ < text_.size() && parts(text_[at_])) ++at_;
      if (at_ >= text_.size()) return bad("a bracket is not closed", text_.size());
      const char c = text_[at_];
      const auto level = static_cast<int>(counts.size());
      if (opens(c)) {
        if (level == kMaxTextDimensions) {
          return bad("more than " + std::to_string(kMaxTextDimensions) + " dimensions", at_);
        }
        if (level > 0 && deepest == level) return bad("a list stands among numbers", at_);
        if (level > 0) {
          ++counts.back();
          nested.back() = true;
        }
        counts.push_back(0);
        nested.push_back(false);
        ++at_;
      } else if (closes(c)) {
        if (auto ok = close(level - 1, counts.back()); !ok) return ok;
        counts.pop_back();
        nested.pop_back();
        ++at_;
      } else {
        if (nested.back()) return bad("a number stands among lists", at_);
        if (deepest >= 0 && deepest != level)
          return bad("lists are nested to different depths", at_);
        deepest = level;
        if (auto ok = number(all_boolean); !ok) return ok;
        ++counts.back();
      }
    } while (!counts.empty());
    out_.boolean = all_boolean && !out_.array.data.empty();
    std::int64_t product = 1;
    for (const std::int64_t d : out_.array.shape) {
      if (d < 0 || __builtin_mul_overflow(product, d, &product))
        return bad("the lists differ in length", at_);
    }
    if (product != static_cast<std::int64_t>(out_.array.data.size()))
      return bad("the lists differ in length", at_);
    return {};
  }

  /// All lists of a level have one length: that of the first to end.
  Result<void> close(int level, std::int64_t count) {
    auto& shape = out_.array.shape;
    if (static_cast<int>(shape.size()) <= level)
      shape.resize(static_cast<std::size_t>(level) + 1, -1);
    std::int64_t& known = shape[static_cast<std::size_t>(level)];
    if (known == -1) known = count;
    if (known == count) return {};
    return bad("a row of length " + std::to_string(count) + ", those before it have " +
                   std::to_string(known),
               at_);
  }

  Result<void> number(bool& all_boolean) {
    const std::size_t start = at_;
    while (at_ < text_.size() && !parts(text_[at_]) && !opens(text_[at_]) && !closes(text_[at_]))
      ++at_;
    const std::string_view token = text_.substr(start, at_ - start);
    if (token.starts_with("...")) {
      return bad(
          "numbers are left out here; print all of them: "
          "numpy.set_printoptions(threshold=sys.maxsize) "
          "or torch.set_printoptions(profile=\"full\")",
          start);
    }
    float value = 0;
    bool boolean = false;
    if (!read_number(token, value, &boolean)) {
      return bad("'" + std::string(token.substr(0, 30)) + "' is not a number", start);
    }
    all_boolean = all_boolean && boolean;
    out_.array.data.push_back(value);
    return {};
  }

  /// After the list: closing brackets and options, but no second list.
  Result<void> rest() {
    const std::size_t more = text_.find('[', at_);
    if (more != std::string_view::npos)
      return bad("there is more than one array; paste one at a time", more);
    return {};
  }

  std::string_view text_;
  std::string_view where_;
  std::size_t at_ = 0;
  TextArray out_;
};

/// Columns with spaces between them, as programs print vectors and tables.
bool spaced(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return line.find_first_of("\t,;") == std::string_view::npos &&
         trimmed(line).find(' ') != std::string_view::npos;
}

}  // namespace

std::string line_and_column(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t last = before.rfind('\n');
  const std::size_t column =
      last == std::string_view::npos ? before.size() : before.size() - last - 1;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column + 1);
}

Result<TextArray> read_text_array(std::string_view text, std::string_view where) {
  if (text.size() > kMaxTextBytes) {
    return fail(ErrorCode::kTooLarge, "is larger than 64 MB; use a .npy file", std::string(where));
  }
  text = trimmed(text);
  if (text.empty()) return fail(ErrorCode::kParse, "there is no text", std::string(where));
  if (text.find('[') != std::string_view::npos || text.front() == '(')
    return Lists(text, where).read();
  auto table = read_table(text, where, spaced(text) ? ' ' : '\0');
  if (!table) return std::unexpected(table.error());
  return TextArray{std::move(table->array), table->boolean};
}

}  // namespace ap
