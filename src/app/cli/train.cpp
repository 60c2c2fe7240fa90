// attention train: gradient descent toward the targets of a state file, as fast as the machine
// goes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/document.hpp"
#include "app/cli/files.hpp"
#include "playground/json/state_json.hpp"

namespace ap::cli {
namespace {

struct TrainArgs {
  std::string state, output;
  int steps = 1000;
  float goal = 0;
  float rate = 0;
  std::uint64_t seed = 0;
  bool quiet = false;
};

constexpr double kSliceMs = 500;  // between lines of progress

void say(const Trainer& trainer, bool quiet) {
  if (quiet) return;
  std::fprintf(stderr, "step %d  loss %.6g  largest difference %.4g\n", trainer.steps(),
               trainer.loss(), static_cast<double>(trainer.error()));
}

Result<void> set_options(Session& session, const TrainArgs& args) {
  action::SetLearning set{session.document().learning};
  if (args.rate > 0) set.rate = args.rate;
  if (args.seed > 0) set.seed = args.seed;
  return session.dispatch(set);
}

int train(const TrainArgs& args) {
  const auto session = open_state(args.state);
  if (!session) return report(session.error());
  Trainer& trainer = (*session)->trainer();
  if (auto ok = set_options(**session, args); !ok) return report(ok.error());
  const action::Train play{TrainCommand::kPlay, args.steps, args.goal};
  if (args.steps > 0) {
    if (auto ok = (*session)->dispatch(play); !ok) return report(ok.error());
  }
  say(trainer, args.quiet);
  while (trainer.advance(kSliceMs)) say(trainer, args.quiet);
  say(trainer, args.quiet);
  // A finished run is no part of what the next one starts from: the state is the weights.
  if (auto ok = write_bytes(args.output, to_json((*session)->document()) + "\n"); !ok) {
    return report(ok.error());
  }
  if (!trainer.message().empty()) std::fprintf(stderr, "%s\n", trainer.message().c_str());
  return trainer.status() == TrainStatus::kDiverged ? 1 : 0;
}

}  // namespace

void add_train(CLI::App& app, Run& run) {
  const auto args = std::make_shared<TrainArgs>();
  CLI::App* command =
      app.add_subcommand("train", "Learn the targets of a state file by gradient descent");
  command->add_option("STATE", args->state, "A state file, - for standard input, or preset:ID")
      ->required();
  command
      ->add_option("--steps", args->steps,
                   "At most so many steps [1000]; 0: only write the state out in full")
      ->check(CLI::Range(0, 100'000'000));
  command->add_option("--goal", args->goal, "Stop when every target cell is that near")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--rate", args->rate, "Learning rate [the state's]")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", args->seed, "Of the order of sentences in batches [the state's]")
      ->check(CLI::PositiveNumber);
  command->add_option("--output", args->output, "The state with what was learned")
      ->type_name("FILE")
      ->required();
  command->add_flag("--quiet", args->quiet, "No lines of progress");
  command->callback([args, &run] { run = [args] { return train(*args); }; });
}

}  // namespace ap::cli
