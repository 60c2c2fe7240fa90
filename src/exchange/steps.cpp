// Steps: the actions that give a document other sizes.
#include <algorithm>

#include "exchange/import.hpp"

namespace ap {
namespace {

/// Sentences that differ by more are not made token by token.
constexpr int kMostSingleTokens = 64;

/// A word list is not needed: only shapes matter here, the numbers come from the file.
Result<Document> next(const Document& document, const Action& action) {
  return update(document, action, World{});
}

}  // namespace

Result<void> Steps::add(Action action) {
  auto after = next(document_, action);
  if (!after) return std::unexpected(std::move(after).error());
  document_ = std::move(*after);
  actions_.push_back(std::move(action));
  return {};
}

Result<void> Steps::resize(const Sizes& s) {
  const auto wanted = [](int asked, int now) { return asked < 0 ? now : asked; };
  const Model before = document_.model;
  const int heads = wanted(s.heads, before.heads);
  int kv_heads = wanted(s.kv_heads, before.kv_heads);
  if (s.kv_heads < 0 && (before.kv_heads == before.heads || heads % kv_heads != 0))
    kv_heads = heads;
  const int key_width = wanted(s.key_width, before.key_width);
  const int value_width = wanted(s.value_width, before.value_width);
  if (s.width >= 0 && s.width != before.width) {
    if (auto ok = add(action::SetWidth{s.width}); !ok) return ok;
  }
  if (heads != before.heads || kv_heads != before.kv_heads) {
    if (auto ok = add(action::SetHeads{heads, kv_heads}); !ok) return ok;
  }
  const Model& now = document_.model;
  if (key_width != now.key_width || value_width != now.value_width) {
    if (auto ok = add(action::SetHeadWidth{key_width, value_width}); !ok) return ok;
  }
  if (s.mlp_width >= 0 &&
      (s.mlp_width != document_.model.mlp_width || before.mlp == MlpKind::kNone)) {
    const MlpKind kind = before.mlp == MlpKind::kNone ? MlpKind::kGelu : before.mlp;
    if (auto ok = add(action::SetMlp{kind, s.mlp_width}); !ok) return ok;
  }
  if (s.tokens >= 0) {
    if (auto ok = resize_tokens(Side::kQuery, s.tokens); !ok) return ok;
  }
  if (s.source_tokens >= 0) {
    if (auto ok = resize_tokens(Side::kSource, s.source_tokens); !ok) return ok;
  }
  return {};
}

/// Keeps the first tokens; new ones are called by their number.
Result<void> Steps::resize_tokens(Side side, int count) {
  const auto sentence = [&]() -> const Sentence& {
    return side == Side::kQuery ? document_.query : document_.source;
  };
  if (sentence().size() == count) return {};
  if (count > kMaxTokens) {
    return fail(ErrorCode::kTooLarge,
                std::to_string(count) + " tokens; the most is " + std::to_string(kMaxTokens));
  }
  const bool words = document_.token_mode == TokenMode::kWords;
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (words && i > 0) text += ' ';
    const bool kept = i < sentence().size();
    if (kept) text += sentence().tokens[static_cast<std::size_t>(i)].text;
    if (!kept)
      text += words ? "t" + std::to_string(i + 1) : std::string(1, static_cast<char>('a' + i % 26));
  }
  auto typed = next(document_, action::SetText{side, text});
  const Sentence* after = typed ? (side == Side::kQuery ? &typed->query : &typed->source) : nullptr;
  if (after != nullptr && after->size() == count) return add(action::SetText{side, text});
  if (std::abs(sentence().size() - count) > kMostSingleTokens) {
    return fail(ErrorCode::kShape,
                "needs " + std::to_string(count) + " tokens; type a sentence of as many");
  }
  while (sentence().size() > count) {
    if (auto ok = add(action::DeleteToken{side, sentence().size() - 1}); !ok) return ok;
  }
  while (sentence().size() < count) {
    const int at = sentence().size();
    if (auto ok = add(action::InsertToken{side, at, "t" + std::to_string(at + 1)}); !ok) return ok;
  }
  return {};
}

}  // namespace ap
