#include "io/arrays/deflate.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace ap {
namespace {

constexpr std::size_t kWindow = 32768;
constexpr std::size_t kShortest = 3, kLongest = 258;
constexpr int kMaxBits = 15;
constexpr int kEndOfBlock = 256;

// RFC 1951, 3.2.5: a length or distance code is a base and so many extra bits, and both grow by a
// rule: lengths in groups of four codes, distances in groups of two.
struct Code {
  int base;
  int extra;
};
Code length_code(int symbol) {  // from 257
  const int i = symbol - 257;
  if (i == 28) return {258, 0};
  if (i < 8) return {i + 3, 0};
  const int extra = i / 4 - 1;
  return {3 + ((4 + i % 4) << extra), extra};
}
Code distance_code(int symbol) {
  if (symbol < 4) return {symbol + 1, 0};
  const int extra = symbol / 2 - 1;
  return {1 + ((2 + symbol % 2) << extra), extra};
}

class BitWriter {
 public:
  void put(unsigned value, int count) {
    for (int i = 0; i < count; ++i) bit((value >> i) & 1U);
  }
  /// Huffman codes are packed from their highest bit.
  void put_code(unsigned code, int count) {
    for (int i = count - 1; i >= 0; --i) bit((code >> i) & 1U);
  }
  void symbol(int s) {  // the fixed literal and length code
    const auto u = static_cast<unsigned>(s);
    if (s < 144)
      put_code(0x30 + u, 8);
    else if (s < 256)
      put_code(0x190 + u - 144, 9);
    else if (s < 280)
      put_code(u - 256, 7);
    else
      put_code(0xC0 + u - 280, 8);
  }
  std::string out;

 private:
  void bit(unsigned value) {
    if (used_ == 0) out += '\0';
    out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) | (value << used_));
    used_ = (used_ + 1) % 8;
  }
  unsigned used_ = 0;
};

