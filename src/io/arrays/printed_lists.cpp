#include "io/arrays/printed_lists.hpp"

#include <algorithm>

#include "io/arrays/number_text.hpp"

namespace ap {
namespace {

bool opens(char c) noexcept { return c == '[' || c == '('; }
bool closes(char c) noexcept { return c == ']' || c == ')'; }
bool parts(char c) noexcept { return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// "np.inf", "torch.nan": the word without its module.
std::string without_module(std::string_view token) {
  const bool sign = !token.empty() && (token[0] == '-' || token[0] == '+');
  const std::string_view word = token.substr(sign ? 1 : 0);
  const std::size_t dot = word.rfind('.');
  if (word.empty() || !letter(word[0]) || dot == std::string_view::npos) return std::string(token);
  std::string_view last = word.substr(dot + 1);
  if (last == "True_" || last == "False_") last.remove_suffix(1);  // NumPy 2
  return std::string(token.substr(0, sign ? 1 : 0)) + std::string(last);
}

/// Nested lists from the first bracket to the one that closes it.
class Lists {
 public:
  Lists(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  Result<TextArray> read() {
    // A tuple, or "[" somewhere: not the bracket of "array(" before its list.
    at_ = text_.starts_with('(') ? 0 : text_.find('[');
    if (at_ == std::string_view::npos) at_ = text_.find('(');
    if (text_.substr(0, at_).find('*') != std::string_view::npos) {
      return bad("a factor stands before the numbers; print them without it", 0);
    }
    do {
      if (auto ok = next(); !ok) return std::unexpected(ok.error());
    } while (!frames_.empty());
    if (auto ok = finish(); !ok) return std::unexpected(ok.error());
    return std::move(out_);
  }

 private:
  /// What is open. Only lists are dimensions; the others stand around one item.
  enum class Kind : std::uint8_t { kList, kCall, kAngle };
  struct Frame {
    Kind kind = Kind::kList;
    std::int64_t items = 0;
    bool nested = false;  // it holds lists
    bool minus = false;   // a call with a sign before it
  };

  [[nodiscard]] std::unexpected<Error> bad(std::string message, std::size_t at) const {
    return fail(ErrorCode::kParse, std::move(message),
                std::string(where_) + (where_.empty() ? "" : ", ") + line_and_column(text_, at));
  }

  /// One step of the loop: a text can be nested, the stack is not.
  Result<void> next() {
    while (at_ < text_.size() && parts(text_[at_])) ++at_;
    if (at_ >= text_.size()) return bad("a bracket is not closed", text_.size());
    const char c = text_[at_];
    if (!frames_.empty() && frames_.back().kind != Kind::kList && frames_.back().items > 0)
      return after_item();
    if (c == '<') return open_angle();
    if (opens(c)) return open_list();
    if (closes(c)) return close();
    return value();
  }

  /// An item begins: it counts in the list around it, and in the calls between. That list.
  Frame& count_item() {
    std::size_t i = frames_.size() - 1;
    for (; frames_[i].kind != Kind::kList; --i) ++frames_[i].items;
    ++frames_[i].items;
    return frames_[i];
  }

  Result<void> open_list() {
    if (level_ == kMaxTextDimensions) {
      return bad("more than " + std::to_string(kMaxTextDimensions) + " dimensions", at_);
    }
    if (level_ > 0) {
      if (deepest_ == level_) return bad("a list stands among numbers", at_);
      count_item().nested = true;
    }
    frames_.push_back({});
    ++level_;
    ++at_;
    return {};
  }

  Result<void> close() {
    const Frame& frame = frames_.back();
    if (frame.kind != Kind::kList) return bad("there is no number in the brackets", at_);
    if (auto ok = close_list(level_ - 1, frame.items); !ok) return ok;
    frames_.pop_back();
    --level_;
    ++at_;
    return {};
  }

  /// All lists of a level have one length: that of the first to end.
  Result<void> close_list(int level, std::int64_t count) {
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

  /// "<tf.Tensor: shape=(), dtype=float32, numpy=0.5>"
  Result<void> open_angle() {
    constexpr std::string_view kNumbers = "numpy=";
    const std::size_t numbers = text_.find(kNumbers, at_), end = text_.find('>', at_);
    if (numbers == std::string_view::npos || numbers > end)
      return bad("there are no numbers between < and >", at_);
    if (auto ok = open_around(Kind::kAngle, false); !ok) return ok;
    at_ = numbers + kNumbers.size();
    return {};
  }

  Result<void> open_around(Kind kind, bool minus) {
    if (frames_.size() > 4 * kMaxTextDimensions) return bad("is nested too deep", at_);
    frames_.push_back({kind, 0, false, minus});
    return {};
  }

  /// In a call or between < and >, after its one item: options up to the end.
  Result<void> after_item() {
    const bool call = frames_.back().kind == Kind::kCall;
    if (text_[at_] == (call ? ')' : '>')) {
      frames_.pop_back();
      ++at_;
      return {};
    }
    if (!call || !letter(text_[at_])) return bad("more than one value in the brackets", at_);
    int open = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (open == 0 && (c == ',' || c == ')')) break;
      if (c == '\'' || c == '"') {
        at_ = text_.find(c, at_ + 1);
        if (at_ == std::string_view::npos) return bad("a bracket is not closed", text_.size());
      }
      if (opens(c) || c == '<' || c == '{') ++open;
      if (closes(c) || c == '>' || c == '}') --open;
    }
    return {};
  }

  /// A number, or the name of a call.
  Result<void> value() {
    const std::size_t start = at_;
    const auto ends = [&](char c) {
      return parts(c) || opens(c) || closes(c) || (c == '>' && frames_.back().kind == Kind::kAngle);
    };
    while (at_ < text_.size() && !ends(text_[at_])) ++at_;
    const std::string_view token = text_.substr(start, at_ - start);
    const bool minus = token.starts_with('-');
    const std::string_view word = token.substr(minus ? 1 : 0);
    if (at_ < text_.size() && text_[at_] == '(' && !word.empty() && letter(word[0])) {
      if (auto ok = open_around(Kind::kCall, minus); !ok) return ok;
      ++at_;
      return {};
    }
    return number(token, start);
  }

  Result<void> number(std::string_view token, std::size_t start) {
    if (token.starts_with("...")) {
      return bad(
          "numbers are left out here; print all of them: "
          "numpy.set_printoptions(threshold=sys.maxsize) "
          "or torch.set_printoptions(profile=\"full\")",
          start);
    }
    bool minus = false, call = false;
    for (std::size_t i = frames_.size(); i-- > 0 && frames_[i].kind != Kind::kList;) {
      minus = minus != frames_[i].minus;
      call = call || frames_[i].kind == Kind::kCall;
    }
    std::string_view bare = token;  // float('inf')
    if (call && bare.size() > 2 && (bare[0] == '\'' || bare[0] == '"') && bare.back() == bare[0])
      bare = bare.substr(1, bare.size() - 2);
    Frame& list = count_item();
    if (list.nested) return bad("a number stands among lists", start);
    if (deepest_ >= 0 && deepest_ != level_)
      return bad("lists are nested to different depths", start);
    deepest_ = level_;
    float value = 0;
    bool boolean = false;
    if (!read_number(bare, value, &boolean) &&
        !read_number(without_module(bare), value, &boolean)) {
      return bad("'" + std::string(token.substr(0, 30)) + "' is not a number", start);
    }
    all_boolean_ = all_boolean_ && boolean;
    out_.array.data.push_back(minus ? -value : value);
    return {};
  }

  Result<void> finish() {
    out_.boolean = all_boolean_ && !out_.array.data.empty();
    std::int64_t product = 1;
    for (const std::int64_t d : out_.array.shape) {
      if (d < 0 || __builtin_mul_overflow(product, d, &product))
        return bad("the lists differ in length", at_);
    }
    if (product != static_cast<std::int64_t>(out_.array.data.size()))
      return bad("the lists differ in length", at_);
    // After the list closing brackets and options may come, but no second list.
    const std::size_t more = text_.find('[', at_);
    if (more != std::string_view::npos)
      return bad("there is more than one array; paste one at a time", more);
    return {};
  }

  std::string_view text_;
  std::string_view where_;
  std::size_t at_ = 0;
  std::vector<Frame> frames_;
  int level_ = 0;     // lists that are open
  int deepest_ = -1;  // the level that holds numbers; -1: not seen yet
  bool all_boolean_ = true;
  TextArray out_;
};

}  // namespace

Result<TextArray> read_printed_lists(std::string_view text, std::string_view where) {
  return Lists(text, where).read();
}

}  // namespace ap
