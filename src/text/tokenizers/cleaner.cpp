#include "text/tokenizers/cleaner.hpp"

#include "text/unicode.hpp"
#include "text/unicode/normal_form.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

CategoryMask mask(std::string_view name) { return category_mask(name); }

/// make(code, out): what a code point becomes. Those that stay are kept with their origin.
template <class Make>
MappedText by_code(const MappedText& in, const Make& make) {
  Remap out(in);
  std::u32string codes;
  std::string bytes;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < in.text.size();) {
    const CodePoint code = decode(in.text, at).value_or(CodePoint{0xfffd, 1});
    const std::size_t end = at + static_cast<std::size_t>(code.size);
    codes.clear();
    make(code.value, codes);
    if (codes.size() != 1 || codes.front() != code.value) {
      bytes.clear();
      for (const char32_t c : codes) append_utf8(c, bytes);
      out.keep(kept, at);
      if (!bytes.empty()) out.put(bytes, at, end);
      kept = end;
    }
    at = end;
  }
  out.keep(kept, in.text.size());
  return out.done();
}

MappedText without(const MappedText& in, CategoryMask marks) {
  return by_code(in, [marks](char32_t c, std::u32string& out) {
    if (c < 0x80 || !is_in(c, marks)) out += c;
  });
}

MappedText strip(const MappedText& in, bool left, bool right) {
  std::size_t begin = 0;
  std::size_t end = in.text.size();
  std::size_t last = 0;
  bool any = false;
  for (std::size_t at = 0; at < in.text.size();) {
    const CodePoint code = decode(in.text, at).value_or(CodePoint{0xfffd, 1});
    const std::size_t next = at + static_cast<std::size_t>(code.size);
    if (!is_space(code.value)) {
      if (!any) begin = at;
      any = true;
      last = next;
    }
    at = next;
  }
  if (!any) begin = end;
  if (!left) begin = 0;
  if (right) end = any ? last : begin;
  return in.part(begin, end);
}

MappedText replace(const MappedText& in, const Pattern& pattern, const std::string& content,
                   PatternBudget& budget) {
  Remap out(in);
  std::size_t kept = 0;
  for (std::size_t from = 0; from <= in.text.size();) {
    const auto match = pattern.find(in.text, from, budget);
    if (!match) break;
    out.keep(kept, match->begin);
    out.put(content, match->begin, match->end);
    kept = match->end;
    from = match->end > match->begin ? match->end : match->end + 1;
  }
  out.keep(kept, in.text.size());
  return out.done();
}

MappedText prepend(const MappedText& in, const std::string& content) {
  if (in.text.empty()) return in;
  Remap out(in);
  out.put(content, 0, 0);
  out.keep(0, in.text.size());
  return out.done();
}

bool bert_control(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  return c == 0 || c == 0xfffd || is_in(c, mask("Cc") | mask("Cf") | mask("Co"));
}

/// As Rust has them: the sixth range begins a little later than in BERT's own code.
bool bert_ideograph(char32_t c) {
  const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return in(0x4e00, 0x9fff) || in(0x3400, 0x4dbf) || in(0x20000, 0x2a6df) || in(0x2a700, 0x2b73f) ||
         in(0x2b740, 0x2b81f) || in(0x2b920, 0x2ceaf) || in(0xf900, 0xfaff) || in(0x2f800, 0x2fa1f);
}

MappedText lowercase(const MappedText& in) {
  return by_code(in, [](char32_t c, std::u32string& out) { append_lower(c, out); });
}

MappedText bert(MappedText text, const CleanStep& step) {
  text = by_code(text, [&](char32_t c, std::u32string& out) {
    if (step.clean_text) {
      if (bert_control(c)) return;
      if (is_space(c)) c = ' ';
    }
    const bool apart = step.chinese && bert_ideograph(c);
    if (apart) out += U' ';
    out += c;
    if (apart) out += U' ';
  });
  if (step.strip_accents.value_or(step.lowercase))
    text = without(normal_form(text, NormalForm::kD), mask("Mn"));
  return step.lowercase ? lowercase(text) : text;
}

}  // namespace

Result<Cleaner> Cleaner::make(const std::vector<CleanStep>& steps) {
  Cleaner out;
  for (const CleanStep& step : steps) {
    Pattern pattern;
    if (step.kind == CleanKind::kReplace) {
      if (step.pattern.empty())
        return fail(ErrorCode::kParse, "Replace has no pattern", "normalizer");
      if (step.regex) {
        auto compiled = Pattern::compile(step.pattern);
        if (!compiled)
          return fail(compiled.error().code, compiled.error().message, "normalizer.Replace");
        pattern = std::move(*compiled);
      } else {
        pattern = Pattern::literal(step.pattern);
      }
    }
    out.steps_.push_back(step);
    out.patterns_.push_back(std::move(pattern));
  }
  return out;
}

MappedText Cleaner::run(MappedText text, PatternBudget& budget) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const CleanStep& step = steps_[i];
    switch (step.kind) {
      case CleanKind::kNfc: text = normal_form(text, NormalForm::kC); break;
      case CleanKind::kNfd: text = normal_form(text, NormalForm::kD); break;
      case CleanKind::kNfkc: text = normal_form(text, NormalForm::kKC); break;
      case CleanKind::kNfkd: text = normal_form(text, NormalForm::kKD); break;
      case CleanKind::kLowercase: text = lowercase(text); break;
      case CleanKind::kStripAccents: text = without(text, kAnyMark); break;
      case CleanKind::kStrip: text = strip(text, step.left, step.right); break;
      case CleanKind::kReplace: text = replace(text, patterns_[i], step.content, budget); break;
      case CleanKind::kPrepend: text = prepend(text, step.content); break;
      case CleanKind::kBert: text = bert(std::move(text), step); break;
    }
  }
  return text;
}

}  // namespace ap
