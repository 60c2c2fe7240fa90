// attention predict: what a language model expects after a text, or in place of its masks.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/files.hpp"
#include "app/cli/language.hpp"
#include "attention/language/predictor.hpp"
#include "io/arrays/json_text.hpp"
#include "io/arrays/npy.hpp"

namespace ap::cli {
namespace {

struct PredictArgs : LanguageArgs {
  int top = 5;
  int row = -1;
  bool has_row = false;
  std::string logits, attention;
  int layer = 0;
  bool json = false;
};

/// The likeliest tokens of some rows.
struct Rows {
  std::vector<int> rows;
  std::vector<std::vector<Candidate>> top;
};

/// The row that was asked for; the masks; the last.
Result<std::vector<int>> rows_of(const PredictArgs& args, const OpenedModel& model,
                                 const std::vector<int>& ids) {
  const int count = static_cast<int>(ids.size());
  if (args.has_row) {
    const int row = args.row < 0 ? count + args.row : args.row;
    if (row < 0 || row >= count)
      return fail(ErrorCode::kNotFound,
                  "there is no row " + std::to_string(args.row) + "; there are " +
                      std::to_string(count) + ", counted from 0",
                  "--row");
    return std::vector<int>{row};
  }
  if (!model.masked) return std::vector<int>{count - 1};
  std::vector<int> rows;
  const auto mask = model.tokenizer ? model.tokenizer->mask() : std::nullopt;
  for (int i = 0; i < count; ++i)
    if (mask && ids[static_cast<std::size_t>(i)] == *mask) rows.push_back(i);
  return rows;
}

/// T x V; row by row where all at once would not fit.
Result<void> write_logits(const PredictArgs& args, Predictor& predictor) {
  if (args.logits.empty()) return {};
  Array all;
  all.shape = {static_cast<int>(predictor.ids().size()), predictor.model().language->vocabulary()};
  const auto add = [&](ConstView v) {
    for (int i = 0; i < v.rows; ++i) all.data.insert(all.data.end(), v.row(i), v.row(i) + v.cols);
  };
  if (const auto logits = predictor.all_logits()) {
    add(*logits);
  } else if (logits.error().code != ErrorCode::kTooLarge) {
    return std::unexpected(logits.error());
  } else {
    for (int row = 0; row < static_cast<int>(predictor.ids().size()); ++row) {
      const auto one = predictor.logits(row);
      if (!one) return std::unexpected(one.error());
      add(*one);
    }
  }
  return write_bytes(args.logits, write_npy(to_npy(all)));
}

/// H x T x T.
Result<void> write_attention(const PredictArgs& args, const Model& model, const Trace& trace) {
  if (args.attention.empty()) return {};
  const int layers = static_cast<int>(model.layers.size());
  if (args.layer < 0 || args.layer >= layers)
    return fail(ErrorCode::kNotFound,
                "there is no layer " + std::to_string(args.layer) + "; there are " +
                    std::to_string(layers) + ", counted from 0",
                "--layer");
  Array all;
  for (int h = 0; h < model.heads; ++h) {
    const ConstView w = trace.tensor({args.layer, Stage::kWeights, h});
    all.shape = {model.heads, w.rows, w.cols};
    for (int i = 0; i < w.rows; ++i) all.data.insert(all.data.end(), w.row(i), w.row(i) + w.cols);
  }
  return write_bytes(args.attention, write_npy(to_npy(all)));
}

std::string json_top(const OpenedModel& model, const std::vector<Candidate>& top) {
  std::string out = "[";
  for (const Candidate& c : top) {
    char probability[32];
    std::snprintf(probability, sizeof probability, "%.9g", c.probability);
    out += std::string(out.size() > 1 ? "," : "") + "{\"id\":" + std::to_string(c.id) +
           ",\"text\":" + json_string(token_text(model, c.id)) +
           ",\"logit\":" + json_number(c.logit) + ",\"probability\":" + probability + "}";
  }
  return out + "]";
}

/// `top`: of one row a list; of several masks a list of lists, in the order of "masks".
void print_json(const OpenedModel& model, const std::vector<int>& ids, const Rows& found,
                bool masks) {
  std::vector<std::string> tokens;
  for (const int id : ids) tokens.push_back(token_text(model, id));
  std::string top;
  if (found.rows.size() == 1) {
    top = json_top(model, found.top.front());
  } else {
    for (const auto& list : found.top) top += (top.empty() ? "" : ",") + json_top(model, list);
    top = "[" + top + "]";
  }
  std::cout << "{\"ids\":" << json_ids(ids) << ",\"tokens\":" << json_strings(tokens);
  if (masks) std::cout << ",\"masks\":" << json_ids(found.rows);
  std::cout << ",\"top\":" << top << "}\n";
}

void print_text(const OpenedModel& model, const std::vector<int>& ids, const Rows& found) {
  std::cout << model.family << ", " << model.container << ", " << model.stored << "; " << ids.size()
            << " tokens\n";
  for (std::size_t i = 0; i < found.rows.size(); ++i) {
    const int row = found.rows[i];
    std::cout << (model.masked ? "at token " : "after token ") << row << " ("
              << json_string(token_text(model, ids[static_cast<std::size_t>(row)])) << ")\n";
    for (const Candidate& c : found.top[i]) {
      char numbers[64];
      std::snprintf(numbers, sizeof numbers, "%8d %9.4f %8.4f %%  ", c.id,
                    static_cast<double>(c.logit), 100.0 * c.probability);
      std::cout << numbers << json_string(token_text(model, c.id)) << '\n';
    }
  }
}

Result<void> predict(const PredictArgs& args) {
  auto opened = open_language(args);
  if (!opened) return std::unexpected(opened.error());
  const auto ids = input_ids(args, *opened);
  if (!ids) return std::unexpected(ids.error());
  auto rows = rows_of(args, *opened, *ids);
  if (!rows) return std::unexpected(rows.error());
  auto predictor = Predictor::open(opened->model);
  if (!predictor) return std::unexpected(predictor.error());
  if (auto ok = predictor->set_ids(*ids); !ok) return ok;
  if (auto ok = write_logits(args, *predictor); !ok) return ok;
  Rows found{std::move(*rows), {}};
  for (const int row : found.rows) {
    const auto logits = predictor->logits(row);
    if (!logits) return std::unexpected(logits.error());
    found.top.push_back(likeliest(*logits, args.top));
  }
  if (auto ok = write_attention(args, predictor->model(), predictor->trace()); !ok) return ok;
  const bool masks = opened->masked && !args.has_row;
  if (masks && found.rows.empty())
    std::cerr << "attention: no token of the text is masked; --row N asks for one\n";
  if (args.json) {
    print_json(*opened, *ids, found, masks);
  } else {
    print_text(*opened, *ids, found);
  }
  return {};
}

}  // namespace

void add_predict(CLI::App& app, Run& run) {
  auto args = std::make_shared<PredictArgs>();
  CLI::App* command =
      app.add_subcommand("predict", "What a language model expects next, or in place of a mask");
  add_language_options(*command, *args, true);
  command->add_option("--top", args->top, "How many of the likeliest tokens [5]")
      ->check(CLI::PositiveNumber);
  CLI::Option* row = command->add_option(
      "--row", args->row, "The token after which, or in whose place [the last; all masks]");
  command->add_option("--logits", args->logits, "Where all logits go, T x V float32 .npy")
      ->type_name("FILE");
  CLI::Option* attention =
      command->add_option("--attention", args->attention, "Where a layer's weights go, H x T x T")
          ->type_name("FILE");
  CLI::Option* layer = command->add_option("--layer", args->layer, "Which layer, from 0");
  attention->needs(layer);
  layer->needs(attention);
  command->add_flag("--json", args->json, "Ids, tokens and the likeliest as JSON");
  command->callback([args, row, &run] {
    run = [args, has_row = row->count() > 0] {
      args->has_row = has_row;
      const auto done = predict(*args);
      return done ? 0 : report(done.error());
    };
  });
}

}  // namespace ap::cli
