// attention generate: a text written on by a language model, one token at a time.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/files.hpp"
#include "app/cli/language.hpp"
#include "attention/language/predictor.hpp"
#include "io/arrays/json_text.hpp"

namespace ap::cli {
namespace {

struct GenerateArgs : LanguageArgs {
  int tokens = 20;
  Sampling sampling{.temperature = 1.0F};
  std::uint64_t seed = 1;
  bool json = false;
};

std::string written(const OpenedModel& model, std::span<const int> ids) {
  if (model.tokenizer) return model.tokenizer->decode(ids, true);
  std::string out;
  for (const int id : ids) out += (out.empty() ? "" : ",") + std::to_string(id);
  return out;
}

Result<void> generate(const GenerateArgs& args) {
  auto opened = open_language(args);
  if (!opened) return std::unexpected(opened.error());
  if (opened->masked)
    return fail(ErrorCode::kUnsupported,
                "is a " + opened->family +
                    ", which predicts masked words and writes nothing on: use attention predict",
                args.model);
  auto ids = input_ids(args, *opened);
  if (!ids) return std::unexpected(ids.error());
  if (auto ok = validate(args.sampling); !ok) return ok;
  auto predictor = Predictor::open(opened->model);
  if (!predictor) return std::unexpected(predictor.error());
  if (auto ok = predictor->set_ids(*ids); !ok) return ok;
  const std::size_t given = ids->size();
  int count = args.tokens;
  if (opened->context > 0) count = std::min(count, opened->context - static_cast<int>(given));
  auto made = predictor->generate({count, args.sampling, args.seed, opened->stops});
  if (!made) return std::unexpected(made.error());
  const bool stopped =
      !made->empty() && std::ranges::find(opened->stops, made->back()) != opened->stops.end();
  // llama2.c's end is the beginning of another text, and not part of this one.
  if (stopped && opened->container == "llama2.c") made->pop_back();
  if (!stopped && count < args.tokens)
    std::cerr << "attention: stopped after " << count << " tokens: the model reads "
              << opened->context << " at most\n";
  ids->insert(ids->end(), made->begin(), made->end());
  if (!args.json) {
    std::cout << written(*opened, *ids) << '\n';
    return {};
  }
  const std::span<const int> all(*ids);
  std::cout << "{\"text\":" << json_string(written(*opened, all)) << ",\"ids\":" << json_ids(all)
            << ",\"new_ids\":" << json_ids(all.subspan(given)) << "}\n";
  return {};
}

}  // namespace

void add_generate(CLI::App& app, Run& run) {
  auto args = std::make_shared<GenerateArgs>();
  CLI::App* command = app.add_subcommand("generate", "A text written on by a language model");
  add_language_options(*command, *args, true);
  command->add_option("--tokens", args->tokens, "How many tokens at most [20]")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--temperature", args->sampling.temperature,
                   "0: always the likeliest; above 1: more surprise [1]")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--top-k", args->sampling.top_k, "Only the K likeliest [all]")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--top-p", args->sampling.top_p,
                   "Only the likeliest that reach this probability together [1]")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--seed", args->seed, "Of the draws [1]");
  command->add_flag("--json", args->json, "The text, all ids and the new ones as JSON");
  command->callback([args, &run] {
    run = [args] {
      const auto done = generate(*args);
      return done ? 0 : report(done.error());
    };
  });
}

}  // namespace ap::cli
