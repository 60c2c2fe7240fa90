// attention link: a state as a share link, for an address of a page or for `attention run LINK`.
#include "io/link/link.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/document.hpp"
#include "app/cli/files.hpp"

namespace ap::cli {
namespace {

struct LinkArgs {
  std::string state, page;
};

int print_link(const LinkArgs& args) {
  const auto session = open_state(args.state);
  if (!session) return report(session.error());
  const auto link = encode_share_link({(*session)->document(), {}}, (*session)->words());
  if (!link) return report(link.error());
  if (link->size() > kMaxLinkCharacters) {
    std::cerr << "attention: the link has " << link->size()
              << " characters; some places cut off more than " << kMaxLinkCharacters << '\n';
  }
  std::cout << (args.page.empty() ? "" : args.page + '#') << *link << '\n';
  return 0;
}

}  // namespace

void add_link(CLI::App& app, Run& run) {
  auto args = std::make_shared<LinkArgs>();
  CLI::App* command = app.add_subcommand("link", "A share link that opens a state in the page");
  command
      ->add_option("STATE", args->state, "A state file, - for standard input, preset:ID, or a link")
      ->required();
  command->add_option("--page", args->page, "The page's address, put in front")->type_name("URL");
  command->callback([args, &run] { run = [args] { return print_link(*args); }; });
}

}  // namespace ap::cli
