// Bytes of a share link: variable-length integers, texts, floats, and the letters of base64url.
// Reading never goes past the end: it turns `bad` and gives zeros. Internal to link.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ap {

class ShareWriter {
 public:
  void byte(unsigned value) { out += static_cast<char>(value); }
  void count(std::uint32_t value);
  void integer(std::int32_t value);
  void text(std::string_view value);
  /// Every bit of it; a number with few decimals takes one to four bytes.
  void number(float value);
  std::string out;
};

class ShareReader {
 public:
  explicit ShareReader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool bad() const noexcept { return bad_; }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  unsigned byte();
  std::uint32_t count();
  std::int32_t integer();
  /// Bad when longer than `most` bytes or not UTF-8.
  std::string text(std::size_t most);
  float number();
  void spoil() noexcept { bad_ = true; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

[[nodiscard]] std::string base64url(std::string_view bytes);
/// False for a letter that is none of the 64, or a length that no bytes have.
[[nodiscard]] bool from_base64url(std::string_view text, std::string& bytes);

/// 16 bits that tell a damaged text from a whole one.
[[nodiscard]] std::uint32_t share_check(std::string_view bytes);

}  // namespace ap
