// attention run, presets: what works on state files. Files and pictures are in export.cpp.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/document.hpp"
#include "app/cli/files.hpp"
#include "io/arrays/zip.hpp"
#include "io/scripts/export.hpp"
#include "playground/json/presets.hpp"
#include "playground/json/state_json.hpp"

namespace ap::cli {
namespace {

struct StateArgs {
  std::string state, print, npz, preset;
  int layer = 0;
  int head = 0;
  bool json = false;
};
using Args = std::shared_ptr<StateArgs>;
using Opened = const Session&;

/// Columns as wide as their widest entry; numbers with 6 significant digits.
std::string table(const Document& document, const NamedTensor& tensor, int head) {
  const TensorId id{tensor.layer, tensor.stage, head};
  const auto& shape = tensor.array.shape;
  const auto rows = static_cast<std::size_t>(shape[shape.size() - 2]),
             cols = static_cast<std::size_t>(shape.back());
  const float* data = tensor.array.data.data() + static_cast<std::size_t>(head) * rows * cols;
  std::vector<std::string> row_names = row_labels(document, id),
                           col_names = col_labels(document, id);
  row_names.resize(rows);
  col_names.resize(cols);
  const auto padded = [](const std::string& text, std::size_t width, bool right) {
    // Continuation bytes take no column.
    std::size_t used = 0;
    for (const char c : text) used += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    const std::string fill(width > used ? width - used : 0, ' ');
    return right ? fill + text : text + fill;
  };
  std::size_t first = 0;
  for (const std::string& name : row_names) first = std::max(first, name.size());
  std::string out = std::string(first, ' ');
  for (const std::string& name : col_names) out += "  " + padded(name, 10, true);
  out += '\n';
  for (std::size_t i = 0; i < rows; ++i) {
    out += padded(row_names[i], first, false);
    for (std::size_t j = 0; j < cols; ++j) {
      char text[32];
      std::snprintf(text, sizeof text, "%.6g", static_cast<double>(data[i * cols + j]));
      out += "  " + padded(text, 10, true);
    }
    out += '\n';
  }
  return out;
}

std::string summary(Opened session) {
  const Document& document = session.document();
  const Model& m = document.model;
  std::string out = document.title + "\ntokens:";
  for (const TokenEntry& token : document.query.tokens) out += ' ' + token.text;
  if (document.cross) {
    out += "\nsource:";
    for (const TokenEntry& token : document.source.tokens) out += ' ' + token.text;
  }
  out += "\nmodel: layers " + std::to_string(m.layers.size()) + ", heads " +
         std::to_string(m.heads) + ", kv heads " + std::to_string(m.kv_heads) + ", width " +
         std::to_string(m.width) + ", head width " + std::to_string(m.key_width) +
         ", value width " + std::to_string(m.value_width) + "\nstages:\n";
  for (const NamedTensor& tensor : named_tensors(session.trace())) {
    out += "  " + tensor.name + ' ' + shape_text(tensor.array.shape) + '\n';
  }
  return out;
}

/// The stage that --print names, checked.
Result<NamedTensor> printed(const StateArgs& args, Opened session) {
  const auto stage = stage_from(args.print);
  if (!stage) {
    return fail(ErrorCode::kUnknownKey,
                "there is no stage '" + args.print.substr(0, 40) +
                    "'; attention run without --print lists them",
                "--print");
  }
  auto tensor = named_tensor(session.trace(), args.layer, *stage);
  if (!tensor) return tensor;
  if (auto ok = check_layer_and_head(session.trace(), args.layer, args.head, tensor->heads());
      !ok) {
    return std::unexpected(ok.error());
  }
  return tensor;
}

Result<void> run_state(const StateArgs& args, Opened session) {
  const Document& document = session.document();
  if (!args.print.empty()) {
    const auto tensor = printed(args, session);
    if (!tensor) return std::unexpected(tensor.error());
    if (!args.npz.empty())
      return write_bytes(args.npz, write_npz({{tensor->name, to_npy(tensor->array)}}));
    return write_bytes("-", args.json ? export_json(document, *tensor, args.head)
                                      : table(document, *tensor, args.head));
  }
  if (!args.npz.empty()) return write_bytes(args.npz, export_npz(session.trace()));
  return write_bytes("-", args.json ? export_json(document, session.trace()) : summary(session));
}

/// What a state command does, between opening the file and the exit code.
std::function<void()> command_on_state(Args args, Run& run,
                                       Result<void> (*work)(const StateArgs&, Opened)) {
  return [args, &run, work] {
    run = [args, work] {
      const auto session = open_state(args->state);
      if (!session) return report(session.error());
      const auto done = work(*args, **session);
      return done ? 0 : report(done.error());
    };
  };
}

CLI::App* state_command(CLI::App& app, const Args& args, const char* name, const char* help) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("STATE", args->state, "A state file, - for standard input, or preset:ID")
      ->required();
  return command;
}

void add_layer_and_head(CLI::App* command, const Args& args) {
  command->add_option("--layer", args->layer, "Layer, counted from 0")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--head", args->head, "Head, counted from 0")->check(CLI::NonNegativeNumber);
}

int list_presets(const std::string& id) {
  std::string out;
  if (id.empty()) {
    for (const PresetInfo& preset : presets()) out += preset.id + "\t" + preset.title + "\n";
  } else {
    const auto session = open_state("preset:" + id);
    if (!session) return report(session.error());
    out = to_json((*session)->document()) + "\n";
  }
  const auto done = write_bytes("-", out);
  return done ? 0 : report(done.error());
}

}  // namespace

void add_state_commands(CLI::App& app, Run& run) {
  const auto args = std::make_shared<StateArgs>();
  CLI::App* command = state_command(app, args, "run",
                                    "Compute a state file: list its stages or print their numbers");
  command->add_option("--print", args->print,
                      "The stage to print: q, k, v, scores, weights, output, ...");
  add_layer_and_head(command, args);
  CLI::Option* json = command->add_flag("--json", args->json, "As JSON, with exact numbers");
  command->add_option("--npz", args->npz, "Into an .npz file, all heads")
      ->type_name("FILE")
      ->excludes(json);
  command->callback(command_on_state(args, run, run_state));

  command = app.add_subcommand("presets", "List the presets, or print the state of one");
  command->add_option("ID", args->preset, "Which");
  command->callback([args, &run] { run = [args] { return list_presets(args->preset); }; });
}

}  // namespace ap::cli
