#include "text/tokenizers/gguf.hpp"

#include <algorithm>
#include <array>

#include "base/late.hpp"

namespace ap {
namespace {

enum TokenType { kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5 };

constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// What llama.cpp makes of a `tokenizer.ggml.pre` (src/llama-vocab.cpp).
struct Pre {
  std::string_view name;
  std::string_view pattern;    // empty: GPT-2's
  bool digits = false;         // digits are cut one by one first
  bool ignore_merges = false;  // and a bos is put before, if the file does not say otherwise
  bool separator = false;      // a separator is put after, likewise
};
constexpr Pre kPres[] = {{"gpt-2", ""},
                         {"phi-2", ""},
                         {"mpt", ""},
                         {"olmo", ""},
                         {"jais", ""},
                         {"gigachat", ""},
                         {"roberta-bpe", "", false, false, true},
                         {"smollm", "", true},
                         {"refact", "", true},
                         {"command-r", "", true},
                         {"starcoder", "", true},
                         {"codeshell", "", true},
                         {"llama-bpe", kLlama3, false, true},
                         {"llama3", kLlama3, false, true},
                         {"llama-v3", kLlama3, false, true},
                         {"falcon3", kLlama3, false, true},
                         {"pixtral", kLlama3, false, true},
                         {"dbrx", kLlama3},
                         {"smaug-bpe", kLlama3},
                         {"qwen2", kQwen2},
                         {"deepseek-r1-qwen", kQwen2},
                         {"stablelm2", kQwen2},
                         {"megrez", kQwen2},
                         {"gpt-4o", kGpt4o},
                         {"llama4", kGpt4o}};

int type_of(const GgufTokenizerData& data, std::size_t id) {
  return id < data.types.size() ? data.types[id] : 1;
}

Result<void> read_tokens(const GgufTokenizerData& data, TokenizerSpec& spec) {
  if (data.tokens.empty())
    return fail(ErrorCode::kNotFound, "has no tokens", "tokenizer.ggml.tokens");
  if (data.tokens.size() > static_cast<std::size_t>(kMaxTokenIds))
    return fail(ErrorCode::kTooLarge, "has too many tokens", "tokenizer.ggml.tokens");
  if (!data.types.empty() && data.types.size() != data.tokens.size()) {
    return fail(ErrorCode::kShape,
                "has " + std::to_string(data.types.size()) + " entries for " +
                    std::to_string(data.tokens.size()) + " tokens",
                "tokenizer.ggml.token_type");
  }
  for (std::size_t id = 0; id < data.tokens.size(); ++id) {
    const std::string& text = data.tokens[id];
    const int type = type_of(data, id);
    const bool control = type == kControl || type == kUnknown;
    if (type == kUnused && text.empty()) continue;
    spec.vocabulary.emplace_back(text, static_cast<int>(id));
    if ((control || type == kUserDefined) && !text.empty())
      spec.added.push_back({static_cast<int>(id), text, control, false, false, false, false});
  }
  const auto count = static_cast<int>(data.tokens.size());
  for (const auto& id :
       {data.bos, data.eos, data.unknown, data.separator, data.pad, data.cls, data.mask}) {
    if (id && (*id < 0 || *id >= count)) {
      return fail(ErrorCode::kRange,
                  "names token " + std::to_string(*id) + " of " + std::to_string(count),
                  "tokenizer.ggml");
    }
  }
  spec.bos = data.bos;
  spec.eos = data.eos;
  spec.pad = data.pad;
  spec.mask = data.mask;
  return {};
}

/// llama.cpp takes the end of a text as a special token even where the list calls it a usual one.
void mark_special(const GgufTokenizerData& data, TokenizerSpec& spec) {
  for (const auto& id : {data.bos, data.eos, data.separator, data.pad, data.cls, data.mask}) {
    if (!id) continue;
    const bool known = std::ranges::any_of(spec.added, [&](const auto& t) { return t.id == *id; });
    const std::string& text = data.tokens[static_cast<std::size_t>(*id)];
    if (!known && text.starts_with("<|") && text.ends_with("|>"))
      spec.added.push_back({*id, text, true, false, false, false, false});
  }
}

void around(const GgufTokenizerData& data, bool bos, bool eos, TokenizerSpec& spec) {
  if (data.add_bos.value_or(bos) && data.bos) spec.before = {*data.bos};
  if (data.add_eos.value_or(eos) && data.eos) spec.after = {*data.eos};
}

CutStep byte_level(bool use_regex) {
  CutStep step;
  step.kind = CutKind::kByteLevel;
  step.use_regex = use_regex;
  return step;
}

Result<void> gpt2(const GgufTokenizerData& data, TokenizerSpec& spec) {
  const std::string_view name = data.pre.empty() ? std::string_view("gpt-2") : data.pre;
  const auto* const pre = std::ranges::find(kPres, name, &Pre::name);
  if (pre == std::end(kPres)) {
    return fail(ErrorCode::kUnsupported,
                "names the pattern \"" + data.pre +
                    "\", which this program does not know; use the model's tokenizer.json",
                "tokenizer.ggml.pre");
  }
  for (std::size_t i = 0; i < data.merges.size(); ++i) {
    const std::string& merge = data.merges[i];
    // A piece may begin with a space of its own in no byte-level vocabulary.
    const std::size_t space = merge.find(' ', 1);
    if (space == std::string::npos || space + 1 == merge.size()) {
      return fail(ErrorCode::kParse, "entry " + std::to_string(i) + " is not two pieces",
                  "tokenizer.ggml.merges");
    }
    spec.merges.emplace_back(merge.substr(0, space), merge.substr(space + 1));
  }
  if (pre->digits) {
    CutStep digits;
    digits.kind = CutKind::kDigits;
    digits.individual_digits = true;
    spec.cut.push_back(digits);
  }
  if (!pre->pattern.empty()) {
    CutStep split;
    split.pattern = pre->pattern;
    split.regex = true;
    spec.cut.push_back(split);
  }
  spec.cut.push_back(byte_level(pre->pattern.empty()));
  DecodeStep decode;
  decode.kind = DecodeKind::kByteLevel;
  spec.decode.push_back(decode);
  spec.ignore_merges = pre->ignore_merges;
  mark_special(data, spec);
  around(data, pre->ignore_merges, false, spec);
  const auto separator = data.separator ? data.separator : data.eos;
  if (spec.after.empty() && data.add_sep.value_or(pre->separator) && separator)
    spec.after = {*separator};
  return {};
}

Result<void> llama(const GgufTokenizerData& data, TokenizerSpec& spec) {
  spec.model = TokenModel::kScores;
  if (data.scores.size() != data.tokens.size()) {
    return fail(ErrorCode::kShape,
                "has " + std::to_string(data.scores.size()) + " entries for " +
                    std::to_string(data.tokens.size()) + " tokens",
                "tokenizer.ggml.scores");
  }
  for (const auto& [text, id] : spec.vocabulary)
    spec.scores.push_back(data.scores[static_cast<std::size_t>(id)]);
  spec.byte_fallback = true;
  spec.merge_unknown = true;
  if (data.unknown) spec.unknown = data.tokens[static_cast<std::size_t>(*data.unknown)];
  CleanStep step;
  const bool prefix = data.add_space_prefix.value_or(true);
  if (prefix) {
    step.kind = CleanKind::kPrepend;
    step.content = "\u2581";
    spec.clean.push_back(step);
  }
  step.kind = CleanKind::kReplace;
  step.pattern = " ";
  step.content = "\u2581";
  spec.clean.push_back(step);
  DecodeStep decode;
  decode.kind = DecodeKind::kReplace;
  decode.pattern = "\u2581";
  decode.content = " ";
  spec.decode.push_back(decode);
  decode = {};
  decode.kind = DecodeKind::kByteFallback;
  spec.decode.push_back(decode);
  decode.kind = DecodeKind::kFuse;
  spec.decode.push_back(decode);
  if (prefix) {
    decode.kind = DecodeKind::kStrip;
    decode.content = " ";
    decode.start = 1;
    spec.decode.push_back(decode);
  }
  around(data, true, false, spec);
  return {};
}

/// llama.cpp writes the beginning of a word as ▁ where BERT marks the rest of one by ##.
Result<void> bert(const GgufTokenizerData& data, TokenizerSpec& spec) {
  constexpr std::string_view kWord = "\u2581";
  spec.model = TokenModel::kWordPiece;
  spec.continuing_prefix = "##";
  bool capitals = false;
  for (auto& [text, id] : spec.vocabulary) {
    const int type = type_of(data, static_cast<std::size_t>(id));
    const bool plain = type == 1 && std::ranges::none_of(spec.added, [wanted = id](const auto& t) {
                         return t.id == wanted;
                       });
    if (!plain) continue;
    if (text.starts_with(kWord)) {
      text.erase(0, kWord.size());
      capitals = capitals || std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    } else {
      text.insert(0, "##");
    }
  }
  if (!data.unknown)
    return fail(ErrorCode::kNotFound, "names no token for unknown words",
                "tokenizer.ggml.unknown_token_id");
  spec.unknown = data.tokens[static_cast<std::size_t>(*data.unknown)];
  CleanStep clean;
  clean.kind = CleanKind::kBert;
  clean.lowercase = !capitals;
  spec.clean.push_back(clean);
  CutStep cut;
  cut.kind = CutKind::kBert;
  spec.cut.push_back(cut);
  DecodeStep decode;
  decode.kind = DecodeKind::kWordPiece;
  decode.pattern = "##";
  spec.decode.push_back(decode);
  const auto cls = data.cls ? data.cls : data.bos;
  const auto sep = data.separator ? data.separator : data.eos;
  if (data.add_bos.value_or(true) && cls) spec.before = {*cls};
  if (data.add_sep.value_or(data.add_eos.value_or(true)) && sep) spec.after = {*sep};
  return {};
}

}  // namespace

AP_LATE Result<Tokenizer> tokenizer_from_gguf(const GgufTokenizerData& data) {
  TokenizerSpec spec;
  if (auto done = read_tokens(data, spec); !done) return std::unexpected(done.error());
  Result<void> done;
  if (data.model == "gpt2") {
    done = gpt2(data, spec);
  } else if (data.model == "llama") {
    done = llama(data, spec);
  } else if (data.model == "bert") {
    done = bert(data, spec);
  } else {
    done = fail(ErrorCode::kUnsupported,
                data.model.empty()
                    ? std::string("names no kind of tokenizer")
                    : "is \"" + data.model + "\"; gpt2, llama and bert are known to this program",
                "tokenizer.ggml.model");
  }
  if (!done) return std::unexpected(done.error());
  return Tokenizer::make(std::move(spec));
}

}  // namespace ap
