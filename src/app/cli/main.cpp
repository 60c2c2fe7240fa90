// The command line: attention attend | rope | run | render | export | predict | ... Exit codes: 0
// done, 1 an error in a file or its numbers, 2 a command line that makes no sense. Errors are one
// line.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "app/cli/commands.hpp"
#include "app/cli/files.hpp"

namespace {

constexpr const char* kVersion = "attention 0.1.0";

int run_command_line(int argc, char** argv) {
  CLI::App app{"Attention, computed exactly: on arrays, and on Attention Playground's state files.",
               "attention"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  app.footer("attention COMMAND --help tells more of each.");
  ap::cli::Run run;
  ap::cli::add_attend(app, run);
  ap::cli::add_rope(app, run);
  ap::cli::add_state_commands(app, run);
  ap::cli::add_export_commands(app, run);
  ap::cli::add_import_commands(app, run);
  ap::cli::add_train(app, run);
  ap::cli::add_link(app, run);
  ap::cli::add_lesson(app, run);
  ap::cli::add_predict(app, run);
  ap::cli::add_generate(app, run);
  ap::cli::add_tokenize(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    if (const auto end = message.find('\n'); end != std::string::npos) message.resize(end);
    std::cerr << "attention: " << message << " (see attention --help)\n";
    return ap::cli::kUsage;
  }
  return run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_command_line(argc, argv);
  } catch (const std::bad_alloc&) {
    std::cerr << "attention: out of memory\n";
  } catch (const std::exception& error) {
    std::cerr << "attention: " << error.what() << '\n';
  }
  return 1;
}
