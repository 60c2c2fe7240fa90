#include "text/tokenizers/cutter.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
// Rust's \w, which has the two joiners besides.
constexpr std::string_view kWordsAndSigns = R"([\w\x{200c}\x{200d}]+|[^\w\x{200c}\x{200d}\s]+)";

struct Bit {
  ByteSpan span;
  bool match = false;
};

std::uint32_t at32(std::size_t n) { return static_cast<std::uint32_t>(n); }

/// All of [word.begin, word.end), in matches and what is between.
std::vector<Bit> bits_by(const Pattern& pattern, std::string_view text, ByteSpan word, bool invert,
                         PatternBudget& budget) {
  std::vector<Bit> out;
  // Words are looked at alone: nothing behind their ends is seen.
  const std::string_view part = text.substr(word.begin, word.end - word.begin);
  std::size_t done = 0;
  const auto add = [&](std::size_t begin, std::size_t end, bool match) {
    if (begin < end)
      out.push_back({{word.begin + at32(begin), word.begin + at32(end)}, match != invert});
  };
  for (std::size_t from = 0; from <= part.size();) {
    const auto match = pattern.find(part, from, budget);
    if (!match) break;
    add(done, match->begin, false);
    add(match->begin, match->end, true);
    done = match->end;
    from = match->end > match->begin ? match->end : match->end + 1;
  }
  add(done, part.size(), false);
  return out;
}

template <class Is>
std::vector<Bit> bits_of(std::string_view text, ByteSpan word, const Is& is) {
  std::vector<Bit> out;
  for (std::size_t at = word.begin; at < word.end;) {
    const CodePoint code = decode(text, at).value_or(CodePoint{0xfffd, 1});
    const std::size_t end = at + static_cast<std::size_t>(code.size);
    const bool match = is(code.value);
    if (match || out.empty() || out.back().match) {
      out.push_back({{at32(at), at32(end)}, match});
    } else {
      out.back().span.end = at32(end);
    }
    at = end;
  }
  return out;
}

/// As NormalizedString::split of `tokenizers`.
void put(const std::vector<Bit>& bits, CutBehavior behavior, std::vector<ByteSpan>& out) {
  bool before = false;
  const std::size_t first = out.size();
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const Bit& bit = bits[i];
    const bool any = out.size() > first;
    switch (behavior) {
      case CutBehavior::kRemoved:
        if (!bit.match) out.push_back(bit.span);
        break;
      case CutBehavior::kIsolated: out.push_back(bit.span); break;
      case CutBehavior::kContiguous:
        if (any && bit.match == before) {
          out.back().end = bit.span.end;
        } else {
          out.push_back(bit.span);
        }
        break;
      case CutBehavior::kPrevious:
        if (any && bit.match && !before) {
          out.back().end = bit.span.end;
        } else {
          out.push_back(bit.span);
        }
        break;
      case CutBehavior::kNext:
        // Of several matches in a row the last one goes with what follows.
        if (any && !bit.match && before) {
          out.back().end = bit.span.end;
        } else {
          out.push_back(bit.span);
        }
        break;
    }
    before = bit.match;
  }
}

bool is_sign(char32_t c) {
  if (c >= 0x80) return is_in(c, kAnyPunctuation);
  return (c >= 0x21 && c <= 0x2f) || (c >= 0x3a && c <= 0x40) || (c >= 0x5b && c <= 0x60) ||
         (c >= 0x7b && c <= 0x7e);
}

/// Each word with `what` in front if wants(word), and spaces as `space` if that is not empty.
template <class Wants>
void rewrite(CutText& cut, std::string_view what, std::string_view space, const Wants& wants) {
  Remap out(cut.text);
  std::vector<ByteSpan> words;
  const std::string_view text = cut.text.text;
  for (const ByteSpan word : cut.words) {
    const std::size_t begin = out.size();
    if (wants(text.substr(word.begin, word.end - word.begin))) {
      out.put(what, word.begin, word.begin);
    }
    std::size_t kept = word.begin;
    for (std::size_t at = word.begin; at < word.end && !space.empty(); ++at) {
      if (text[at] != ' ') continue;
      out.keep(kept, at);
      out.put(space, at, at + 1);
      kept = at + 1;
    }
    out.keep(kept, word.end);
    words.push_back({at32(begin), at32(out.size())});
  }
  cut.text = out.done();
  cut.words = std::move(words);
}

}  // namespace

