// attention inspect and import: what is in a file, and its numbers into a state.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/document.hpp"
#include "app/cli/files.hpp"
#include "exchange/file_reader.hpp"
#include "exchange/import_words.hpp"
#include "exchange/model_file.hpp"
#include "playground/json/state_json.hpp"

namespace ap::cli {
namespace {

struct ImportArgs {
  std::string state, file, output = "-", array, into, fit = "as-is";
  int layer = 0;
  int head = -1;
  bool transpose = false;
  int row = 0;
  int col = 0;
  std::string mask_as = "guess";
  std::vector<std::int64_t> index;
  int model_layer = -1;
  int model_head = -1;
  int head_width = 0;
  int width = 0;
};

Result<OpenedFile> open(const std::string& path) {
  if (path != "-") return open_from_disk(path);
  const auto text = read_bytes(path);
  if (!text) return std::unexpected(text.error());
  return OpenedFile::open("standard input", *text);
}

/// Of a model in several files, which layers are whole in this one.
std::string in_part(const ModelInfo& m) {
  if (m.partial.empty()) return {};
  std::string out = " (layer";
  for (const int layer : m.layers) out += " " + std::to_string(layer);
  out += "; layer";
  for (const int layer : m.partial) out += " " + std::to_string(layer);
  return out + " is only in part in this file)";
}

Result<void> inspect(const ImportArgs& args) {
  const auto file = open(args.file);
  if (!file) return std::unexpected(file.error());
  std::string out = std::string(name(file->kind())) + "\n";
  for (const ModelInfo& m : find_models(*file)) {
    out += m.family + ": " + std::to_string(m.layers.size()) + " layers" + in_part(m) + ", width " +
           std::to_string(m.width) + ", " + std::to_string(m.heads(m.head_width)) + " heads and " +
           std::to_string(m.kv_heads(m.head_width)) + " kv heads" +
           (m.head_known ? ", each " : " if they are ") + std::to_string(m.head_width) + " wide\n";
  }
  for (const FileEntry& entry : file->entries()) {
    out += (entry.name.empty() ? "(no name)" : entry.name) + '\t' + entry.dtype + '\t' +
           shape_text(entry.shape);
    if (!entry.words.empty()) {
      out += "\t--into tokens makes it the sentence";
    } else if (!entry.problem.empty()) {
      out += "\tcannot be read: " + entry.problem;
    }
    out += '\n';
  }
  return write_bytes("-", out);
}

Result<ImportChoice> choice_of(const ImportArgs& args, const OpenedFile& file) {
  const auto stage = stage_from(args.into);
  if (!stage)
    return fail(ErrorCode::kUnknownKey,
                "names no matrix: embeddings, w_q, w_k, w_v, w_o, mask, positions, ...", "--into");
  ImportChoice choice{args.array, args.index,     *stage,   args.layer, args.head,
                      Fit::kAsIs, args.transpose, args.row, args.col};
  if (args.mask_as == "attend") choice.mask = MaskMeaning::kAttend;
  if (args.mask_as == "added") choice.mask = MaskMeaning::kAdded;
  if (args.fit == "resize") choice.fit = Fit::kResize;
  if (args.fit == "slice") choice.fit = Fit::kSlice;
  const int only = file.only();
  if (args.array.empty() && only >= 0)
    choice.array = file.entries()[static_cast<std::size_t>(only)].name;
  if (args.array.empty() && only < 0 && !file.entries().empty()) {
    return fail(ErrorCode::kNotFound,
                "has " + std::to_string(file.entries().size()) +
                    " arrays: choose one with --array; attention inspect lists them",
                file.file_name());
  }
  return choice;
}

Result<ImportPlan> plan(const ImportArgs& args, const Document& document, const OpenedFile& file) {
  if (args.model_layer >= 0) {
    return plan_model(
        document, file,
        {0, args.model_layer, args.model_head, args.layer, args.head_width, args.width});
  }
  if (args.into == "tokens" || args.into == "source_tokens") {
    return plan_words(document, file, args.array,
                      args.into == "tokens" ? Side::kQuery : Side::kSource);
  }
  const auto choice = choice_of(args, file);
  if (!choice) return std::unexpected(choice.error());
  return plan_import(document, file, *choice);
}

/// The ways that would have worked, each after its options.
std::string offers(const ImportArgs& args, const Document& document, const OpenedFile& file) {
  std::string out;
  const auto choice = choice_of(args, file);
  if (!choice || choice->fit != Fit::kAsIs) return out;
  for (const FitOffer& offer : fit_offers(document, file, *choice)) {
    out += out.empty() ? " (" : "; ";
    if (offer.transpose) out += "--transpose";
    if (offer.fit != Fit::kAsIs)
      out += std::string(offer.transpose ? " " : "") +
             (offer.fit == Fit::kResize ? "--fit resize" : "--fit slice");
    out += ": " + offer.says;
  }
  return out.empty() ? out : out + ')';
}

Result<void> import(const ImportArgs& args) {
  const auto session = open_state(args.state);
  if (!session) return std::unexpected(session.error());
  const auto file = open(args.file);
  if (!file) return std::unexpected(file.error());
  const auto planned = plan(args, (*session)->document(), *file);
  if (!planned) {
    Error error = planned.error();
    if (args.model_layer < 0 && error.code == ErrorCode::kShape)
      error.message += offers(args, (*session)->document(), *file);
    return std::unexpected(std::move(error));
  }
  const auto pieces = read_pieces(args.file, *file, *planned);
  if (!pieces) return std::unexpected(pieces.error());
  auto batch = make_import(*file, *planned, *pieces);
  if (!batch) return std::unexpected(batch.error());
  if (auto ok = (*session)->dispatch(std::move(*batch)); !ok) return ok;
  if (!planned->note.empty()) std::fprintf(stderr, "attention: %s\n", planned->note.c_str());
  if (const std::string taken = (*session)->take_notice(); !taken.empty())
    std::fprintf(stderr, "attention: %s (--mask-as added adds them)\n", taken.c_str());
  return write_bytes(args.output, to_json((*session)->document()) + "\n");
}

}  // namespace

void add_import_commands(CLI::App& app, Run& run) {
  const auto args = std::make_shared<ImportArgs>();
  const auto file = [&](CLI::App* command) {
    command
        ->add_option(
            "FILE", args->file,
            ".npy, .npz, .csv, .tsv, .json, .safetensors, or printed arrays; - for standard input")
        ->required();
  };
  CLI::App* command = app.add_subcommand(
      "inspect", "List the arrays in a file, and the model layers whose names are known");
  file(command);
  command->callback([args, &run] {
    run = [args] {
      const auto done = inspect(*args);
      return done ? 0 : report(done.error());
    };
  });

  command = app.add_subcommand("import", "Numbers from a file into a state");
  command->add_option("STATE", args->state, "A state file, - for standard input, or preset:ID")
      ->required();
  file(command);
  CLI::Option* into = command->add_option(
      "--into", args->into,
      "embeddings, source_embeddings, w_q, w_k, w_v, w_o, b_q, mask, positions, ...; tokens or "
      "source_tokens for a list of words");
  command->add_option("--array", args->array, "Which array, where there are several")->needs(into);
  command->add_option("--index", args->index, "Of its dimensions before the last two")->needs(into);
  command->add_option("--layer", args->layer, "Layer of the state, counted from 0")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--head", args->head, "Head of the state; all, side by side, if not given")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--fit", args->fit,
                   "as-is, resize (the state takes the array's shape) or slice [as-is]")
      ->check(CLI::IsMember({"as-is", "resize", "slice"}));
  command
      ->add_option("--mask-as", args->mask_as,
                   "What the numbers of a mask mean: attend (not 0 is seen), added, or guess: "
                   "booleans and 0 and 1 alone are attend, other floats added [guess]")
      ->check(CLI::IsMember({"guess", "attend", "added"}))
      ->needs(into);
  command->add_flag("--transpose", args->transpose,
                    "Rows become columns, as for the weights of torch.nn.Linear");
  command->add_option("--row", args->row, "slice: its first row")->check(CLI::NonNegativeNumber);
  command->add_option("--col", args->col, "slice: its first column")->check(CLI::NonNegativeNumber);
  CLI::Option* model = command
                           ->add_option("--model-layer", args->model_layer,
                                        "A whole layer of a BERT, GPT-2 or Llama file")
                           ->excludes(into);
  command->add_option("--model-head", args->model_head, "Only this head of it")->needs(model);
  command
      ->add_option("--head-width", args->head_width, "Width of its heads, where the guess is wrong")
      ->needs(model);
  command->add_option("--width", args->width, "Only the first so many dimensions")->needs(model);
  command->add_option("--output", args->output, "Where the new state goes [standard output]")
      ->type_name("FILE");
  command->callback([args, &run] {
    run = [args] {
      const auto done = import(*args);
      return done ? 0 : report(done.error());
    };
  });
}

}  // namespace ap::cli
