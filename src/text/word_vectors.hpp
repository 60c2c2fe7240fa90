// Real word vectors: a list of words in order of frequency with 100 numbers each, rotated so that
// the first D numbers are the best D-dimensional view (see assets/words.md). Kept as int8 with a
// scale a row and decoded on use. What it leaves out: fetching the file, guessing at word forms.
//
// File (little endian): "APWV", u32 version = 1, u32 count, u32 width, u32 listed, u32 text bytes;
// f32 scale[count]; i8 code[count][width]; u8 length[count]; the words' UTF-8 bytes, unseparated.
// Rows [listed, count) are derived: not in the source list, but the mean of other words' vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace ap {

/// Immutable once parsed; share it as shared_ptr<const WordVectors>.
class WordVectors {
 public:
  static constexpr int kWidth = 100;
  static constexpr int kMaxCount = 200'000;

  /// Checks everything: kParse for a wrong mark, size, word or repeated word, kUnsupported for
  /// another version or width, kTooLarge over kMaxCount, kNotFinite or kRange for a scale.
  [[nodiscard]] static Result<WordVectors> parse(std::span<const unsigned char> bytes);

  [[nodiscard]] int size() const noexcept { return static_cast<int>(scales_.size()); }
  [[nodiscard]] int width() const noexcept { return kWidth; }

  /// The row of the word, lower-cased, a typographic apostrophe inside it taken as a plain one.
  /// Nothing else is tried. Indices belong to this object: another file has others.
  [[nodiscard]] std::optional<int> find(std::string_view word) const;
  /// 0 <= index < size(), here and below. The view lives as long as this object.
  [[nodiscard]] std::string_view word(int index) const noexcept;
  /// Not a vector of the source list, but the mean of others (didn't = did, not).
  [[nodiscard]] bool derived(int index) const noexcept { return index >= listed_; }
  /// The first `dims` (1..100) numbers.
  void copy_vector(int index, float* out, int dims) const noexcept;

  struct Neighbour {
    int index = 0;
    float cosine = 0.0F;
  };
  /// The `count` words of largest cosine over the first `dims` numbers, largest first, ties by
  /// index. Empty for a vector that is zero or not finite. Linear in size() * dims.
  [[nodiscard]] std::vector<Neighbour> nearest(const float* vector, int dims, int count) const;

 private:
  [[nodiscard]] const signed char* row(int index) const noexcept {
    return codes_.data() + static_cast<std::size_t>(index) * kWidth;
  }

  int listed_ = 0;
  std::vector<float> scales_;          // count
  std::vector<signed char> codes_;     // count x kWidth
  std::vector<std::uint32_t> starts_;  // count + 1, into text_
  std::string text_;
  std::vector<int> by_word_;  // indices, sorted by word
};

/// A stable vector for a word outside the list: normal numbers from a seed of the lower-cased
/// word, with the spread of real vectors along each axis. The same bits on every platform; the
/// first D of 100 numbers are the D-dimensional vector. 0 <= dims <= 100.
void unknown_vector(std::string_view word, float* out, int dims);

}  // namespace ap