Result<Cutter> Cutter::make(const std::vector<CutStep>& steps) {
  Cutter out;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const CutStep& step = steps[i];
    std::string expression;
    Step one{step, {}};
    if (step.kind == CutKind::kByteLevel) {
      if (i + 1 < steps.size()) {
        return fail(ErrorCode::kUnsupported, "ByteLevel is known here only as the last step",
                    "pre_tokenizer");
      }
      if (step.use_regex) expression = kGpt2;
    } else if (step.kind == CutKind::kWhitespace) {
      expression = kWordsAndSigns;
    } else if (step.kind == CutKind::kSplit) {
      if (step.pattern.empty())
        return fail(ErrorCode::kParse, "Split has no pattern", "pre_tokenizer");
      if (step.regex) {
        expression = step.pattern;
      } else {
        one.pattern = Pattern::literal(step.pattern);
      }
    } else if (step.kind == CutKind::kMetaspace) {
      if (step.replacement.empty())
        return fail(ErrorCode::kParse, "Metaspace has no replacement", "pre_tokenizer");
      one.pattern = Pattern::literal(step.replacement);
    }
    if (!expression.empty()) {
      auto compiled = Pattern::compile(expression);
      if (!compiled)
        return fail(compiled.error().code, compiled.error().message, "pre_tokenizer.Split");
      one.pattern = std::move(*compiled);
    }
    out.steps_.push_back(std::move(one));
  }
  return out;
}

CutText Cutter::run(MappedText text, bool first, PatternBudget& budget) const {
  CutText cut{std::move(text), {}};
  if (!cut.text.text.empty()) cut.words.push_back({0, at32(cut.text.text.size())});
  for (const Step& step : steps_) apply(step, first, cut, budget);
  return cut;
}

void Cutter::apply(const Step& step, bool first, CutText& cut, PatternBudget& budget) const {
  const CutStep& what = step.what;
  if (what.kind == CutKind::kByteLevel && what.add_prefix_space)
    rewrite(cut, " ", {}, [](std::string_view word) { return !word.starts_with(' '); });
  if (what.kind == CutKind::kMetaspace) {
    bool begins = first;
    rewrite(cut, what.replacement, what.replacement, [&](std::string_view word) {
      const bool here = what.prepend == PrependScheme::kAlways ||
                        (what.prepend == PrependScheme::kFirst && begins);
      begins = false;
      return here && !word.starts_with(' ') && !word.starts_with(what.replacement);
    });
  }
  std::vector<ByteSpan> words;
  const std::string_view text = cut.text.text;
  for (const ByteSpan word : cut.words) {
    switch (what.kind) {
      case CutKind::kByteLevel:
        if (!what.use_regex) {
          words.push_back(word);
          break;
        }
        put(bits_by(step.pattern, text, word, false, budget), CutBehavior::kIsolated, words);
        break;
      case CutKind::kSplit:
        put(bits_by(step.pattern, text, word, what.invert, budget), what.behavior, words);
        break;
      case CutKind::kWhitespace:
        put(bits_by(step.pattern, text, word, true, budget), CutBehavior::kRemoved, words);
        break;
      case CutKind::kWhitespaceSplit:
        put(bits_of(text, word, is_space), CutBehavior::kRemoved, words);
        break;
      case CutKind::kBert: {
        std::vector<ByteSpan> parts;
        put(bits_of(text, word, is_space), CutBehavior::kRemoved, parts);
        for (const ByteSpan part : parts)
          put(bits_of(text, part, is_sign), CutBehavior::kIsolated, words);
        break;
      }
      case CutKind::kMetaspace:
        if (what.split) {
          put(bits_by(step.pattern, text, word, false, budget), CutBehavior::kNext, words);
        } else {
          words.push_back(word);
        }
        break;
      case CutKind::kPunctuation: put(bits_of(text, word, is_sign), what.behavior, words); break;
      case CutKind::kDigits:
        put(bits_of(text, word, [](char32_t c) { return is_in(c, kAnyNumber); }),
            what.individual_digits ? CutBehavior::kIsolated : CutBehavior::kContiguous, words);
        break;
    }
  }
  cut.words = std::move(words);
}

}  // namespace ap
