#include "text/pattern/parse.hpp"

#include <algorithm>

#include "text/pattern/parse_class.hpp"
#include "text/unicode.hpp"

namespace ap {
namespace {

constexpr int kMaxNesting = 50;
constexpr std::uint32_t kMaxRepeat = 1000;
using Kind = PatternNode::Kind;

class Parser {
 public:
  explicit Parser(std::string_view text) : in_{text, 0} {}

  Result<PatternNode> all() {
    auto node = either(0, false);
    if (node && !in_.done()) return in_.fail(ErrorCode::kParse, "has a ) without its (");
    return node;
  }

 private:
  Result<PatternNode> either(int depth, bool fold) {
    if (depth > kMaxNesting) return in_.fail(ErrorCode::kUnsupported, "is nested too deeply");
    PatternNode out;
    out.kind = Kind::kEither;
    do {
      PatternNode row;
      while (!in_.done() && in_.peek() != '|' && in_.peek() != ')') {
        if (in_.take("(?i)")) {
          fold = true;
          continue;
        }
        auto one = atom(depth, fold);
        if (!one) return one;
        auto all = quantified(std::move(*one));
        if (!all) return all;
        row.parts.push_back(std::move(*all));
      }
      out.parts.push_back(std::move(row));
    } while (in_.take("|"));
    if (out.parts.size() == 1) return PatternNode(std::move(out.parts.front()));
    return out;
  }

  Result<PatternNode> atom(int depth, bool fold) {
    if (in_.peek() == '(') return group(depth, fold);
    if (auto node = assertion()) return *node;
    if (std::string_view("*+?").find(static_cast<char>(in_.peek())) != std::string_view::npos)
      return in_.fail(ErrorCode::kParse, "repeats nothing");
    auto set = read_place(in_, fold);
    if (!set) return std::unexpected(set.error());
    PatternNode node;
    node.kind = Kind::kSet;
    node.set = std::move(*set);
    return node;
  }

  std::optional<PatternNode> assertion() {
    using Op = Pattern::Op;
    struct Name {
      std::string_view text;
      Op op;
      bool negative;
    };
    static constexpr Name kNames[] = {
        {"^", Op::kLineBegin, false},     {"$", Op::kLineEnd, false},
        {"\\A", Op::kTextBegin, false},   {"\\z", Op::kTextEnd, false},
        {"\\Z", Op::kLastLineEnd, false}, {"\\b", Op::kBoundary, false},
        {"\\B", Op::kBoundary, true}};
    for (const Name& name : kNames) {
      if (!in_.take(name.text)) continue;
      PatternNode node;
      node.kind = Kind::kAssert;
      node.assertion = name.op;
      node.negative = name.negative;
      return node;
    }
    return std::nullopt;
  }

  Result<PatternNode> group(int depth, bool fold) {
    PatternNode node;
    bool plain = false;
    if (in_.take("(?=") || in_.take("(?!")) {
      node.kind = Kind::kLook;
      node.negative = in_.before() == '!';
    } else if (in_.take("(?<=") || in_.take("(?<!")) {
      node.kind = Kind::kBehind;
      node.negative = in_.before() == '!';
    } else if (in_.take("(?>")) {
      node.kind = Kind::kAtomic;
    } else if (in_.take("(?i:")) {
      fold = true;
      plain = true;
    } else if (in_.take("(?-i:")) {
      fold = false;
      plain = true;
    } else if (in_.take("(?:")) {
      plain = true;
    } else if (in_.starts("(?")) {
      return in_.fail(ErrorCode::kUnsupported, "has a group of a kind that is not known here");
    } else {
      in_.take("(");
      plain = true;
    }
    auto inside = either(depth + 1, fold);
    if (!inside) return inside;
    if (!in_.take(")")) return in_.fail(ErrorCode::kParse, "has a ( without its )");
    if (plain) return inside;
    if (node.kind == Kind::kBehind) return behind(std::move(node), std::move(*inside));
    node.parts.push_back(std::move(*inside));
    return node;
  }

  Result<PatternNode> behind(PatternNode node, PatternNode inside) {
    if (inside.kind == Kind::kAll && inside.parts.size() == 1) {
      PatternNode only = std::move(inside.parts.front());
      inside = std::move(only);
    }
    if (inside.kind != Kind::kSet)
      return in_.fail(ErrorCode::kUnsupported, "looks behind at more than one character");
    node.set = std::move(inside.set);
    return node;
  }

  Result<PatternNode> quantified(PatternNode node) {
    while (!in_.done()) {
      std::uint32_t least = 0;
      std::uint32_t most = PatternNode::kNoLimit;
      bool braces = false;
      if (in_.take("?")) {
        most = 1;
      } else if (in_.take("+")) {
        least = 1;
      } else if (!in_.take("*")) {
        const auto counts = in_.braces();
        if (!counts) return node;
        std::tie(least, most) = *counts;
        braces = true;
      }
      if (least > kMaxRepeat || (most != PatternNode::kNoLimit && most > kMaxRepeat))
        return in_.fail(ErrorCode::kUnsupported, "repeats more than 1000 times");
      if (most < least) return in_.fail(ErrorCode::kParse, "repeats at most less than at least");
      const bool behaves = node.kind == Kind::kSet || !node.can_be_empty() || most == 1;
      if (!behaves || node.kind == Kind::kAssert)
        return in_.fail(ErrorCode::kUnsupported, "repeats what may be empty");
      PatternNode repeat;
      repeat.kind = Kind::kRepeat;
      repeat.least = least;
      repeat.most = most;
      // After braces a + is a quantifier of its own: Ruby's syntax.
      repeat.lazy = in_.take("?");
      repeat.possessive = !repeat.lazy && !braces && in_.take("+");
      repeat.parts.push_back(std::move(node));
      node = std::move(repeat);
    }
    return node;
  }

  PatternReader in_;
};

}  // namespace

bool PatternNode::can_be_empty() const {
  switch (kind) {
    case Kind::kSet: return false;
    case Kind::kAll:
      return std::ranges::all_of(parts, [](const PatternNode& p) { return p.can_be_empty(); });
    case Kind::kEither:
      return std::ranges::any_of(parts, [](const PatternNode& p) { return p.can_be_empty(); });
    case Kind::kRepeat: return least == 0 || parts.front().can_be_empty();
    case Kind::kAtomic: return parts.front().can_be_empty();
    case Kind::kLook:
    case Kind::kBehind:
    case Kind::kAssert: return true;
  }
  return true;
}

Result<PatternNode> parse_pattern(std::string_view expression) {
  if (!valid_utf8(expression)) return fail(ErrorCode::kParse, "the pattern is not UTF-8");
  return Parser(expression).all();
}

}  // namespace ap
