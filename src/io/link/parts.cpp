#include "io/link/parts.hpp"

#include <utility>

#include "base/assets.hpp"
#include "playground/json/presets.hpp"
#include "text/word_vectors.hpp"

namespace ap {

std::unexpected<Error> share_too_much() {
  return fail(ErrorCode::kTooLarge, "this is more than a link may describe; save it as a file",
              "link");
}

const WordVectors* core_words() {
  static const auto kCore = WordVectors::parse(asset("assets/words-core.bin"));
  return kCore ? &*kCore : nullptr;
}

Result<Document> share_base(const std::string& id) { return load_preset(id, core_words()); }

std::string share_base_id(const Document& document) {
  for (const PresetInfo& p : presets()) {
    if (p.id == document.preset) return p.id;
  }
  return presets().empty() ? std::string() : presets().front().id;
}

static void settle(Sentence& sentence, const Sentence& base, bool same_mode, TokenMode mode) {
  if (same_mode && sentence.text == base.text) return;
  sentence.tokens.clear();
  auto texts = token_texts(sentence.text, mode);
  if (!texts) return;
  for (std::string& text : *texts) sentence.tokens.push_back({std::move(text), Origin::kWord});
}

void settle(Document& document, const Document& base) {
  const bool same_mode = document.token_mode == base.token_mode;
  settle(document.query, base.query, same_mode, document.token_mode);
  settle(document.source, base.source, same_mode, document.token_mode);
}

std::uint64_t share_trace_bytes(const Document& d) {
  return trace_bytes(d.model, d.query.size(), d.cross ? d.source.size() : d.query.size(), d.cross);
}

}  // namespace ap
