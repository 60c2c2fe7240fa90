#include "text/tokenizers/tokenizer.hpp"

#include <algorithm>

#include "text/tokenizers/parts.hpp"
#include "text/unicode.hpp"

namespace ap {

std::vector<int> Encoding::ids() const {
  std::vector<int> out;
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) out.push_back(piece.id);
  return out;
}

namespace {

Result<void> check_ids(const TokenizerSpec& spec, const Vocabulary& vocabulary) {
  for (const auto* list : {&spec.before, &spec.after}) {
    for (const int id : *list) {
      if (vocabulary.has(id)) continue;
      return fail(ErrorCode::kNotFound,
                  "the template puts token " + std::to_string(id) +
                      " around a text, but the vocabulary has no such id",
                  "post_processor");
    }
  }
  using Id = std::pair<std::string_view, std::optional<int>>;
  for (const auto& [name, id] :
       {Id{"bos", spec.bos}, Id{"eos", spec.eos}, Id{"pad", spec.pad}, Id{"mask", spec.mask}}) {
    if (id && !vocabulary.has(*id)) {
      return fail(ErrorCode::kRange,
                  std::string(name) + " is token " + std::to_string(*id) +
                      ", but the vocabulary has no such id",
                  std::string(name));
    }
  }
  return {};
}

}  // namespace

Result<Tokenizer> Tokenizer::make(TokenizerSpec spec) {
  auto parts = std::make_shared<TokenizerParts>();
  parts->spec = std::move(spec);
  auto vocabulary = Vocabulary::make(parts->spec);
  if (!vocabulary) return std::unexpected(vocabulary.error());
  parts->vocabulary = std::move(*vocabulary);
  auto cleaner = Cleaner::make(parts->spec.clean);
  if (!cleaner) return std::unexpected(cleaner.error());
  parts->cleaner = std::move(*cleaner);
  auto cutter = Cutter::make(parts->spec.cut);
  if (!cutter) return std::unexpected(cutter.error());
  parts->cutter = std::move(*cutter);
  auto decoder = Decoder::make(parts->spec.decode);
  if (!decoder) return std::unexpected(decoder.error());
  parts->decoder = std::move(*decoder);
  if (auto ids = check_ids(parts->spec, parts->vocabulary); !ids)
    return std::unexpected(ids.error());
  auto model = WordModel::make(parts->spec, parts->vocabulary);
  if (!model) return std::unexpected(model.error());
  parts->model.emplace(std::move(*model));
  for (const AddedToken& token : parts->spec.added) {
    if (!token.normalized || parts->cleaner.empty()) {
      parts->plain.add(token, token.content);
      continue;
    }
    PatternBudget budget(token.content.size());
    parts->cleaned.add(token, parts->cleaner.run(MappedText{token.content}, budget).text);
  }
  parts->plain.settle();
  parts->cleaned.settle();
  return Tokenizer(std::move(parts));
}

int Tokenizer::size() const noexcept { return parts_->vocabulary.size(); }
bool Tokenizer::has(int id) const noexcept { return parts_->vocabulary.has(id); }
bool Tokenizer::special(int id) const noexcept { return parts_->vocabulary.special(id); }
TokenModel Tokenizer::model() const noexcept { return parts_->spec.model; }
std::string_view Tokenizer::raw(int id) const noexcept { return parts_->vocabulary.raw(id); }
const TokenizerSpec& Tokenizer::spec() const noexcept { return parts_->spec; }
std::optional<int> Tokenizer::bos() const noexcept { return parts_->spec.bos; }
std::optional<int> Tokenizer::eos() const noexcept { return parts_->spec.eos; }
std::optional<int> Tokenizer::pad() const noexcept { return parts_->spec.pad; }
std::optional<int> Tokenizer::mask() const noexcept { return parts_->spec.mask; }

std::optional<int> Tokenizer::unknown() const noexcept {
  if (!parts_->spec.unknown) return std::nullopt;
  return parts_->vocabulary.find(*parts_->spec.unknown);
}

std::optional<int> Tokenizer::find(std::string_view raw) const {
  const int id = parts_->vocabulary.find(raw);
  return id < 0 ? std::nullopt : std::optional(id);
}

std::string Tokenizer::bytes(int id) const {
  const std::string raw(parts_->vocabulary.raw(id));
  return parts_->vocabulary.added(id) ? raw : parts_->decoder.one(raw);
}

std::string Tokenizer::text(int id) const {
  int replaced = 0;
  return valid_text(bytes(id), replaced).text;
}

std::string Tokenizer::decode(std::span<const int> ids, bool skip_special) const {
  std::vector<std::string> tokens;
  bool after_bos = false;
  for (const int id : ids) {
    if (!has(id)) continue;
    const bool bos = parts_->spec.skip_space_after_bos && parts_->spec.bos == id;
    if (!(skip_special && special(id))) {
      tokens.emplace_back(raw(id));
      if (after_bos && tokens.back().starts_with(' ')) tokens.back().erase(0, 1);
    }
    after_bos = bos;
  }
  int replaced = 0;
  return valid_text(parts_->decoder.run(std::move(tokens)), replaced).text;
}

}  // namespace ap
