#include "io/arrays/npy_header.hpp"

#include <array>
#include <charconv>

namespace ap {
namespace {

struct DtypeCode {
  Dtype dtype;
  std::string_view code;
};
constexpr std::array<DtypeCode, 6> kCodes{{{Dtype::kFloat32, "f4"},
                                           {Dtype::kFloat16, "f2"},
                                           {Dtype::kFloat64, "f8"},
                                           {Dtype::kBool, "b1"},
                                           {Dtype::kInt32, "i4"},
                                           {Dtype::kInt64, "i8"}}};

/// Reads the literal from left to right; the first complaint stays.
class Parser {
 public:
  Parser(std::string_view text, std::string_view where) : text_(text), where_(where) {}

  Result<NpyHeader> parse() {
    NpyHeader header;
    expect('{');
    while (ok() && !accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr") {
        once(descr_);
        descr(header);
      } else if (key == "fortran_order") {
        once(order_);
        header.fortran_order = boolean();
      } else if (key == "shape") {
        once(shape_);
        shape(header.shape);
      } else {
        stop("unknown key '" + std::string(key.substr(0, 40)) + "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    space();
    if (ok() && at_ != text_.size()) stop("something follows the closing brace");
    if (ok() && !(descr_ && order_ && shape_)) stop("needs descr, fortran_order and shape");
    if (!ok()) return fail(code_, "header: " + problem_, std::string(where_));
    return header;
  }

 private:
  [[nodiscard]] bool ok() const { return problem_.empty(); }
  void stop(std::string problem, ErrorCode code = ErrorCode::kParse) {
    if (!ok()) return;
    problem_ = std::move(problem);
    code_ = code;
  }
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t'))
      ++at_;
  }
  bool accept(char c) {
    space();
    if (!ok() || at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) stop(std::string("needs '") + c + "' at character " + std::to_string(at_));
  }
  void once(bool& seen) {
    if (seen) stop("a key is there twice");
    seen = true;
  }
  std::string_view string() {
    space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (!ok() || (quote != '\'' && quote != '"')) {
      stop("needs a string at character " + std::to_string(at_));
      return {};
    }
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) {
      stop("a string does not end");
      return {};
    }
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    space();
    for (const std::string_view word : {"True", "False"}) {
      if (ok() && text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return word == "True";
      }
    }
    stop("fortran_order must be True or False");
    return false;
  }
  void descr(NpyHeader& header) {
    if (accept('[')) return stop("arrays of records are not supported", ErrorCode::kUnsupported);
    const std::string_view text = string();
    if (!ok()) return;
    const char order = text.empty() ? '\0' : text[0];
    for (const auto& [dtype, code] : kCodes) {
      if (text.size() == 3 && text.substr(1) == code &&
          (order == '<' || order == '>' || order == '=' ||
           (order == '|' && dtype == Dtype::kBool))) {
        header.dtype = dtype;
        header.big_endian = order == '>';
        return;
      }
    }
    stop("dtype '" + std::string(text.substr(0, 40)) +
             "' is not supported; use float32, float16, float64, bool, int32 or int64",
         ErrorCode::kUnsupported);
  }
  void shape(std::vector<std::int64_t>& dims) {
    expect('(');
    while (ok() && !accept(')')) {
      space();
      std::int64_t value = 0;
      const char* begin = text_.data() + at_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
      if (error != std::errc{} || value < 0)
        return stop("a dimension must be a whole number, 0 or more");
      at_ += static_cast<std::size_t>(end - begin);
      if (dims.size() == kMaxNpyDimensions) {
        return stop("more than " + std::to_string(kMaxNpyDimensions) + " dimensions",
                    ErrorCode::kTooLarge);
      }
      dims.push_back(value);
      if (!accept(',')) {
        expect(')');
        return;
      }
    }
  }

  std::string_view text_;
  std::string_view where_;
  std::size_t at_ = 0;
  bool descr_ = false, order_ = false, shape_ = false;
  std::string problem_;
  ErrorCode code_ = ErrorCode::kParse;
};

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view text, std::string_view where) {
  return Parser(text, where).parse();
}

std::string npy_header_text(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::string text = "{'descr': '";
  for (const auto& [known, code] : kCodes) {
    if (known == dtype) text += (dtype == Dtype::kBool ? "|" : "<") + std::string(code);
  }
  return text + "', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
}

}  // namespace ap
