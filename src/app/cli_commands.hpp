// The commands of `attention`. Each adds its subcommand to the parser, with its options, and sets
// `run` to what does the work when the command line names it; `run` returns the exit code.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace ap::cli {

using Run = std::function<int()>;

void add_attend(CLI::App& app, Run& run);
void add_rope(CLI::App& app, Run& run);
/// run, render, export, presets
void add_state_commands(CLI::App& app, Run& run);

}  // namespace ap::cli