void put_match(BitWriter& out, std::size_t length, std::size_t distance) {
  int symbol = 285;
  while (length_code(symbol).base > static_cast<int>(length)) --symbol;
  out.symbol(symbol);
  const Code l = length_code(symbol);
  out.put(static_cast<unsigned>(static_cast<int>(length) - l.base), l.extra);
  int far = 29;
  while (distance_code(far).base > static_cast<int>(distance)) --far;
  out.put_code(static_cast<unsigned>(far), 5);
  const Code d = distance_code(far);
  out.put(static_cast<unsigned>(static_cast<int>(distance) - d.base), d.extra);
}

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool ended() const { return ended_; }
  unsigned bit() {
    if (at_ / 8 >= bytes_.size()) {
      ended_ = true;
      return 0;
    }
    const auto byte = static_cast<unsigned char>(bytes_[at_ / 8]);
    return (byte >> (at_++ % 8)) & 1U;
  }
  unsigned bits(int count) {
    unsigned value = 0;
    for (int i = 0; i < count; ++i) value |= bit() << i;
    return value;
  }
  void align() { at_ = (at_ + 7) / 8 * 8; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

/// A canonical Huffman code: how many codes of each length, and the symbols in order of code.
struct Huffman {
  std::array<int, kMaxBits + 1> count{};
  std::vector<int> symbols;

  /// False if more codes are given than there is room for.
  bool make(std::span<const unsigned char> lengths) {
    count.fill(0);
    for (const unsigned char n : lengths) ++count[n];
    int left = 1;
    for (int bits = 1; bits <= kMaxBits; ++bits) {
      left = 2 * left - count[static_cast<std::size_t>(bits)];
      if (left < 0) return false;
    }
    symbols.clear();
    for (int bits = 1; bits <= kMaxBits; ++bits) {
      for (std::size_t s = 0; s < lengths.size(); ++s) {
        if (lengths[s] == bits) symbols.push_back(static_cast<int>(s));
      }
    }
    return true;
  }

  /// -1: no such code.
  int read(BitReader& in) const {
    int code = 0, first = 0, index = 0;
    for (int bits = 1; bits <= kMaxBits && !in.ended(); ++bits) {
      code |= static_cast<int>(in.bit());
      const int n = count[static_cast<std::size_t>(bits)];
      if (code - first < n) return symbols[static_cast<std::size_t>(index + code - first)];
      index += n;
      first = 2 * (first + n);
      code *= 2;
    }
    return -1;
  }
};

struct Inflater {
  BitReader in;
  std::size_t most;
  std::string out;
  Huffman lengths, distances;
  bool too_long = false;

  bool put(char byte) {
    if (out.size() >= most) {
      too_long = true;
      return false;
    }
    out += byte;
    return true;
  }

  bool stored() {
    in.align();
    const unsigned size = in.bits(16);
    if ((in.bits(16) ^ size) != 0xFFFFU) return false;
    for (unsigned i = 0; i < size; ++i) {
      if (!put(static_cast<char>(in.bits(8))) || in.ended()) return false;
    }
    return true;
  }

  bool fixed_codes() {
    std::array<unsigned char, 288> sizes{};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sizes[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    std::array<unsigned char, 30> five{};
    five.fill(5);
    return lengths.make(sizes) && distances.make(five);
  }

  bool dynamic_codes() {
    constexpr unsigned char kOrder[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                        11, 4,  12, 3, 13, 2, 14, 1, 15};
    const unsigned literals = in.bits(5) + 257, far = in.bits(5) + 1, given = in.bits(4) + 4;
    if (literals > 286 || far > 30) return false;
    std::array<unsigned char, 320> sizes{};
    for (unsigned i = 0; i < given; ++i) sizes[kOrder[i]] = static_cast<unsigned char>(in.bits(3));
    Huffman codes;
    if (!codes.make({sizes.data(), 19})) return false;
    sizes.fill(0);
    for (unsigned i = 0; i < literals + far;) {
      const int symbol = codes.read(in);
      if (symbol < 0) return false;
      if (symbol < 16) {
        sizes[i++] = static_cast<unsigned char>(symbol);
        continue;
      }
      if (symbol == 16 && i == 0) return false;
      const unsigned char value = symbol == 16 ? sizes[i - 1] : static_cast<unsigned char>(0);
      unsigned times = symbol == 16   ? 3 + in.bits(2)
                       : symbol == 17 ? 3 + in.bits(3)
                                      : 11 + in.bits(7);
      if (i + times > literals + far) return false;
      while (times-- > 0) sizes[i++] = value;
    }
    return lengths.make({sizes.data(), literals}) && distances.make({sizes.data() + literals, far});
  }

  bool block() {
    while (true) {
      const int symbol = lengths.read(in);
      if (symbol < 0 || symbol > 285) return false;
      if (symbol == kEndOfBlock) return true;
      if (symbol < kEndOfBlock) {
        if (!put(static_cast<char>(symbol))) return false;
        continue;
      }
      const Code l = length_code(symbol);
      const int length = l.base + static_cast<int>(in.bits(l.extra));
      const int far = distances.read(in);
      if (far < 0) return false;
      const Code d = distance_code(far);
      const std::size_t distance = static_cast<std::size_t>(d.base) + in.bits(d.extra);
      if (distance > out.size() || in.ended()) return false;
      for (int i = 0; i < length; ++i) {
        if (!put(out[out.size() - distance])) return false;
      }
    }
  }

  bool run() {
    while (true) {
      const bool last = in.bit() != 0;
      const unsigned kind = in.bits(2);
      const bool good = kind == 0   ? stored()
                        : kind == 1 ? fixed_codes() && block()
                        : kind == 2 ? dynamic_codes() && block()
                                    : false;
      if (!good || in.ended()) return false;
      if (last) return true;
    }
  }
};

}  // namespace

std::string deflate(std::string_view bytes) {
  BitWriter out;
  out.put(1, 1);                               // one block, the last
  out.put(1, 2);                               // with the fixed codes
  std::vector<std::int32_t> latest(4096, -1);  // where three bytes of this hash were last
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t length = 0;
    std::size_t from = 0;
    if (i + kShortest <= bytes.size()) {
      const auto byte = [&](std::size_t at) {
        return static_cast<unsigned>(static_cast<unsigned char>(bytes[at]));
      };
      const unsigned hash = (byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16) * 2654435761U >> 20;
      const std::int32_t seen = latest[hash];
      latest[hash] = static_cast<std::int32_t>(i);
      if (seen >= 0 && i - static_cast<std::size_t>(seen) <= kWindow) {
        from = static_cast<std::size_t>(seen);
        const std::size_t limit = std::min(kLongest, bytes.size() - i);
        while (length < limit && bytes[from + length] == bytes[i + length]) ++length;
      }
    }
    if (length >= kShortest) {
      put_match(out, length, i - from);
      i += length;
    } else {
      out.symbol(static_cast<unsigned char>(bytes[i++]));
    }
  }
  out.symbol(kEndOfBlock);
  return std::move(out.out);
}

Result<std::string> inflate(std::string_view packed, std::size_t most) {
  Inflater inflater{BitReader(packed), most, {}, {}, {}};
  if (inflater.run()) return std::move(inflater.out);
  if (inflater.too_long) {
    return fail(ErrorCode::kTooLarge,
                "would unpack to more than " + std::to_string(most) + " bytes");
  }
  return fail(ErrorCode::kParse, "is cut off or damaged");
}

std::string inflate_front(std::string_view packed, std::size_t most) {
  Inflater inflater{BitReader(packed), most, {}, {}, {}};
  inflater.run();
  return std::move(inflater.out);
}

}  // namespace ap
