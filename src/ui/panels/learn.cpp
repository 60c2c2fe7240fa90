// Training: what a row should attend to, from which sentences, how to go down the slope, and how
// far it has come. Everything here is an action; the run itself goes on in Session's trainer.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "attention/forward/trace.hpp"
#include "ui/panels/learn_parts.hpp"
#include "ui/panels/panels.hpp"
#include "ui/sheet/target_brush.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::ui {
namespace {

void section(std::string_view title, const Theme& theme) {
  ImGui::Dummy({0, kSpace2});
  heading(title, theme);
}

// --- the run

void controls(Context& context) {
  const Theme& t = context.theme;
  const Trainer& trainer = context.session.trainer();
  const bool running = trainer.running();
  const bool any = has_targets(context.document());
  const auto tell = [&](TrainCommand command) { context.dispatch(action::Train{command}); };
  if (!any) ImGui::BeginDisabled();
  if (strong_button("play", running ? "Pause" : trainer.steps() > 0 ? "Go on" : "Learn", t, 108)) {
    tell(running ? TrainCommand::kPause : TrainCommand::kPlay);
  }
  ImGui::SameLine();
  if (quiet_button("step", "One step", t)) tell(TrainCommand::kStep);
  ImGui::SameLine();
  if (icon_button("rewind", Icon::kReset, t, "Rewind: the weights as before this run",
                  trainer.steps() > 0)) {
    tell(TrainCommand::kRewind);
  }
  if (!any) ImGui::EndDisabled();
  char text[120];
  std::snprintf(text, sizeof text, "Step %d    loss %.4f    off by at most %.3f", trainer.steps(),
                trainer.loss(), static_cast<double>(trainer.error()));
  const bool begun = trainer.steps() > 0 || !trainer.history().empty();
  note(!any    ? "Say first what a row should come out as: paint it below."
       : begun ? text
               : "Learn goes down the slope of the loss until you pause it.",
       t);
  if (!trainer.message().empty()) {
    text_line(trainer.message(), FontRole::kSmallBold,
              trainer.status() == TrainStatus::kDiverged ? t.warn : t.accent);
  }
  draw_loss_curve(context, trainer.history(), trainer.stride());
}

// --- targets

/// Shares of a row, each a bar to be drawn with the pointer; the tick is what the weight is now.
void weights_target(Context& context, int row) {
  const ViewState& v = context.view;
  const Trace& trace = context.trace();
  const ConstView weights = trace.tensor({v.layer, Stage::kWeights, context.head()});
  if (row >= weights.rows) return;
  const TensorId id{v.layer, Stage::kWeights, context.head()};
  const Target* target = find_target(context.document(), id, row);
  action::SetTarget set{
      Stage::kWeights,         v.layer, context.head(), row + context.document().cached, 0,
      Matrix(1, weights.cols), {}};
  for (int j = 0; j < weights.cols; ++j) {
    set.values(0, j) = target ? (*target->values)(0, j) : weights(row, j);
  }
  if (!target) {
    if (quiet_button("aim", "Paint where this row should look", context.theme, true)) {
      for (int j = 0; j < weights.cols; ++j) {
        set.values(0, j) = std::round(set.values(0, j) * 100) / 100;
      }
      context.dispatch(set);
    }
    return;
  }
  static std::uint64_t gesture = 0;
  for (int j = 0; j < weights.cols; ++j) {
    ImGui::PushID(j);
    const ShareBar bar = share_bar(context, context.tokens.keys[static_cast<std::size_t>(j)],
                                   set.values(0, j), weights(row, j));
    ImGui::PopID();
    if (bar.began) gesture = context.session.new_gesture();
    if (bar.changed) {
      set.values(0, j) = bar.share;
      context.dispatch(set, gesture);
    }
    if (bar.ended) context.session.end_gesture();
  }
  note(
      "Drag a bar to the share that the word should get; the tick is what it gets now. Bars count "
      "as "
      "parts of their sum.",
      context.theme);
  if (quiet_button("clear", "Let this row be", context.theme)) {
    context.dispatch(clear_target(context.document(), id, row));
  }
}

/// The output of a token toward a word's vector.
void output_target(Context& context, int row) {
  static std::string word;
  static std::string problem;
  const int last = static_cast<int>(context.trace().layers.size()) - 1;
  const TensorId id{last, Stage::kOutput, 0};
  const Target* target = find_target(context.document(), id, row);
  if (target) {
    text_line(target->word.empty() ? "toward numbers of its own" : "toward " + target->word,
              FontRole::kBodyBold, context.theme.ink);
    if (quiet_button("clear-out", "Let it be", context.theme)) {
      context.dispatch(clear_target(context.document(), id, row));
    }
    return;
  }
  const TextFieldResult field =
      text_field(context.ports, "word", "Word that the output should be like", word,
                 {.hint = "a word, such as river"});
  if (field.committed && !word.empty()) {
    Error error{ErrorCode::kNotFound, {}, {}};
    const bool done = context.dispatch(
        action::SetTarget{Stage::kOutput, last, 0, row + context.document().cached, 0, {}, word}, 0,
        std::nullopt, &error);
    problem = done ? "" : error.message;
    if (done) word.clear();
  }
  if (!problem.empty()) text_line(problem, FontRole::kSmall, context.theme.warn);
}

/// A line for each target that there is: click shows it.
void target_list(Context& context) {
  const auto& targets = context.document().learning.targets;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Target& target = targets[i];
    const int row = target.row - context.document().cached;
    if (row < 0 || row >= static_cast<int>(context.tokens.queries.size())) continue;
    const bool weights = target.stage == Stage::kWeights;
    std::string text = context.tokens.queries[static_cast<std::size_t>(row)];
    text += weights ? ": head " + std::to_string(target.head + 1) : ": output";
    if (context.trace().layers.size() > 1) text += ", layer " + std::to_string(target.layer + 1);
    ImGui::PushID(static_cast<int>(i));
    if (quiet_button("target", text, context.theme)) {
      context.view.layer = target.layer;
      if (weights) context.view.head = target.head;
      choose_row(context, row);
    }
    ImGui::SameLine(ImGui::GetContentRegionAvail().x - target_height());
    const bool remove = icon_button("remove", Icon::kClose, context.theme, "Remove this target");
    ImGui::PopID();
    if (remove) {
      context.dispatch(action::ClearTarget{target.stage, target.layer, target.head, target.row});
      return;
    }
  }
}

