#include "text/word_vectors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>

#include "base/rng.hpp"
#include "text/axis_profile.hpp"
#include "text/unicode.hpp"

namespace ap {
namespace {

constexpr std::size_t kHeaderBytes = 24;
constexpr std::uint32_t kVersion = 1;
constexpr float kMaxScale = 1000.0F;
constexpr std::uint64_t kUnknownSalt = 0x756e6b6e6f776eULL;  // "unknown"
constexpr std::size_t kLanes = 16;

std::uint32_t read_u32(std::span<const unsigned char> bytes, std::size_t at) noexcept {
  return static_cast<std::uint32_t>(bytes[at]) | static_cast<std::uint32_t>(bytes[at + 1]) << 8 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 16 |
         static_cast<std::uint32_t>(bytes[at + 3]) << 24;
}

struct Header {
  std::uint32_t count = 0;
  std::uint32_t listed = 0;
  std::uint32_t text_bytes = 0;
};

Result<Header> parse_header(std::span<const unsigned char> bytes) {
  constexpr std::array<unsigned char, 4> kMark = {'A', 'P', 'W', 'V'};
  if (bytes.size() < kHeaderBytes || !std::equal(kMark.begin(), kMark.end(), bytes.begin())) {
    return fail(ErrorCode::kParse, "not a word vector file", "byte 0");
  }
  if (read_u32(bytes, 4) != kVersion) {
    return fail(ErrorCode::kUnsupported,
                "version " + std::to_string(read_u32(bytes, 4)) + " of the format; 1 is read",
                "byte 4");
  }
  const Header header{read_u32(bytes, 8), read_u32(bytes, 16), read_u32(bytes, 20)};
  if (header.count > static_cast<std::uint32_t>(WordVectors::kMaxCount)) {
    return fail(ErrorCode::kTooLarge, std::to_string(header.count) + " words", "byte 8");
  }
  if (read_u32(bytes, 12) != static_cast<std::uint32_t>(WordVectors::kWidth)) {
    return fail(ErrorCode::kUnsupported,
                "vectors of " + std::to_string(read_u32(bytes, 12)) + " numbers; 100 are read",
                "byte 12");
  }
  if (header.listed > header.count) {
    return fail(ErrorCode::kParse, "more listed words than words", "byte 16");
  }
  // 64 bits: count <= 200,000 and text_bytes < 2^32 cannot overflow.
  const std::uint64_t row = 4 + WordVectors::kWidth + 1;
  const std::uint64_t expected = kHeaderBytes + header.count * row + header.text_bytes;
  if (bytes.size() != expected) {
    return fail(ErrorCode::kParse, "the file has " + std::to_string(bytes.size()) +
                                       " bytes, its header says " + std::to_string(expected));
  }
  return header;
}

Result<std::vector<float>> parse_scales(std::span<const unsigned char> bytes) {
  std::vector<float> scales(bytes.size() / 4);
  for (std::size_t i = 0; i < scales.size(); ++i) {
    scales[i] = std::bit_cast<float>(read_u32(bytes, 4 * i));
    const std::string where = "word " + std::to_string(i);
    if (!std::isfinite(scales[i])) return fail(ErrorCode::kNotFinite, "bad scale", where);
    if (scales[i] < 0.0F || scales[i] > kMaxScale) {
      return fail(ErrorCode::kRange, "bad scale", where);
    }
  }
  return scales;
}

/// a · b over n codes, and b · b, in a fixed order that the compiler can do by lanes.
struct Products {
  float dot = 0.0F;
  int square = 0;
};
Products products(const float* a, const signed char* b, std::size_t n) noexcept {
  std::array<float, kLanes> dots{};
  std::array<int, kLanes> squares{};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const int code = b[i + lane];
      dots[lane] += a[i + lane] * static_cast<float>(code);
      squares[lane] += code * code;
    }
  }
  for (std::size_t lane = 0; i < n; ++i, ++lane) {
    const int code = b[i];
    dots[lane] += a[i] * static_cast<float>(code);
    squares[lane] += code * code;
  }
  Products result;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    result.dot += dots[lane];
    result.square += squares[lane];
  }
  return result;
}

/// The vector at length 1, in double so that 1e30 and 1e-30 are no matter; empty if impossible.
std::vector<float> unit(const float* vector, int dims) {
  double square = 0.0;
  for (int i = 0; i < dims; ++i) square += static_cast<double>(vector[i]) * vector[i];
  std::vector<float> result;
  if (!std::isfinite(square) || square <= 0.0) return result;
  const double factor = 1.0 / std::sqrt(square);
  for (int i = 0; i < dims; ++i) result.push_back(static_cast<float>(vector[i] * factor));
  return result;
}

