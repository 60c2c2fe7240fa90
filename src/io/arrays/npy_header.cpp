#include "io/arrays/npy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace ap {
namespace {

struct DtypeCode {
  Dtype dtype;
  std::string_view code;
};
constexpr std::array<DtypeCode, 13> kCodes{{{Dtype::kFloat32, "f4"},
                                            {Dtype::kFloat16, "f2"},
                                            {Dtype::kFloat64, "f8"},
                                            {Dtype::kBool, "b1"},
                                            {Dtype::kInt32, "i4"},
                                            {Dtype::kInt64, "i8"},
                                            {Dtype::kBfloat16, "V2"},
                                            {Dtype::kInt8, "i1"},
                                            {Dtype::kInt16, "i2"},
                                            {Dtype::kUint8, "u1"},
                                            {Dtype::kUint16, "u2"},
                                            {Dtype::kUint32, "u4"},
                                            {Dtype::kUint64, "u8"}}};

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
    if (accept('[')) {
      header.descr = "record";
      header.known = false;
      return skip_list();
    }
    const std::string_view text = string();
    if (!ok()) return;
    header.descr = text.substr(0, 40);
    const char order = text.empty() ? '\0' : text[0];
    const bool ordered = order == '<' || order == '>' || order == '=' || order == '|';
    const auto* code = std::ranges::find(kCodes, text.substr(ordered ? 1 : 0), &DtypeCode::code);
    // '|' has no order: right for one byte, and how some write bfloat16.
    header.known = ordered && code != kCodes.end() &&
                   (order != '|' || item_size(code->dtype) == 1 || code->dtype == Dtype::kBfloat16);
    if (!header.known) return;
    header.dtype = code->dtype;
    header.big_endian = order == '>';
  }
  /// The fields of a record, from after its bracket on.
  void skip_list() {
    for (int open = 1; open > 0; ++at_) {
      if (at_ >= text_.size()) return stop("a list does not end");
      const char c = text_[at_];
      if (c == '[' || c == '(' || c == '{') ++open;
      if (c == ']' || c == ')' || c == '}') --open;
      if (c == '\'' || c == '"') {
        at_ = text_.find(c, at_ + 1);
        if (at_ == std::string_view::npos) return stop("a string does not end");
      }
    }
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
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2
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

/// Bytes that shape and dtype need, or none if that is no size_t.
bool byte_count(const NpyHeader& header, std::size_t item, std::size_t& bytes) {
  std::uint64_t size = item;
  const bool empty = std::ranges::find(header.shape, 0) != header.shape.end();
  for (const std::int64_t d : header.shape) {
    if (!empty && __builtin_mul_overflow(size, static_cast<std::uint64_t>(d), &size)) return false;
  }
  if (empty) size = 0;
  bytes = static_cast<std::size_t>(size);
  return size <= std::numeric_limits<std::size_t>::max() / 2;
}

}  // namespace

Result<NpyFront> read_npy_front(std::span<const unsigned char> bytes, std::string_view where) {
  const auto bad = [&](std::string message, ErrorCode code = ErrorCode::kParse) {
    return fail(code, std::move(message), std::string(where));
  };
  if (bytes.size() < 10 || !std::equal(kNpyMagic.begin(), kNpyMagic.end(), bytes.begin())) {
    return bad("is not an .npy file");
  }
  const int version = bytes[6];
  if (version < 1 || version > 3) {
    return bad("is of .npy version " + std::to_string(version) + "; 1 to 3 are known",
               ErrorCode::kUnsupported);
  }
  const std::size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) return bad("ends within its header");
  std::size_t length = bytes[8] + (std::size_t{bytes[9]} << 8);
  if (version > 1) length += (std::size_t{bytes[10]} << 16) + (std::size_t{bytes[11]} << 24);
  if (length > kMaxNpyHeader) {
    return bad("has a header of " + std::to_string(length) + " bytes; the limit is " +
                   std::to_string(kMaxNpyHeader),
               ErrorCode::kTooLarge);
  }
  if (bytes.size() - start < length) return bad("ends within its header");
  const std::string text(bytes.begin() + static_cast<std::ptrdiff_t>(start),
                         bytes.begin() + static_cast<std::ptrdiff_t>(start + length));
  auto header = parse_npy_header(text, where);
  if (!header) return std::unexpected(header.error());
  return NpyFront{std::move(*header), start + length};
}

Result<std::span<const unsigned char>> npy_items(std::span<const unsigned char> bytes,
                                                 const NpyFront& front, std::size_t size,
                                                 std::string_view type, std::string_view where) {
  const std::string shape = shape_text(front.header.shape);
  std::size_t needed = 0;
  if (!byte_count(front.header, size, needed)) {
    return fail(ErrorCode::kTooLarge, "shape " + shape + " is too large", std::string(where));
  }
  const auto data = bytes.subspan(front.start);
  if (data.size() == needed) return data;
  return fail(ErrorCode::kParse,
              "shape " + shape + " of " + std::string(type) + " needs " + std::to_string(needed) +
                  " bytes, there are " + std::to_string(data.size()),
              std::string(where));
}

std::pair<std::string, std::string> describe_npy_type(const NpyHeader& header) {
  const std::string& descr = header.descr;
  const std::string kind = descr.substr(descr.find_first_not_of("<>=|") == 1 ? 1 : 0);
  if (descr == "record") return {"record", "arrays of records are not supported"};
  if (kind.starts_with('U') || kind.starts_with('S')) return {"str", "holds text, not numbers"};
  if (kind.starts_with('O'))
    return {"object", "dtype '" + descr +
                          "' holds Python objects; save it with dtype=float32 (asarray, stack)"};
  return {descr, "dtype '" + descr +
                     "' is not supported; use floats of 16 to 64 bits, bfloat16, bool or integers"};
}

Result<NpyHeader> parse_npy_header(std::string_view text, std::string_view where) {
  return Parser(text, where).parse();
}

std::string npy_header_text(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::string text = "{'descr': '";
  for (const auto& [known, code] : kCodes) {
    if (known == dtype) text += (item_size(dtype) == 1 ? "|" : "<") + std::string(code);
  }
  return text + "', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
}

}  // namespace ap