void targets(Context& context) {
  static int kind = 0;
  section("Wanted", context.theme);
  bool brush = context.view.target_brush;
  if (toggle("target-brush", "Paint on the sheet (T)", brush, context.theme)) {
    context.view.target_brush = brush;
    context.view.mask_brush = context.view.mask_brush && !brush;
  }
  if (brush) {
    note(
        "Drag over weights: each stroke adds a fifth, and the row is brought back to 1. Ctrl + "
        "drag takes away. "
        "Click a row of the output to name a word.",
        context.theme);
  }
  if (context.tokens.queries.empty()) return note("Type a sentence first.", context.theme);
  int row = current_row(context);
  if (chooser(context, "##row", context.tokens.queries[static_cast<std::size_t>(row)],
              context.tokens.queries, row)) {
    choose_row(context, row);
  }
  static constexpr const char* kKinds[] = {"Where it looks", "Its output"};
  segmented("kind", kKinds, kind, context.theme);
  if (kind == 0)
    weights_target(context, row);
  else
    output_target(context, row);
  target_list(context);
}

// --- further sentences

void sentences(Context& context) {
  static std::string text;
  section("Sentences", context.theme);
  const Document& d = context.document();
  for (int i = 0; i < static_cast<int>(d.learning.examples.size()); ++i) {
    const Example& example = d.learning.examples[static_cast<std::size_t>(i)];
    ImGui::PushID(i);
    const float side = target_height();
    const float room = ImGui::GetContentRegionAvail().x - side - kSpace2;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const bool show = quiet_button("show", "", context.theme, false, room);
    tooltip("Show it on the sheet");
    const Font font = fonts().get(FontRole::kSmall);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PushClipRect(at, {at.x + room, at.y + side}, true);
    const std::string label = std::to_string(example.targets.size()) + "  " + example.query.text;
    list.AddText(font.font, font.size, {at.x + 4, std::round(at.y + (side - font.size) / 2)},
                 im(context.theme.ink), label.c_str());
    list.PopClipRect();
    ImGui::SameLine();
    const bool remove = icon_button("remove", Icon::kClose, context.theme, "Remove");
    ImGui::PopID();
    if (show || remove) {
      if (show)
        context.dispatch(action::ShowExample{i + 1});
      else
        context.dispatch(action::RemoveExample{i + 1});
      return;
    }
  }
  const TextFieldResult field = text_field(context.ports, "add", "Another sentence to learn from",
                                           text, {.hint = "another sentence to learn from"});
  if (field.committed && !text.empty()) {
    if (context.dispatch(action::AddExample{text, d.cross ? d.source.text : std::string()}))
      text.clear();
  }
  if (!d.learning.examples.empty()) {
    note("The number is how many targets a sentence has; click one to show it and paint them.",
         context.theme);
  }
}

