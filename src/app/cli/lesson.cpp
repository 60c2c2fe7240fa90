// attention lesson: checks a lesson that someone writes, and prints its text or a step's state.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/files.hpp"
#include "attention/forward/forward.hpp"
#include "base/assets.hpp"
#include "playground/json/state_json.hpp"
#include "playground/lessons/check.hpp"
#include "view/paint/heatmap.hpp"

namespace ap::cli {
namespace {

struct LessonArgs {
  std::string file, output, cover;
  int step = 0;
  bool text = false;
  bool dark = false;
};

std::string embedded(const std::string& name) {
  const auto bytes = asset(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct OpenedLesson {
  Lesson lesson;
  LessonFiles files;
  std::shared_ptr<const WordVectors> words;
};

/// A path of a Markdown file with its states beside it, or the id of a lesson of the program.
Result<OpenedLesson> open_lesson(const std::string& source) {
  OpenedLesson opened;
  const bool path = source.ends_with(".md");
  const auto read = [&](const std::string& name) -> Result<std::string> {
    if (!path) return embedded(name);
    // Names are those of a checkout: assets/lessons/FILE.md and what lies beside it.
    const auto assets = std::filesystem::absolute(source).parent_path().parent_path();
    return read_text((assets / name.substr(std::string_view("assets/").size())).string());
  };
  const std::string id = path ? std::filesystem::path(source).stem().string() : source;
  const auto text = read("assets/lessons/" + id + ".md");
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return fail(ErrorCode::kNotFound, "there is no lesson '" + id + "'", source);
  auto lesson = parse_lesson(id, *text);
  if (!lesson) return std::unexpected(lesson.error());
  opened.lesson = std::move(*lesson);
  for (const std::string& name : states_of(opened.lesson)) {
    const auto state = read(state_file(name));
    if (!state) return std::unexpected(state.error());
    opened.files.emplace_back(name, *state);
  }
  auto words = WordVectors::parse(asset("assets/words.bin"));
  if (!words) return std::unexpected(words.error());
  opened.words = std::make_shared<const WordVectors>(std::move(*words));
  return opened;
}

/// A thumbnail: what goes in, the weights, what comes out, as the sheet's own heatmaps.
Result<void> draw_cover(const Document& document, Mode mode, const std::string& path) {
  constexpr int kWidth = 224;
  constexpr int kHeight = 140;
  constexpr float kMargin = 14;
  const Trace trace = forward(document.model, input_of(document));
  const int last = static_cast<int>(trace.layers.size()) - 1;
  Image image(kWidth, kHeight, Rgba{0, 0, 0, 0});
  const ConstView weights = trace.tensor({last, Stage::kWeights, 0});
  const float side = kHeight - 2 * kMargin;
  const float wide =
      std::min(side * static_cast<float>(weights.cols) / static_cast<float>(weights.rows), 130.F);
  const float narrow = (kWidth - wide - 4 * kMargin) / 2;
  float x = kMargin;
  for (const TensorId id : {TensorId{0, Stage::kEmbeddings, 0}, TensorId{last, Stage::kWeights, 0},
                            TensorId{last, Stage::kOutput, 0}}) {
    const bool shares = id.stage == Stage::kWeights;
    const ConstView m = trace.tensor(id);
    HeatmapStyle style;
    style.map = shares ? MapKind::kSequential : MapKind::kDiverging;
    style.range = auto_range(m, style.map);
    style.mode = mode;
    const Rect rect{x, kMargin, shares ? wide : narrow, side};
    draw_heatmap(image, rect, m, style, {0, 0, kWidth, kHeight});
    x += rect.w + kMargin;
  }
  const auto png = write_png(image);
  if (!png) return std::unexpected(png.error());
  return write_bytes(path, *png);
}

int run_lesson(const LessonArgs& args) {
  const auto opened = open_lesson(args.file);
  if (!opened) return report(opened.error());
  const auto& [lesson, files, words] = *opened;
  const int steps = static_cast<int>(lesson.steps.size());
  if (args.step < 0 || args.step > steps) {
    return report(
        {ErrorCode::kRange, "the lesson has steps 1 to " + std::to_string(steps), "--step"});
  }
  if (!args.output.empty() || !args.cover.empty()) {
    const auto document = document_at(lesson, std::max(0, args.step - 1), {words.get()}, files);
    if (!document) return report(document.error());
    const auto saved =
        args.cover.empty()
            ? write_bytes(args.output, to_json(*document))
            : draw_cover(*document, args.dark ? Mode::kDark : Mode::kLight, args.cover);
    return saved ? 0 : report(saved.error());
  }
  if (args.text) {
    for (int i = 0; i < steps; ++i) {
      if (args.step != 0 && args.step != i + 1) continue;
      std::printf("%s\n", plain_text(lesson, i, words, files).c_str());
    }
    return 0;
  }
  const auto problems = check_lesson(lesson, words, files);
  for (const std::string& problem : problems)
    std::fprintf(stderr, "attention: %s\n", problem.c_str());
  if (problems.empty()) std::printf("%s: %d steps, nothing wrong\n", lesson.id.c_str(), steps);
  return problems.empty() ? 0 : 1;
}

}  // namespace

void add_lesson(CLI::App& app, Run& run) {
  auto args = std::make_shared<LessonArgs>();
  CLI::App* command =
      app.add_subcommand("lesson", "Check a lesson: its states, numbers, links and tasks");
  command->add_option("LESSON", args->file, "FILE.md with its states/ beside it, or a lesson's id")
      ->required();
  command->add_option("--step", args->step, "One step, from 1");
  command->add_flag("--text", args->text, "Print the text with its numbers instead");
  command->add_option("--output", args->output, "Write the state that the step begins from");
  command->add_option("--cover", args->cover, "Draw the contents' thumbnail of that step as a PNG");
  command->add_flag("--dark", args->dark, "... in the colours of the dark theme");
  command->callback([args, &run] { run = [args] { return run_lesson(*args); }; });
}

}  // namespace ap::cli
