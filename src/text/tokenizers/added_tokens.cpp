#include "text/tokenizers/added_tokens.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/unicode/unicode_data.hpp"

namespace ap {
namespace {

/// Where the space that ends at `end` begins, not before `floor`.
std::size_t space_before(std::string_view text, std::size_t floor, std::size_t end) {
  while (end > floor) {
    std::size_t at = end - 1;
    while (at > floor && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) --at;
    const auto code = decode(text, at);
    if (!code || !is_space(code->value)) break;
    end = at;
  }
  return end;
}

std::size_t space_after(std::string_view text, std::size_t begin) {
  while (const auto code = decode(text, begin)) {
    if (!is_space(code->value)) break;
    begin += static_cast<std::size_t>(code->size);
  }
  return begin;
}

bool in_word(std::string_view text, std::size_t begin, std::size_t end) {
  if (const auto code = decode(text, end); code && is_word(code->value)) return true;
  if (begin == 0) return false;
  std::size_t at = begin - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) --at;
  const auto code = decode(text, at);
  return code && is_word(code->value);
}

}  // namespace

void AddedTokens::add(const AddedToken& token, std::string content) {
  if (content.empty()) return;
  tokens_.push_back({std::move(content), token.id, token.lstrip, token.rstrip, token.single_word});
}

void AddedTokens::settle() {
  const auto first = [](const Token& t) { return static_cast<unsigned char>(t.content.front()); };
  std::ranges::stable_sort(tokens_, [&](const Token& a, const Token& b) {
    if (first(a) != first(b)) return first(a) < first(b);
    return a.content.size() > b.content.size();
  });
  starts_ = {};
  for (const Token& token : tokens_) ++starts_[first(token) + 1U];
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
}

const AddedTokens::Token* AddedTokens::at(std::string_view text, std::size_t begin) const {
  const auto byte = static_cast<unsigned char>(text[begin]);
  for (std::uint32_t i = starts_[byte]; i < starts_[byte + 1U]; ++i)
    if (text.substr(begin).starts_with(tokens_[i].content)) return &tokens_[i];
  return nullptr;
}

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text) const {
  std::vector<Part> out;
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size() && !tokens_.empty();) {
    const Token* const token = at(text, i);
    if (token == nullptr) {
      ++i;
      continue;
    }
    std::size_t begin = i;
    std::size_t end = i + token->content.size();
    i = end;
    if (token->single_word && in_word(text, begin, end)) continue;
    begin = std::max(begin, done);
    if (token->lstrip) begin = space_before(text, done, begin);
    if (token->rstrip) end = space_after(text, end);
    if (done < begin) out.push_back({-1, done, begin});
    out.push_back({token->id, begin, std::max(begin, end)});
    done = std::max(begin, end);
  }
  if (done < text.size()) out.push_back({-1, done, text.size()});
  return out;
}

}  // namespace ap
