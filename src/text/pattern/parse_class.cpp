#include "text/pattern/parse_class.hpp"

#include <string>

#include "text/unicode.hpp"

namespace ap {
namespace {

constexpr int kMaxNesting = 20;

CodeSet of(const std::vector<CodeRange>& ranges, bool negative = false) {
  CodeSet set;
  set.add(ranges);
  if (negative) set.invert();
  set.settle();
  return set;
}

int hex_digit(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A' + 10);
  return -1;
}

/// Up to `most` hexadecimal digits; -1 if there is none or the number is no code point.
std::int64_t hexadecimal(PatternReader& in, int most) {
  std::int64_t value = -1;
  for (int i = 0; i < most && hex_digit(in.peek()) >= 0; ++i)
    value = (value < 0 ? 0 : value) * 16 + hex_digit(in.next());
  return value > 0x10ffff ? -1 : value;
}

/// \p{L}, \P{L}, \p{^L}, \pL: after the p.
Result<CodeSet> property(PatternReader& in, bool negative) {
  std::string name;
  if (in.take("{")) {
    if (in.take("^")) negative = !negative;
    while (!in.done() && in.peek() != '}') name += static_cast<char>(in.next() & 0x7fU);
    if (!in.take("}")) return in.fail(ErrorCode::kParse, "has a \\p{ without its }");
  } else if (!in.done()) {
    name += static_cast<char>(in.next() & 0x7fU);
  }
  if (name.starts_with("gc=") || name.starts_with("General_Category="))
    name.erase(0, name.find('=') + 1);
  if (name == "White_Space" || name == "Space") return of(space_ranges(), negative);
  if (name == "Word") return of(word_ranges(), negative);
  if (name == "Any") return of({{0, 0x10ffff}}, negative);
  const CategoryMask mask = category_mask(name);
  if (mask == 0) {
    return in.fail(ErrorCode::kUnsupported,
                   "asks for \\p{" + name + "}, and only general categories are known here");
  }
  return of(ranges_of(mask), negative);
}

/// The set that \c stands for, if it is one.
std::optional<CodeSet> shorthand(char32_t c) {
  switch (c) {
    case 's': return of(space_ranges());
    case 'S': return of(space_ranges(), true);
    case 'd': return of(ranges_of(category_mask("Nd")));
    case 'D': return of(ranges_of(category_mask("Nd")), true);
    case 'w': return of(word_ranges());
    case 'W': return of(word_ranges(), true);
    case 'h': return of({{'0', '9'}, {'A', 'F'}, {'a', 'f'}});
    case 'H': return of({{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, true);
    default: return std::nullopt;
  }
}

/// One code point, after the backslash.
Result<char32_t> escaped(PatternReader& in) {
  const char32_t c = in.next();
  switch (c) {
    case 'n': return U'\n';
    case 'r': return U'\r';
    case 't': return U'\t';
    case 'f': return U'\f';
    case 'v': return U'\v';
    case 'a': return U'\a';
    case 'e': return char32_t{0x1b};
    case 'x':
    case 'u': {
      const bool braced = in.take("{");
      const std::int64_t value = hexadecimal(in, braced ? 8 : c == 'x' ? 2 : 4);
      if (value < 0 || (braced && !in.take("}")))
        return in.fail(ErrorCode::kParse, "has a \\x or \\u without a code point");
      return static_cast<char32_t>(value);
    }
    default: break;
  }
  const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (word || c == 0) {
    return in.fail(ErrorCode::kUnsupported,
                   "uses \\" + std::string(1, static_cast<char>(c)) + ", which is not known here");
  }
  return c;
}

/// A set, or one code point that may begin a range.
struct Item {
  CodeSet set;
  std::optional<char32_t> code;
};

Result<Item> escape(PatternReader& in) {
  if (in.take("p") || in.take("P")) {
    auto set = property(in, in.before() == 'P');
    if (!set) return std::unexpected(set.error());
    return Item{std::move(*set), std::nullopt};
  }
  if (auto set = shorthand(in.peek())) {
    in.next();
    return Item{std::move(*set), std::nullopt};
  }
  const auto code = escaped(in);
  if (!code) return std::unexpected(code.error());
  return Item{{}, *code};
}

std::optional<CodeSet> posix(PatternReader& in) {
  struct Name {
    std::string_view text;
    CategoryMask mask;
  };
  static constexpr Name kNames[] = {{"[:digit:]", 0x100},
                                    {"[:upper:]", 1},
                                    {"[:lower:]", 2},
                                    {"[:punct:]", kAnyPunctuation | kAnySymbol},
                                    {"[:cntrl:]", 1U << 25U}};
  for (const Name& name : kNames)
    if (in.take(name.text)) return of(ranges_of(name.mask));
  if (in.take("[:space:]")) return of(space_ranges());
  if (in.take("[:word:]")) return of(word_ranges());
  return std::nullopt;
}

Result<CodeSet> bracketed(PatternReader& in, bool fold, int depth);

Result<Item> class_item(PatternReader& in, bool fold, int depth) {
  if (in.peek() == '[') {
    if (auto set = posix(in)) return Item{std::move(*set), std::nullopt};
    if (in.starts("[:"))
      return in.fail(ErrorCode::kUnsupported, "has a class in colons that is not known here");
    in.next();
    auto set = bracketed(in, fold, depth + 1);
    if (!set) return std::unexpected(set.error());
    return Item{std::move(*set), std::nullopt};
  }
  if (in.take("\\")) return escape(in);
  return Item{{}, in.next()};
}

/// After the [.
Result<CodeSet> bracketed(PatternReader& in, bool fold, int depth) {
  if (depth > kMaxNesting) return in.fail(ErrorCode::kUnsupported, "is nested too deeply");
  const bool negative = in.take("^");
  CodeSet set;
  std::optional<CodeSet> wanted;  // what stands before each &&, met
  bool first = true;
  const auto meet = [&] {
    set.settle();
    if (wanted) set.intersect(*wanted);
  };
  while (first || in.peek() != ']') {
    if (in.done()) return in.fail(ErrorCode::kParse, "has a [ without its ]");
    if (!first && in.take("&&")) {
      meet();
      wanted = std::exchange(set, {});
      continue;
    }
    first = false;
    auto item = class_item(in, fold, depth);
    if (!item) return std::unexpected(item.error());
    if (!item->code) {
      set.add(item->set);
      continue;
    }
    char32_t last = *item->code;
    if (in.peek() == '-' && !in.starts("-]") && !in.starts("-&&")) {
      in.next();
      const auto end = class_item(in, fold, depth);
      if (!end) return std::unexpected(end.error());
      if (!end->code || *end->code < last)
        return in.fail(ErrorCode::kParse, "has a range that ends before it begins");
      last = *end->code;
    }
    set.add(*item->code, last);
  }
  in.next();
  meet();
  if (fold) set.ignore_case();
  if (negative) set.invert();
  set.settle();
  return set;
}

}  // namespace

char32_t PatternReader::peek() const {
  const auto code = decode(text, at);
  return code ? code->value : 0;
}

char32_t PatternReader::next() {
  const auto code = decode(text, at);
  if (!code) return 0;
  at += static_cast<std::size_t>(code->size);
  return code->value;
}

bool PatternReader::take(std::string_view what) {
  if (!starts(what)) return false;
  at += what.size();
  return true;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> PatternReader::braces() {
  const std::size_t begin = at;
  const auto number = [&]() -> std::optional<std::uint32_t> {
    std::optional<std::uint32_t> value;
    while (peek() >= '0' && peek() <= '9')
      value = std::min(value.value_or(0) * 10 + (next() - '0'), std::uint32_t{1'000'000});
    return value;
  };
  if (take("{")) {
    const auto least = number();
    const bool comma = take(",");
    const auto most = comma ? number() : least;
    if (take("}") && (least || most))
      return std::pair{least.value_or(0), most.value_or(0xffffffffU)};
  }
  at = begin;
  return std::nullopt;
}

std::unexpected<Error> PatternReader::fail(ErrorCode code, std::string_view what) const {
  return ap::fail(code, "the pattern " + std::string(what) + " (before byte " + std::to_string(at) +
                            " of " + std::string(text.substr(0, text.size() > 200 ? 0 : 200)) +
                            (text.size() > 200 ? "a long one)" : ")"));
}

Result<CodeSet> read_place(PatternReader& in, bool fold) {
  if (in.take("[")) return bracketed(in, fold, 0);
  if (in.take(".")) return of({{'\n', '\n'}}, true);
  Item item;
  if (in.take("\\")) {
    auto read = escape(in);
    if (!read) return std::unexpected(read.error());
    item = std::move(*read);
  } else {
    item.code = in.next();
  }
  if (item.code) item.set.add(*item.code, *item.code);
  if (fold) item.set.ignore_case();
  item.set.settle();
  return std::move(item.set);
}

}  // namespace ap
