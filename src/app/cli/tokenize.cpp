// attention tokenize: a text as the tokens of a model.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.hpp"
#include "app/cli/files.hpp"
#include "app/cli/tokenizer_file.hpp"

namespace ap::cli {
namespace {

struct TokenizeArgs {
  std::string model, text, texts;
  std::vector<int> ids;
  bool json = false;
  bool plain = false;
};

nlohmann::json json_of(const Tokenizer& tokenizer, const Encoding& encoding) {
  nlohmann::json out = {{"ids", nlohmann::json::array()}, {"tokens", nlohmann::json::array()}};
  for (const Piece& piece : encoding.pieces) {
    out["ids"].push_back(piece.id);
    out["tokens"].push_back(tokenizer.text(piece.id));
  }
  return out;
}

std::string lines_of(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::string out;
  for (const Piece& piece : encoding.pieces)
    out += std::to_string(piece.id) + '\t' + tokenizer.piece_text(piece.id) + '\n';
  return out;
}

Result<std::string> tokens_of(const Tokenizer& tokenizer, std::string_view text,
                              const TokenizeArgs& args) {
  const auto encoding = tokenizer.encode(text, !args.plain);
  if (!encoding) return std::unexpected(encoding.error());
  if (encoding->replaced > 0) {
    std::fprintf(stderr, "attention: %d places of the text are not UTF-8; each is read as U+FFFD\n",
                 encoding->replaced);
  }
  if (encoding->dropped > 0) {
    std::fprintf(stderr, "attention: %d characters have no token in this vocabulary\n",
                 encoding->dropped);
  }
  if (args.json || !args.texts.empty()) return json_of(tokenizer, *encoding).dump() + '\n';
  return lines_of(tokenizer, *encoding);
}

/// The other way: what some ids say.
Result<std::string> text_of(const Tokenizer& tokenizer, const TokenizeArgs& args) {
  nlohmann::json out = {{"ids", args.ids}, {"tokens", nlohmann::json::array()}};
  for (const int id : args.ids) {
    if (!tokenizer.has(id)) {
      return fail(ErrorCode::kRange,
                  "there is no token " + std::to_string(id) + "; ids are below " +
                      std::to_string(tokenizer.size()),
                  "--ids");
    }
    out["tokens"].push_back(tokenizer.text(id));
  }
  const std::string text = tokenizer.decode(args.ids);
  out["text"] = text;
  return args.json ? out.dump() + '\n' : text + '\n';
}

Result<void> tokenize(const TokenizeArgs& args) {
  const auto opened = open_tokenizer(args.model);
  if (!opened) return std::unexpected(opened.error());
  for (const std::string& note : opened->notes)
    std::fprintf(stderr, "attention: %s\n", note.c_str());
  std::string out;
  if (!args.ids.empty()) {
    const auto text = text_of(opened->tokenizer, args);
    if (!text) return std::unexpected(text.error());
    return write_bytes("-", *text);
  }
  if (args.texts.empty()) {
    const auto tokens = tokens_of(opened->tokenizer, args.text, args);
    if (!tokens) return std::unexpected(tokens.error());
    return write_bytes("-", *tokens);
  }
  const auto texts = read_bytes(args.texts);
  if (!texts) return std::unexpected(texts.error());
  std::string_view rest(reinterpret_cast<const char*>(texts->data()), texts->size());
  while (true) {
    const std::size_t end = rest.find('\0');
    const auto tokens = tokens_of(opened->tokenizer, rest.substr(0, end), args);
    if (!tokens) return std::unexpected(tokens.error());
    out += *tokens;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return write_bytes("-", out);
}

}  // namespace

void add_tokenize(CLI::App& app, Run& run) {
  const auto args = std::make_shared<TokenizeArgs>();
  CLI::App* command = app.add_subcommand("tokenize", "A text as the tokens of a language model");
  command
      ->add_option(
          "MODEL", args->model,
          "A model's folder, or tokenizer.json, vocab.json, vocab.txt, tokenizer.bin, .gguf")
      ->required();
  CLI::Option* text =
      command->add_option("--text", args->text, "The text")->allow_extra_args(false);
  CLI::Option* texts =
      command->add_option("--texts", args->texts, "A file of texts with a zero byte between them");
  CLI::Option* ids = command->add_option("--ids", args->ids, "Ids, 1,2,3: what they say")
                         ->delimiter(',')
                         ->excludes(text)
                         ->excludes(texts);
  text->excludes(texts);
  command->add_flag("--json", args->json,
                    R"({"ids": [...], "tokens": [...]}; a line for each text)");
  command->add_flag("--plain", args->plain, "Without the tokens that begin and end a text");
  command->callback([args, text, texts, ids, &run] {
    if (text->count() + texts->count() + ids->count() == 0)
      throw CLI::RequiredError("--text, --texts or --ids");
    run = [args] {
      const auto done = tokenize(*args);
      return done ? 0 : report(done.error());
    };
  });
}

}  // namespace ap::cli
