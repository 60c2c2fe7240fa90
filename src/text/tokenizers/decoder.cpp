#include "text/tokenizers/decoder.hpp"

#include <array>

#include "text/tokenizers/byte_level.hpp"
#include "text/unicode.hpp"

namespace ap {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// The byte of "<0x0A>", or -1.
int named_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
  const int high = digit(token[3]);
  const int low = digit(token[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string replaced(std::string_view text, const Pattern& pattern, std::string_view content) {
  std::string out;
  PatternBudget budget(text.size());
  std::size_t done = 0;
  for (std::size_t from = 0; from <= text.size();) {
    const auto match = pattern.find(text, from, budget);
    if (!match) break;
    out += text.substr(done, match->begin - done);
    out += content;
    done = match->end;
    from = match->end > match->begin ? match->end : match->end + 1;
  }
  return out += text.substr(done);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

/// English as it is typed: no space before a stop, "do n't" in one.
void clean_up(std::string& text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kPairs = {{
      {" .", "."},
      {" ?", "?"},
      {" !", "!"},
      {" ,", ","},
      {" ' ", "'"},
      {" n't", "n't"},
      {" 'm", "'m"},
      {" do not", " don't"},
      {" 's", "'s"},
      {" 've", "'ve"},
      {" 're", "'re"},
  }};
  for (const auto& [what, with] : kPairs) replace_all(text, what, with);
}

void byte_level(std::vector<std::string>& tokens) {
  std::string all;
  for (const std::string& token : tokens) all += bytes_of_letters(token).value_or(token);
  tokens.assign(1, std::move(all));
}

void byte_fallback(std::vector<std::string>& tokens) {
  std::vector<std::string> out;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    if (valid_utf8(bytes)) {
      out.push_back(bytes);
    } else {
      // Bytes that are no text together are none one by one.
      for (std::size_t i = 0; i < bytes.size(); ++i) out.emplace_back("\xef\xbf\xbd");
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const int byte = named_byte(token); byte >= 0) {
      bytes += static_cast<char>(byte);
      continue;
    }
    flush();
    out.push_back(std::move(token));
  }
  flush();
  tokens = std::move(out);
}

void strip(std::string& token, const DecodeStep& step) {
  std::string_view text = token;
  for (int i = 0; i < step.start && !step.content.empty() && text.starts_with(step.content); ++i)
    text.remove_prefix(step.content.size());
  for (int i = 0; i < step.stop && !step.content.empty() && text.ends_with(step.content); ++i)
    text.remove_suffix(step.content.size());
  token = std::string(text);
}

void word_piece(std::vector<std::string>& tokens, const DecodeStep& step) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string& token = tokens[i];
    if (i > 0) {
      if (!step.pattern.empty() && token.starts_with(step.pattern)) {
        token.erase(0, step.pattern.size());
      } else {
        token.insert(0, 1, ' ');
      }
    }
    if (step.cleanup) clean_up(token);
  }
}

void metaspace(std::vector<std::string>& tokens, const DecodeStep& step) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool none = i == 0 && step.prepend != PrependScheme::kNever;
    replace_all(tokens[i], step.pattern, none ? "" : " ");
  }
}

void fuse(std::vector<std::string>& tokens) {
  std::string all;
  for (const std::string& token : tokens) all += token;
  tokens.assign(1, std::move(all));
}

}  // namespace

Result<Decoder> Decoder::make(const std::vector<DecodeStep>& steps) {
  Decoder out;
  for (const DecodeStep& step : steps) {
    Step one{step, {}};
    if (step.kind == DecodeKind::kReplace) {
      if (step.pattern.empty()) return fail(ErrorCode::kParse, "Replace has no pattern", "decoder");
      if (step.regex) {
        auto compiled = Pattern::compile(step.pattern);
        if (!compiled)
          return fail(compiled.error().code, compiled.error().message, "decoder.Replace");
        one.pattern = std::move(*compiled);
      } else {
        one.pattern = Pattern::literal(step.pattern);
      }
    }
    const bool needs_text = step.kind == DecodeKind::kMetaspace || step.kind == DecodeKind::kSuffix;
    if (needs_text && step.pattern.empty())
      return fail(ErrorCode::kParse, "a decoder has nothing to look for", "decoder");
    out.steps_.push_back(std::move(one));
  }
  return out;
}

std::string Decoder::run(std::vector<std::string> tokens) const {
  for (const Step& step : steps_) {
    switch (step.what.kind) {
      case DecodeKind::kByteLevel: byte_level(tokens); break;
      case DecodeKind::kReplace:
        for (std::string& token : tokens) token = replaced(token, step.pattern, step.what.content);
        break;
      case DecodeKind::kByteFallback: byte_fallback(tokens); break;
      case DecodeKind::kFuse: fuse(tokens); break;
      case DecodeKind::kStrip:
        for (std::string& token : tokens) strip(token, step.what);
        break;
      case DecodeKind::kMetaspace: metaspace(tokens, step.what); break;
      case DecodeKind::kWordPiece: word_piece(tokens, step.what); break;
      case DecodeKind::kSuffix:
        for (std::size_t i = 0; i < tokens.size(); ++i)
          replace_all(tokens[i], step.what.pattern, i + 1 < tokens.size() ? " " : "");
        break;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0 && steps_.empty()) out += ' ';
    out += tokens[i];
  }
  return out;
}

std::string Decoder::one(std::string token) const {
  for (const Step& step : steps_) {
    switch (step.what.kind) {
      case DecodeKind::kByteLevel:
        if (auto bytes = bytes_of_letters(token)) token = std::move(*bytes);
        break;
      case DecodeKind::kReplace: token = replaced(token, step.pattern, step.what.content); break;
      case DecodeKind::kByteFallback:
        if (const int byte = named_byte(token); byte >= 0) token.assign(1, static_cast<char>(byte));
        break;
      case DecodeKind::kMetaspace: replace_all(token, step.what.pattern, " "); break;
      case DecodeKind::kWordPiece:
        if (!step.what.pattern.empty() && token.starts_with(step.what.pattern))
          token.erase(0, step.what.pattern.size());
        break;
      case DecodeKind::kSuffix: replace_all(token, step.what.pattern, " "); break;
      case DecodeKind::kFuse:
      case DecodeKind::kStrip: break;
    }
  }
  return token;
}

}  // namespace ap
