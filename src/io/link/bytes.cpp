#include "io/link/bytes.hpp"

#include <bit>

#include "base/rng.hpp"
#include "text/unicode.hpp"

namespace ap {
namespace {

constexpr double kTens[] = {1, 10, 100, 1000};
constexpr double kMaxDigits = 1 << 26;
constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint32_t zigzag(std::int32_t value) {
  return static_cast<std::uint32_t>(value) << 1 ^ static_cast<std::uint32_t>(value >> 31);
}
std::int32_t unzigzag(std::uint32_t value) {
  return static_cast<std::int32_t>(value >> 1 ^ (0U - (value & 1U)));
}

float decimal(std::int32_t digits, unsigned decimals) {
  return static_cast<float>(digits / kTens[decimals]);
}

}  // namespace

void ShareWriter::count(std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) byte((value & 0x7FU) | 0x80U);
  byte(value);
}

void ShareWriter::integer(std::int32_t value) { count(zigzag(value)); }

void ShareWriter::text(std::string_view value) {
  count(static_cast<std::uint32_t>(value.size()));
  out += value;
}

void ShareWriter::number(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (unsigned decimals = 0; decimals < 4; ++decimals) {
    const double scaled = static_cast<double>(value) * kTens[decimals];
    if (!(scaled < kMaxDigits && scaled > -kMaxDigits)) break;
    const auto digits = static_cast<std::int32_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    if (std::bit_cast<std::uint32_t>(decimal(digits, decimals)) != bits) continue;
    count(((zigzag(digits) << 2) | decimals) + 1);
    return;
  }
  count(0);
  for (unsigned shift = 0; shift < 32; shift += 8) byte((bits >> shift) & 0xFFU);
}

unsigned ShareReader::byte() {
  if (at_ >= bytes_.size()) bad_ = true;
  return bad_ ? 0U : static_cast<unsigned char>(bytes_[at_++]);
}

std::uint32_t ShareReader::count() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const unsigned next = byte();
    value |= (next & 0x7FU) << shift;
    if (next < 0x80) return value;
  }
  bad_ = true;
  return 0;
}

std::int32_t ShareReader::integer() { return unzigzag(count()); }

std::string ShareReader::text(std::size_t most) {
  const std::size_t size = count();
  if (size > most || size > bytes_.size() - at_) bad_ = true;
  if (bad_) return {};
  std::string value(bytes_.substr(at_, size));
  at_ += size;
  if (!valid_utf8(value)) bad_ = true;
  return value;
}

float ShareReader::number() {
  const std::uint32_t code = count();
  if (code != 0) return decimal(unzigzag((code - 1) >> 2), (code - 1) & 3U);
  std::uint32_t bits = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) bits |= byte() << shift;
  return std::bit_cast<float>(bits);
}

std::string base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kLetters[held >> (bits - 6) & 63U];
  }
  if (bits > 0) text += kLetters[held << (6 - bits) & 63U];
  return text;
}

bool from_base64url(std::string_view text, std::string& bytes) {
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = kLetters.find(c);
    if (value == std::string_view::npos) return false;
    held = held << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFFU);
  }
  return bits < 6;
}

std::uint32_t share_check(std::string_view bytes) {
  return static_cast<std::uint32_t>(seed_from(bytes) >> 24 & 0xFFFFU);
}

}  // namespace ap
