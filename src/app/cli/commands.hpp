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
/// run, presets
void add_state_commands(CLI::App& app, Run& run);
/// render, export
void add_export_commands(CLI::App& app, Run& run);
/// inspect, import
void add_import_commands(CLI::App& app, Run& run);

/// lesson
void add_lesson(CLI::App& app, Run& run);

void add_train(CLI::App& app, Run& run);
/// link
void add_link(CLI::App& app, Run& run);
void add_tokenize(CLI::App& app, Run& run);
void add_predict(CLI::App& app, Run& run);
void add_generate(CLI::App& app, Run& run);

}  // namespace ap::cli
