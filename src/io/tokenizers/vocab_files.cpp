// Tokenizers of before tokenizer.json: GPT-2's two files, BERT's list of words.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/late.hpp"
#include "io/tokenizers/files.hpp"
#include "io/tokenizers/json_part.hpp"
#include "io/tokenizers/special_names.hpp"

namespace ap {
namespace {

using tokenizer_file::Json;
using tokenizer_file::Part;

/// Lines without their ends (\n or \r\n); none after the last end.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

Result<void> read_ids(std::string_view text, TokenizerSpec& spec) {
  const auto json = tokenizer_file::parse_json(text, "vocab.json");
  if (!json) return std::unexpected(json.error());
  for (auto item = json->begin(); item != json->end(); ++item) {
    const bool whole = item.value().is_number_unsigned() &&
                       item.value().get<std::uint64_t>() < static_cast<std::uint64_t>(kMaxTokenIds);
    if (!whole) {
      return fail(ErrorCode::kRange,
                  "the id of \"" + item.key().substr(0, 40) + "\" is not a whole number in 0.." +
                      std::to_string(kMaxTokenIds - 1),
                  "vocab.json");
    }
    spec.vocabulary.emplace_back(item.key(), item.value().get<int>());
  }
  return {};
}

Result<void> read_pairs(std::string_view text, TokenizerSpec& spec) {
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if ((i == 0 && line.starts_with("#version")) || line.empty()) continue;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      return fail(ErrorCode::kParse, "line " + std::to_string(i + 1) + " is not two pieces",
                  "merges.txt");
    }
    spec.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return {};
}

std::optional<int> id_in(const TokenizerSpec& spec, std::string_view text) {
  for (const auto& [token, id] : spec.vocabulary)
    if (token == text) return id;
  return std::nullopt;
}

void add_special(TokenizerSpec& spec, std::string_view text, bool lstrip = false) {
  const auto id = id_in(spec, text);
  if (!id) return;
  AddedToken token;
  token.id = *id;
  token.content = text;
  token.special = true;
  token.lstrip = lstrip;
  spec.added.push_back(std::move(token));
}

Result<OpenedTokenizer> finish(TokenizerSpec spec, std::string_view config,
                               std::vector<std::string> notes, std::string_view file) {
  if (auto done = tokenizer_file::name_special(config, spec, notes); !done)
    return std::unexpected(done.error());
  auto tokenizer = Tokenizer::make(std::move(spec));
  if (!tokenizer) {
    Error error = tokenizer.error();
    error.where = std::string(file) + ": " + error.where;
    return std::unexpected(std::move(error));
  }
  return OpenedTokenizer{std::move(*tokenizer), std::move(notes)};
}

}  // namespace

AP_LATE Result<OpenedTokenizer> read_vocab_and_merges(std::string_view vocab_json,
                                                      std::string_view merges,
                                                      std::string_view config) {
  TokenizerSpec spec;
  if (auto done = read_ids(vocab_json, spec); !done) return std::unexpected(done.error());
  if (auto done = read_pairs(merges, spec); !done) return std::unexpected(done.error());
  CutStep cut;
  cut.kind = CutKind::kByteLevel;
  spec.cut.push_back(cut);
  DecodeStep decode;
  decode.kind = DecodeKind::kByteLevel;
  spec.decode.push_back(decode);
  const auto begin = id_in(spec, "<s>");
  const auto end = id_in(spec, "</s>");
  if (begin && end && id_in(spec, "<mask>")) {
    spec.before = {*begin};
    spec.after = {*end};
    for (const std::string_view name : {"<s>", "<pad>", "</s>", "<unk>"}) add_special(spec, name);
    add_special(spec, "<mask>", true);
    if (id_in(spec, "<unk>")) spec.unknown = "<unk>";
  } else {
    add_special(spec, "<|endoftext|>");
  }
  return finish(std::move(spec), config, {}, "vocab.json");
}

AP_LATE Result<OpenedTokenizer> read_vocab_txt(std::string_view text, std::string_view config) {
  constexpr std::string_view kFile = "vocab.txt";
  TokenizerSpec spec;
  spec.model = TokenModel::kWordPiece;
  spec.continuing_prefix = "##";
  spec.unknown = "[UNK]";
  for (const std::string_view line : lines_of(text)) {
    if (spec.vocabulary.size() >= static_cast<std::size_t>(kMaxTokenIds))
      return fail(ErrorCode::kTooLarge, "has too many lines", std::string(kFile));
    spec.vocabulary.emplace_back(line, static_cast<int>(spec.vocabulary.size()));
  }
  const auto has_capital = [](std::string_view token) {
    return !token.starts_with('[') &&
           std::ranges::any_of(token, [](char c) { return c >= 'A' && c <= 'Z'; });
  };
  std::vector<std::string> notes;
  CleanStep clean;
  clean.kind = CleanKind::kBert;
  clean.lowercase = std::ranges::none_of(
      spec.vocabulary, [&](const auto& token) { return has_capital(token.first); });
  bool said = false;
  if (!config.empty()) {
    const auto json = tokenizer_file::parse_json(config, "tokenizer_config.json");
    if (!json) return std::unexpected(json.error());
    const Part part(*json, "tokenizer_config.json");
    std::optional<Error> problem;
    said = part.find("do_lower_case") != nullptr;
    clean.lowercase = part.flag("do_lower_case", clean.lowercase, problem);
    clean.chinese = part.flag("tokenize_chinese_chars", true, problem);
    if (part.find("strip_accents") != nullptr)
      clean.strip_accents = part.flag("strip_accents", true, problem);
    if (problem) return std::unexpected(*problem);
  }
  if (!said) {
    notes.push_back(clean.lowercase
                        ? "The vocabulary has no capitals: the text is taken in lower case."
                        : "The vocabulary has capitals: the text keeps its own.");
  }
  spec.clean.push_back(clean);
  CutStep cut;
  cut.kind = CutKind::kBert;
  spec.cut.push_back(cut);
  DecodeStep decode;
  decode.kind = DecodeKind::kWordPiece;
  decode.pattern = "##";
  spec.decode.push_back(decode);
  for (const std::string_view name : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
    add_special(spec, name);
  const auto cls = id_in(spec, "[CLS]");
  const auto sep = id_in(spec, "[SEP]");
  if (!cls || !sep) {
    return fail(ErrorCode::kNotFound, "has no [CLS] or no [SEP]: it is not BERT's list of words",
                std::string(kFile));
  }
  spec.before = {*cls};
  spec.after = {*sep};
  return finish(std::move(spec), config, std::move(notes), kFile);
}

}  // namespace ap
