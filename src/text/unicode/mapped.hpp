// A text that was made from another, each byte knowing the bytes that it came from, so that a token
// of the cleaned text can be shown in the text as it was typed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ap {

struct ByteSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

struct MappedText {
  std::string text;
  std::vector<ByteSpan> from = {};  // one a byte; empty: byte i came from byte base + i
  std::uint32_t base = 0;

  [[nodiscard]] ByteSpan origin(std::size_t byte) const {
    if (!from.empty()) return from[byte];
    const auto at = base + static_cast<std::uint32_t>(byte);
    return {at, at + 1};
  }
  /// Of the bytes [begin, end); of nothing, an empty span where it would be.
  [[nodiscard]] ByteSpan origin(std::size_t begin, std::size_t end) const;
  /// Bytes [begin, end).
  [[nodiscard]] MappedText part(std::size_t begin, std::size_t end) const;
};

/// Builds one text out of another, left to right. What is neither kept nor replaced is dropped.
class Remap {
 public:
  explicit Remap(const MappedText& in) : in_(in) {
    out_.base = in.base;
    out_.text.reserve(in.text.size());
  }
  /// Bytes [begin, end) of the input as they are.
  void keep(std::size_t begin, std::size_t end);
  /// `bytes` instead of the input's [begin, end), which may be empty.
  void put(std::string_view bytes, std::size_t begin, std::size_t end);
  [[nodiscard]] std::size_t size() const { return out_.text.size(); }
  [[nodiscard]] MappedText done() { return std::move(out_); }

 private:
  void part();  // from now on each byte says where it is from

  const MappedText& in_;
  MappedText out_;
  bool same_ = true;  // so far the output is the input's beginning
};

/// UTF-8 with every ill-formed part as one U+FFFD (maximal subparts, as browsers do). `replaced`
/// counts them.
[[nodiscard]] MappedText valid_text(std::string_view text, int& replaced);

}  // namespace ap
