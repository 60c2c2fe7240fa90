#include "text/pattern/pattern.hpp"

#include <algorithm>

#include "text/pattern/parse.hpp"

namespace ap {

namespace {
constexpr std::size_t kMaxSteps = 20'000;
using Kind = PatternNode::Kind;
}  // namespace

/// The tree as a program: what must match comes in the order of the text.
class PatternCompiler {
 public:
  Result<Pattern> compile(const PatternNode& node) {
    emit(node);
    add({Pattern::Op::kAccept});
    if (too_long_) return fail(ErrorCode::kTooLarge, "the pattern is too long");
    out_.any_first_ = !first(node, out_.first_);
    out_.first_.settle();
    return std::move(out_);
  }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(out_.steps_.size()); }
  std::uint32_t add(Pattern::Step step) {
    if (out_.steps_.size() >= kMaxSteps) {
      too_long_ = true;
      return 0;
    }
    out_.steps_.push_back(step);
    return here() - 1;
  }
  std::uint32_t set(const CodeSet& one) {
    out_.sets_.push_back(one);
    return static_cast<std::uint32_t>(out_.sets_.size() - 1);
  }

  void emit(const PatternNode& node) {
    if (too_long_) return;
    switch (node.kind) {
      case Kind::kSet: add({Pattern::Op::kSet, set(node.set)}); break;
      case Kind::kAll:
        for (const PatternNode& part : node.parts) emit(part);
        break;
      case Kind::kEither: either(node); break;
      case Kind::kRepeat: repeat(node); break;
      case Kind::kLook: enclosed(Pattern::Op::kLook, node, node.negative); break;
      case Kind::kAtomic: enclosed(Pattern::Op::kAtomic, node, false); break;
      case Kind::kBehind: add({Pattern::Op::kBehind, set(node.set), 0, 0, node.negative}); break;
      case Kind::kAssert: add({node.assertion, 0, 0, 0, node.negative}); break;
    }
  }

  void enclosed(Pattern::Op op, const PatternNode& node, bool negative) {
    const std::uint32_t begin = add({op, 0, 0, 0, negative});
    for (const PatternNode& part : node.parts) emit(part);
    add({Pattern::Op::kAccept});
    out_.steps_[begin].a = here();
  }

  void either(const PatternNode& node) {
    std::vector<std::uint32_t> ends;
    for (std::size_t i = 0; i < node.parts.size(); ++i) {
      const bool last = i + 1 == node.parts.size();
      const std::uint32_t split = last ? 0 : add({Pattern::Op::kSplit});
      if (!last) out_.steps_[split].a = here();
      emit(node.parts[i]);
      if (last) break;
      ends.push_back(add({Pattern::Op::kJump}));
      out_.steps_[split].b = here();
    }
    for (const std::uint32_t end : ends) out_.steps_[end].a = here();
  }

  void repeat(const PatternNode& node) {
    const PatternNode& part = node.parts.front();
    if (part.kind == Kind::kSet && !node.lazy) {
      add({Pattern::Op::kRun, set(part.set), node.least, node.most, node.possessive});
      return;
    }
    const std::uint32_t atomic = node.possessive ? add({Pattern::Op::kAtomic}) : 0;
    for (std::uint32_t i = 0; i < node.least && !too_long_; ++i) emit(part);
    const auto split = [&] { return add({Pattern::Op::kSplit}); };
    const auto close = [&](std::uint32_t at, std::uint32_t body) {
      Pattern::Step& step = out_.steps_[at];
      step.a = node.lazy ? here() : body;
      step.b = node.lazy ? body : here();
    };
    if (node.most == PatternNode::kNoLimit) {
      const std::uint32_t at = split();
      emit(part);
      add({Pattern::Op::kJump, at});
      close(at, at + 1);
    } else {
      std::vector<std::uint32_t> open;
      for (std::uint32_t i = node.least; i < node.most && !too_long_; ++i) {
        open.push_back(split());
        emit(part);
      }
      for (const std::uint32_t at : open) close(at, at + 1);
    }
    if (!node.possessive) return;
    add({Pattern::Op::kAccept});
    out_.steps_[atomic].a = here();
  }

  /// Adds what a match of the node can begin with; false if it can be empty.
  static bool first(const PatternNode& node, CodeSet& into) {
    switch (node.kind) {
      case Kind::kSet: into.add(node.set); return true;
      case Kind::kAll:
        return std::ranges::any_of(node.parts,
                                   [&](const PatternNode& p) { return first(p, into); });
      case Kind::kEither: {
        bool all = true;
        for (const PatternNode& part : node.parts) all = first(part, into) && all;
        return all;
      }
      case Kind::kRepeat: return first(node.parts.front(), into) && node.least > 0;
      case Kind::kAtomic: return first(node.parts.front(), into);
      case Kind::kLook:
      case Kind::kBehind:
      case Kind::kAssert: return false;
    }
    return false;
  }

  Pattern out_;
  bool too_long_ = false;
};

Result<Pattern> Pattern::compile(std::string_view expression) {
  const auto node = parse_pattern(expression);
  if (!node) return std::unexpected(node.error());
  return PatternCompiler().compile(*node);
}

Pattern Pattern::literal(std::string_view text) {
  Pattern out;
  out.literal_ = text;
  return out;
}

}  // namespace ap