std::string lookup_form(std::string_view word) {
  constexpr std::string_view kTypographic = "\xe2\x80\x99";
  std::string form = lower(word);
  if (form == kTypographic) return form;
  for (std::size_t at = form.find(kTypographic); at != std::string::npos;
       at = form.find(kTypographic, at)) {
    form.replace(at, kTypographic.size(), "'");
  }
  return form;
}

}  // namespace

Result<WordVectors> WordVectors::parse(std::span<const unsigned char> bytes) {
  const auto header = parse_header(bytes);
  if (!header) return std::unexpected(header.error());
  const std::size_t count = header->count;
  WordVectors result;
  result.listed_ = static_cast<int>(header->listed);

  auto scales = parse_scales(bytes.subspan(kHeaderBytes, 4 * count));
  if (!scales) return std::unexpected(scales.error());
  result.scales_ = std::move(*scales);
  const auto codes = bytes.subspan(kHeaderBytes + 4 * count, count * kWidth);
  result.codes_.reserve(codes.size());
  for (const unsigned char c : codes) result.codes_.push_back(std::bit_cast<signed char>(c));

  const auto lengths = bytes.subspan(kHeaderBytes + count * (4 + kWidth), count);
  const auto text = bytes.subspan(kHeaderBytes + count * (4 + kWidth + 1));
  result.text_.assign(text.begin(), text.end());
  result.starts_.push_back(0);
  for (const unsigned char length : lengths) {
    result.starts_.push_back(result.starts_.back() + length);
  }
  if (result.starts_.back() != text.size()) {
    return fail(ErrorCode::kParse, "the words' lengths do not add up");
  }
  for (int i = 0; i < result.size(); ++i) {
    if (result.word(i).empty() || !valid_utf8(result.word(i))) {
      return fail(ErrorCode::kParse, "empty or not UTF-8", "word " + std::to_string(i));
    }
  }

  result.by_word_.resize(count);
  std::iota(result.by_word_.begin(), result.by_word_.end(), 0);
  const auto before = [&](int a, int b) { return result.word(a) < result.word(b); };
  std::sort(result.by_word_.begin(), result.by_word_.end(), before);
  const auto same = [&](int a, int b) { return result.word(a) == result.word(b); };
  const auto twice = std::adjacent_find(result.by_word_.begin(), result.by_word_.end(), same);
  if (twice != result.by_word_.end()) {
    return fail(ErrorCode::kParse, "a word comes twice", "word " + std::to_string(*twice));
  }
  return result;
}

std::string_view WordVectors::word(int index) const noexcept {
  assert(index >= 0 && index < size());
  const auto i = static_cast<std::size_t>(index);
  return std::string_view(text_).substr(starts_[i], starts_[i + 1] - starts_[i]);
}

std::optional<int> WordVectors::find(std::string_view word) const {
  const std::string form = lookup_form(word);
  const auto before = [this](int index, std::string_view w) { return this->word(index) < w; };
  const std::string_view wanted = form;
  const auto at = std::lower_bound(by_word_.begin(), by_word_.end(), wanted, before);
  if (at == by_word_.end() || this->word(*at) != form) return std::nullopt;
  return *at;
}

void WordVectors::copy_vector(int index, float* out, int dims) const noexcept {
  assert(index >= 0 && index < size() && dims >= 0 && dims <= kWidth);
  const float scale = scales_[static_cast<std::size_t>(index)];
  const signed char* const codes = row(index);
  for (int i = 0; i < dims; ++i) out[i] = scale * static_cast<float>(codes[i]);
}

std::vector<WordVectors::Neighbour> WordVectors::nearest(const float* vector, int dims,
                                                         int count) const {
  assert(dims >= 0 && dims <= kWidth);
  const std::vector<float> query = unit(vector, dims);
  std::vector<Neighbour> all;
  if (query.empty() || count <= 0) return all;
  all.reserve(scales_.size());
  for (int index = 0; index < size(); ++index) {
    const Products p = products(query.data(), row(index), query.size());
    const bool zero = p.square == 0 || scales_[static_cast<std::size_t>(index)] <= 0.0F;
    if (zero) continue;
    // A row's scale is positive and cancels.
    const float cosine = p.dot / std::sqrt(static_cast<float>(p.square));
    all.push_back({index, std::clamp(cosine, -1.0F, 1.0F)});
  }
  const auto better = [](const Neighbour& a, const Neighbour& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.index < b.index;
  };
  const auto kept = std::min(static_cast<std::ptrdiff_t>(count), std::ssize(all));
  std::partial_sort(all.begin(), all.begin() + kept, all.end(), better);
  all.resize(static_cast<std::size_t>(kept));
  return all;
}

void unknown_vector(std::string_view word, float* out, int dims) {
  assert(dims >= 0 && dims <= WordVectors::kWidth);
  Rng rng(seed_from(lookup_form(word), kUnknownSalt));
  for (int i = 0; i < dims; ++i) out[i] = rng.normal() * detail::kAxisDeviation[i];
}

}  // namespace ap