// --- how

void options(Context& context) {
  section("Descent", context.theme);
  action::SetLearning set{context.document().learning};
  static constexpr const char* kOptimizers[] = {"SGD", "Momentum", "Adam"};
  int optimizer = static_cast<int>(set.optimizer);
  std::uint64_t gesture = 0;
  bool changed = segmented("optimizer", kOptimizers, optimizer, context.theme);
  set.optimizer = static_cast<Optimizer>(optimizer);
  const auto number = [&](const char* id, const char* label, float& value, float least,
                          float most) {
    const SliderResult r = slider(context, id, label, value, least, most, "%.4f", true);
    if (r.changed) gesture = r.gesture;
    changed = changed || r.changed;
  };
  number("##rate", "Learning rate", set.rate, 0.0001F, 2.0F);
  number("##decay", "Weight decay", set.weight_decay, 0.0F, 0.1F);
  int seed = static_cast<int>(std::min<std::uint64_t>(set.seed, 9999));
  if (stepper("seed", "Seed", seed, 0, 9999, context.theme)) {
    set.seed = static_cast<std::uint64_t>(seed);
    changed = true;
  }
  changed = toggle("embeddings", "Embeddings learn too", set.embeddings, context.theme) || changed;
  changed =
      toggle("temperature", "Temperatures learn too", set.temperature, context.theme) || changed;
  if (changed) context.dispatch(set, gesture);
}

/// The matrices of the shown layer, each with its lock.
void locks(Context& context) {
  section("What learns", context.theme);
  const Document& d = context.document();
  const int layer = context.view.layer;
  int shown = 0;
  for (const Stage stage : {Stage::kWq, Stage::kWk, Stage::kWv, Stage::kWo, Stage::kWGate,
                            Stage::kWUp, Stage::kWDown}) {
    if (context.trace().tensor({layer, stage, 0}).data == nullptr) continue;
    const bool locked = d.locked.contains({layer, stage});
    if (shown++ % 4 != 0) ImGui::SameLine(0, 2);
    ImGui::PushID(static_cast<int>(stage));
    const std::string label = stage_label(stage);
    if (quiet_button("lock", label, context.theme, !locked, 64)) {
      context.dispatch(action::Lock{layer, stage, !locked});
    }
    if (locked) {
      const ImVec2 to = ImGui::GetItemRectMax();
      draw_icon(*ImGui::GetWindowDrawList(), Icon::kLock, {to.x - 8, to.y - 16}, 11,
                im(context.theme.ink_soft));
    }
    tooltip(locked ? "Locked: stays as it is. Click to let it learn" : "Learns. Click to lock it");
    ImGui::PopID();
  }
  show_gradient_toggle(context);
}

}  // namespace

void draw_train_panel(Context& context, const Rect& /*rect*/) {
  controls(context);
  targets(context);
  sentences(context);
  options(context);
  locks(context);
  ImGui::Dummy({0, kSpace5});
}

}  // namespace ap::ui
