// tokenizer.json as a TokenizerSpec.
#include <limits>

#include "base/late.hpp"
#include "io/tokenizers/files.hpp"
#include "io/tokenizers/json_steps.hpp"
#include "io/tokenizers/special_names.hpp"

namespace ap {
namespace {

using tokenizer_file::Json;
using tokenizer_file::Part;

/// A whole number as an id; -1 if it is none.
int id_of(const Json& json) {
  if (!json.is_number_unsigned()) return -1;
  const auto value = json.get<std::uint64_t>();
  return value < static_cast<std::uint64_t>(kMaxTokenIds) ? static_cast<int>(value) : -1;
}

Result<void> read_vocabulary(const Part& model, TokenizerSpec& spec) {
  const Part vocab = model.at("vocab");
  if (!vocab.json().is_object()) return vocab.bad("is not an object of tokens and their ids");
  spec.vocabulary.reserve(vocab.json().size());
  for (auto item = vocab.json().begin(); item != vocab.json().end(); ++item) {
    const int id = id_of(item.value());
    if (id < 0) {
      return fail(ErrorCode::kRange,
                  "the id of \"" + item.key().substr(0, 40) + "\" is not a whole number in 0.." +
                      std::to_string(kMaxTokenIds - 1),
                  vocab.path());
    }
    spec.vocabulary.emplace_back(item.key(), id);
  }
  return {};
}

Result<void> read_merges(const Part& model, TokenizerSpec& spec) {
  const Part merges = model.at("merges");
  if (!merges.json().is_array()) return merges.bad("is not a list");
  spec.merges.reserve(merges.json().size());
  for (const Json& merge : merges.json()) {
    if (merge.is_string()) {
      const auto& text = merge.get_ref<const std::string&>();
      const std::size_t space = text.find(' ');
      if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
        spec.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
        continue;
      }
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
               merge[1].is_string()) {
      spec.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
      continue;
    }
    return merges.bad("entry " + std::to_string(spec.merges.size()) + " is not two pieces");
  }
  return {};
}

/// Old files do not say which model it is.
std::string type_of(const Part& model, std::optional<Error>& problem) {
  const std::string type = model.text("type", "", problem);
  if (!type.empty()) return type;
  if (model.find("merges") != nullptr) return "BPE";
  if (model.at("vocab").json().is_array()) return "Unigram";
  return model.find("continuing_subword_prefix") != nullptr ? "WordPiece" : "WordLevel";
}

Result<void> read_model(const Part& model, TokenizerSpec& spec) {
  std::optional<Error> problem;
  if (!model.json().is_object()) return model.bad("is not an object");
  const std::string type = type_of(model, problem);
  if (model.find("unk_token") != nullptr) spec.unknown = model.text("unk_token", "", problem);
  if (type == "BPE") {
    spec.model = TokenModel::kMerges;
    const Json* const dropout = model.find("dropout");
    if (dropout != nullptr && !(dropout->is_number() && dropout->get<double>() == 0.0))
      return model.unknown("BPE with dropout, which cuts words at random,");
    spec.byte_fallback = model.flag("byte_fallback", false, problem);
    spec.fuse_unknown = model.flag("fuse_unk", false, problem);
    spec.ignore_merges = model.flag("ignore_merges", false, problem);
    spec.continuing_prefix = model.text("continuing_subword_prefix", "", problem);
    spec.word_suffix = model.text("end_of_word_suffix", "", problem);
    if (auto done = read_merges(model, spec); !done) return done;
  } else if (type == "WordPiece") {
    spec.model = TokenModel::kWordPiece;
    spec.continuing_prefix = model.text("continuing_subword_prefix", "##", problem);
    spec.max_word_characters = model.number("max_input_chars_per_word", 100, problem);
    if (!spec.unknown) spec.unknown = "[UNK]";
  } else if (type == "WordLevel") {
    spec.model = TokenModel::kWords;
  } else {
    return model.unknown("the model " + type);
  }
  if (problem) return std::unexpected(*problem);
  return read_vocabulary(model, spec);
}

Result<void> read_added(const Part& file, TokenizerSpec& spec) {
  const Json* const list = file.find("added_tokens");
  if (list == nullptr) return {};
  if (!list->is_array()) return fail(ErrorCode::kParse, "is not a list", "added_tokens");
  std::optional<Error> problem;
  for (const Json& json : *list) {
    const Part part(json, "added_tokens[" + std::to_string(spec.added.size()) + ']');
    AddedToken token;
    token.id = json.is_object() && json.contains("id") ? id_of(json["id"]) : -1;
    if (token.id < 0) return part.bad("has no id in 0.." + std::to_string(kMaxTokenIds - 1));
    token.content = part.text("content", "", problem);
    token.special = part.flag("special", false, problem);
    token.normalized = part.flag("normalized", !token.special, problem);
    token.lstrip = part.flag("lstrip", false, problem);
    token.rstrip = part.flag("rstrip", false, problem);
    token.single_word = part.flag("single_word", false, problem);
    if (problem) return std::unexpected(*problem);
    spec.added.push_back(std::move(token));
  }
  return {};
}

Result<void> read_parts(const Part& file, TokenizerSpec& spec) {
  if (auto done = read_model(file.at("model"), spec); !done) return done;
  if (auto done = read_added(file, spec); !done) return done;
  if (auto done = tokenizer_file::read_normalizer(file.at("normalizer"), spec.clean); !done)
    return done;
  if (auto done = tokenizer_file::read_pre_tokenizer(file.at("pre_tokenizer"), spec.cut); !done)
    return done;
  if (auto done = tokenizer_file::read_post_processor(file.at("post_processor"), spec); !done)
    return done;
  return tokenizer_file::read_decoder(file.at("decoder"), spec.decode);
}

/// The place inside the file after the file's name.
std::unexpected<Error> in_file(Error error, std::string_view file) {
  error.where = std::string(file) + (error.where.empty() ? "" : ": " + error.where);
  return std::unexpected(std::move(error));
}

}  // namespace

AP_LATE Result<OpenedTokenizer> read_tokenizer_json(std::string_view text,
                                                    std::string_view config) {
  constexpr std::string_view kFile = "tokenizer.json";
  const auto json = tokenizer_file::parse_json(text, kFile);
  if (!json) return std::unexpected(json.error());
  const Part file(*json, "");
  TokenizerSpec spec;
  std::vector<std::string> notes;
  if (auto done = read_parts(file, spec); !done) return in_file(done.error(), kFile);
  for (const char* key : {"truncation", "padding"}) {
    if (file.find(key) != nullptr)
      notes.push_back(std::string("tokenizer.json asks for ") + key +
                      "; a text is taken as it is.");
  }
  if (auto done = tokenizer_file::name_special(config, spec, notes); !done)
    return std::unexpected(done.error());
  auto tokenizer = Tokenizer::make(std::move(spec));
  if (!tokenizer) return in_file(tokenizer.error(), kFile);
  return OpenedTokenizer{std::move(*tokenizer), std::move(notes)};
}

}  // namespace ap
