#include "app/cli/language.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>

#include "exchange/models/disk.hpp"

namespace ap::cli {
namespace {

Result<ConfigSettings> settings_of(const std::vector<std::string>& list) {
  ConfigSettings settings;
  for (const std::string& item : list) {
    const std::size_t at = item.find('=');
    if (at == std::string::npos || at == 0)
      return fail(ErrorCode::kParse, "needs KEY=VALUE, not '" + item.substr(0, 60) + "'",
                  "--config");
    settings.emplace_back(item.substr(0, at), item.substr(at + 1));
  }
  return settings;
}

Result<std::vector<int>> parse_ids(const std::string& text) {
  std::vector<int> ids;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at != end) {
    while (at != end && (*at == ' ' || *at == ',')) ++at;
    if (at == end) break;
    int id = 0;
    const auto [stop, error] = std::from_chars(at, end, id);
    if (error != std::errc{} || (stop != end && *stop != ',' && *stop != ' '))
      return fail(ErrorCode::kParse, "needs whole numbers with commas, such as 1,2,3", "--ids");
    ids.push_back(id);
    at = stop;
  }
  return ids;
}

}  // namespace

void add_language_options(CLI::App& command, LanguageArgs& args, bool ids) {
  command
      .add_option("model", args.model,
                  "A folder with config.json and .safetensors, a .safetensors, .gguf, .npz or "
                  "llama2.c .bin file, or a model.json")
      ->required();
  CLI::Option* text = command.add_option_function<std::string>(
      "--text",
      [&args](const std::string& value) {
        args.text = value;
        args.has_text = true;
      },
      "What the model reads");
  if (ids) {
    CLI::Option* list = command.add_option_function<std::string>(
        "--ids",
        [&args](const std::string& value) {
          args.ids = value;
          args.has_ids = true;
        },
        "Instead of a text: ids of tokens, 1,2,3");
    list->excludes(text);
  }
  command
      .add_option("--config", args.config,
                  "KEY=VALUE: a key beside or above those of config.json; may be repeated")
      ->allow_extra_args(false);
}

Result<OpenedModel> open_language(const LanguageArgs& args) {
  const auto files = files_on_disk(args.model);
  if (!files) return std::unexpected(files.error());
  auto settings = settings_of(args.config);
  if (!settings) return std::unexpected(settings.error());
  auto opened = open_model(*files, {std::move(*settings), memory_for_models()});
  if (!opened) return opened;
  for (const std::string& note : opened->notes) std::cerr << "attention: " << note << '\n';
  return opened;
}

Result<std::vector<int>> input_ids(const LanguageArgs& args, const OpenedModel& model) {
  std::vector<int> ids;
  if (args.has_ids) {
    auto parsed = parse_ids(args.ids);
    if (!parsed) return parsed;
    ids = std::move(*parsed);
  } else if (!args.has_text) {
    return fail(ErrorCode::kNotFound, "say what the model reads: --text TEXT or --ids 1,2,3");
  } else if (!model.tokenizer) {
    return fail(
        ErrorCode::kNotFound,
        "the model has no tokenizer (" + model.no_tokenizer + "): give ids of tokens, --ids 1,2,3",
        args.model);
  } else {
    const auto encoded = model.tokenizer->encode(args.text);
    if (!encoded) return std::unexpected(encoded.error());
    ids = encoded->ids();
  }
  const int vocabulary = model.model.language->vocabulary();
  for (const int id : ids) {
    if (id >= 0 && id < vocabulary) continue;
    return fail(ErrorCode::kRange,
                "there is no token " + std::to_string(id) + ": ids go from 0 to " +
                    std::to_string(vocabulary - 1),
                args.has_ids ? "--ids" : args.model);
  }
  if (ids.empty())
    return fail(ErrorCode::kRange, "there is no token to predict from: the text is empty",
                args.has_ids ? "--ids" : "--text");
  if (model.context > 0 && ids.size() > static_cast<std::size_t>(model.context))
    return fail(ErrorCode::kTooLarge,
                "the text has " + std::to_string(ids.size()) + " tokens, and the model reads " +
                    std::to_string(model.context) + " at most: shorten it",
                args.has_ids ? "--ids" : "--text");
  return ids;
}

std::string token_text(const OpenedModel& model, int id) {
  return model.tokenizer && model.tokenizer->has(id) ? model.tokenizer->text(id)
                                                     : std::to_string(id);
}

std::string json_ids(std::span<const int> ids) {
  std::string out = "[";
  for (const int id : ids) out += (out.size() > 1 ? "," : "") + std::to_string(id);
  return out + "]";
}

}  // namespace ap::cli
