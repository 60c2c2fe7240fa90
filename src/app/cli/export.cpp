// attention render and export: a state as pictures and as files for other programs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/document.hpp"
#include "app/cli/files.hpp"
#include "exchange/exports.hpp"
#include "exchange/file_reader.hpp"
#include "playground/json/state_json.hpp"
#include "view/paint/svg.hpp"

namespace ap::cli {
namespace {

struct ExportArgs {
  std::string state, output, to, stage, panel = "sheet", torch = "plain", faces = "named", site;
  int layer = 0;
  int head = -1;
  int row = 0;
  bool dark = false;
  float width = 1280;
  float scale = 2;
};
using Args = std::shared_ptr<ExportArgs>;

Result<ExportRequest> request_of(const ExportArgs& args, const Session& session) {
  ExportRequest request;
  request.to = args.to;
  request.multihead = args.torch == "multihead";
  request.site = args.site;
  if (!args.stage.empty()) {
    const auto stage = stage_from(args.stage);
    if (!stage) {
      return fail(ErrorCode::kUnknownKey,
                  "there is no stage '" + args.stage.substr(0, 40) + "'; attention run lists them",
                  "--stage");
    }
    request.whole = false;
    request.tensor = {args.layer, *stage, args.head};
  }
  if (args.to == "npy" && args.stage.empty()) {
    return fail(ErrorCode::kNotFound, "needs --stage: an .npy file holds one array", "--to npy");
  }
  const int head = std::max(0, args.head);
  if (auto ok =
          check_layer_and_head(session.trace(), args.layer, head, session.document().model.heads);
      !ok) {
    return std::unexpected(ok.error());
  }
  request.picture.subject = *subject_from(args.panel);
  request.picture.row = args.row;
  RenderOptions& render = request.picture.render;
  render.mode = args.dark ? Mode::kDark : Mode::kLight;
  render.width = args.width;
  render.scale = args.scale;
  render.layer = args.layer;
  render.head = head;
  render.faces = *svg_faces_from(args.faces);
  return request;
}

Result<void> export_html(const ExportArgs& args, const Session& session) {
  if (args.site.empty())
    return fail(ErrorCode::kNotFound,
                "needs --site: the folder of the built page, such as build/web", "--to html");
  const auto files = read_site(args.site);
  if (!files) return std::unexpected(files.error());
  const Document& document = session.document();
  const auto html = standalone_html(*files, to_json(document), document.title);
  if (!html) return std::unexpected(html.error());
  return write_bytes(args.output.empty() ? "-" : args.output, *html);
}

Result<void> export_state(const ExportArgs& args) {
  const auto session = open_state(args.state);
  if (!session) return std::unexpected(session.error());
  if (args.to == "html") return export_html(args, **session);
  const auto request = request_of(args, **session);
  if (!request) return std::unexpected(request.error());
  const auto fonts = FontSet::shipped();
  if (!fonts) return std::unexpected(fonts.error());
  const auto file = export_file((*session)->document(), (*session)->trace(), *request, &*fonts);
  if (!file) return std::unexpected(file.error());
  if (args.to == "png") {
    const std::string missing = without_face((*session)->document(), *fonts);
    if (!missing.empty()) {
      std::fprintf(stderr,
                   "attention: no font here has %s: the picture shows boxes; a .svg has them as "
                   "text\n",
                   missing.c_str());
    }
  }
  return write_bytes(args.output.empty() ? "-" : args.output, file->bytes);
}

std::function<void()> when_named(Args args, Run& run) {
  return [args, &run] {
    run = [args] {
      if (args->to.empty()) args->to = args->output.ends_with(".svg") ? "svg" : "png";
      const auto done = export_state(*args);
      return done ? 0 : report(done.error());
    };
  };
}

CLI::App* add_command(CLI::App& app, const Args& args, const char* name, const char* help) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("STATE", args->state, "A state file, - for standard input, or preset:ID")
      ->required();
  command->add_option("--layer", args->layer, "Layer, counted from 0")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--head", args->head, "Head, counted from 0")->check(CLI::NonNegativeNumber);
  command
      ->add_option("--panel", args->panel, "The picture: sheet, graph, arcs, heads or rows [sheet]")
      ->check(CLI::IsMember({"sheet", "graph", "arcs", "heads", "rows"}));
  command->add_option("--row", args->row, "The query whose row --panel rows shows, counted from 0")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--dark", args->dark, "Pictures light on dark");
  command->add_option("--width", args->width, "The page the sheet is laid out for [1280]")
      ->check(CLI::Range(320.0F, 8192.0F));
  command->add_option("--scale", args->scale, "PNG: pixels a unit [2]")
      ->check(CLI::Range(0.25F, 8.0F));
  command
      ->add_option("--faces", args->faces,
                   "SVG: its text with the faces named, embedded, or as outlines [named]")
      ->check(CLI::IsMember({"named", "embedded", "outlines"}));
  return command;
}

}  // namespace

void add_export_commands(CLI::App& app, Run& run) {
  auto args = std::make_shared<ExportArgs>();
  CLI::App* command =
      add_command(app, args, "render", "Draw the sheet of a state file, or a panel, as a picture");
  command->add_option("--output", args->output, "A .png or .svg file")
      ->type_name("FILE")
      ->required()
      ->check([](const std::string& file) {
        return file.ends_with(".png") || file.ends_with(".svg")
                   ? std::string()
                   : std::string("must end in .png or .svg");
      });
  command->callback(when_named(args, run));

  args = std::make_shared<ExportArgs>();
  command = add_command(app, args, "export", "A state file and its stages for other programs");
  std::vector<std::string> names{"html"};
  for (const ExportFormat& format : export_formats()) names.emplace_back(format.name);
  command
      ->add_option("--to", args->to,
                   "numpy, torch (scripts that check themselves), latex, markdown, csv, npz, npy, "
                   "json, state, svg, png, embed, html")
      ->required()
      ->check(CLI::IsMember(names));
  command->add_option(
      "--stage", args->stage,
      "One stage alone (npy, npz, csv, json, latex, markdown); all heads if --head is not given");
  command
      ->add_option("--torch", args->torch,
                   "plain, or multihead: torch.nn.MultiheadAttention [plain]")
      ->check(CLI::IsMember({"plain", "multihead"}));
  command->add_option("--site", args->site,
                      "html: the folder of the built page; embed: the address where it is served");
  command->add_option("--output", args->output, "Where to [standard output]")->type_name("FILE");
  command->callback(when_named(args, run));
}

}  // namespace ap::cli
