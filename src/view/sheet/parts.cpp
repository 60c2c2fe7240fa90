// Which blocks there are, how they are grouped, and the tabs for what is off.
#include <algorithm>
#include <utility>

#include "view/sheet/arrange.hpp"

namespace ap::detail {
namespace {

/// What a block is drawn under, if it is small and belongs to another: biases, gains.
std::optional<Stage> owner_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::kBq: return Stage::kWq;
    case Stage::kBk: return Stage::kWk;
    case Stage::kBv: return Stage::kWv;
    case Stage::kBo: return Stage::kWo;
    case Stage::kBGate: return Stage::kWGate;
    case Stage::kBUp: return Stage::kWUp;
    case Stage::kBDown: return Stage::kWDown;
    case Stage::kNorm1Gain:
    case Stage::kNorm1Bias: return Stage::kNorm1;
    case Stage::kNorm2Gain:
    case Stage::kNorm2Bias: return Stage::kNorm2;
    case Stage::kTemperature: return Stage::kWeights;
    default: return std::nullopt;
  }
}

std::string_view ghost_name(Stage stage) noexcept {
  switch (stage) {
    case Stage::kPositions: return "positions";
    case Stage::kScaled: return "scale";
    case Stage::kMasked: return "mask";
    case Stage::kCapped: return "softcap";
    case Stage::kAdded: return "residual";
    case Stage::kNorm1: return "norm";
    case Stage::kHidden: return "MLP";
    default: return name(stage);
  }
}

Ghost make_ghost(Stage stage, bool folded) {
  Ghost ghost{stage, folded, {}, {}};
  ghost.text = "+ " + std::string(ghost_name(stage));
  return ghost;
}

class Builder {
 public:
  Builder(const SheetSpec& spec, const SheetOptions& options, Parts& parts)
      : spec_(spec), options_(options), parts_(parts) {
    static const EstimatedMeasure estimate;
    const TextMeasure& measure = options.measure ? *options.measure : estimate;
    for (const StageShape& s : spec.stages) {
      const bool plain_mask = s.id.stage == Stage::kMask && !spec.mask_painted &&
                              !options.expanded.contains(Stage::kMask);
      if (options.folded.contains(s.id.stage) || plain_mask)
        folded_.push_back(s.id.stage);
      else
        add_block(s, measure);
    }
  }

  /// The item of a stage with what belongs to it; -1 if it is off.
  int item(Stage stage) {
    const int block = take(stage);
    if (block < 0) return -1;
    Item item;
    item.blocks.push_back(block);
    item.step = parts_.blocks[static_cast<std::size_t>(block)].step;
    for (std::size_t i = 0; i < parts_.blocks.size(); ++i) {
      if (owner_of(parts_.blocks[i].id.stage) == stage && !taken_[i]) {
        taken_[i] = true;
        item.blocks.push_back(static_cast<int>(i));
      }
    }
    parts_.items.push_back(std::move(item));
    return static_cast<int>(parts_.items.size()) - 1;
  }

  void add(std::vector<int>& to, Stage stage, bool labels = false) {
    const int i = item(stage);
    if (i < 0) return;
    parts_.items[static_cast<std::size_t>(i)].always_labels = labels;
    to.push_back(i);
  }

  /// Stages that no arrangement names, so that a new stage is never lost from the figure.
  void add_rest(std::vector<int>& to) {
    for (std::size_t i = 0; i < parts_.blocks.size(); ++i)
      if (!taken_[i]) add(to, parts_.blocks[i].id.stage);
  }

  [[nodiscard]] const std::vector<Stage>& folded() const { return folded_; }

 private:
  void add_block(const StageShape& s, const TextMeasure& measure) {
    Block b;
    b.id = s.id;
    b.rows = s.rows;
    b.cols = s.cols;
    b.row_axis = s.row_axis;
    b.col_axis = s.col_axis;
    const bool source = s.id.stage == Stage::kSourceEmbeddings;
    b.title = title_of(s.id.stage, has(source ? Stage::kSourceInput : Stage::kInput));
    b.formula = s.editable && options_.live ? MathText{{"↔ drag"}} : formula_of(s.id);
    b.shape = std::to_string(s.rows) + " × " + std::to_string(s.cols);
    b.step = step_of(s.id.stage);
    b.hue = hue_of(s.id.stage);
    b.map = map_of(s.id.stage);
    b.editable = s.editable;
    const float title = width(b.title, measure, Face::kBold, kTitleSize);
    const float shape = measure.width(b.shape, Face::kText, kCaptionSize);
    parts_.header_widths.push_back(title + 8 + shape);
    parts_.formula_widths.push_back(width(b.formula, measure, Face::kText, kCaptionSize));
    parts_.longest = std::max({parts_.longest, s.rows, s.cols});
    parts_.blocks.push_back(std::move(b));
    taken_.push_back(false);
  }

  int take(Stage stage) {
    for (std::size_t i = 0; i < parts_.blocks.size(); ++i) {
      if (parts_.blocks[i].id.stage != stage || taken_[i]) continue;
      taken_[i] = true;
      return static_cast<int>(i);
    }
    return -1;
  }

  [[nodiscard]] bool has(Stage stage) const {
    return std::any_of(spec_.stages.begin(), spec_.stages.end(),
                       [&](const StageShape& s) { return s.id.stage == stage; });
  }

  const SheetSpec& spec_;
  const SheetOptions& options_;
  Parts& parts_;
  std::vector<bool> taken_;
  std::vector<Stage> folded_;
};

void add_ghosts(Parts& parts, const SheetSpec& spec, const std::vector<Stage>& folded) {
  std::vector<Ghost> after;
  const auto hang = [&](Stage stage, bool is_folded) {
    // Under the last item of the earlier stages of the same band, else behind the end of the
    // figure.
    int host = -1;
    const bool embed = step_of(stage) == Step::kEmbed;
    const auto consider = [&](const std::vector<int>& items) {
      for (const int i : items) {
        const Stage owner = parts
                                .blocks[static_cast<std::size_t>(
                                    parts.items[static_cast<std::size_t>(i)].blocks[0])]
                                .id.stage;
        if (owner < stage && owner != Stage::kMask && owner != Stage::kPositions) host = i;
      }
    };
    if (embed && stage != Stage::kNorm1)
      consider(parts.queries);
    else if (stage >= Stage::kScores && stage <= Stage::kMasked)
      consider(parts.rest);
    if (host >= 0)
      parts.items[static_cast<std::size_t>(host)].ghosts.push_back(make_ghost(stage, is_folded));
    else
      after.push_back(make_ghost(stage, is_folded));
  };
  for (const Stage s : folded)
    if (!owner_of(s)) hang(s, true);
  for (const Stage s : spec.off)
    if (std::find(folded.begin(), folded.end(), s) == folded.end()) hang(s, false);
  parts.last_ghosts = std::move(after);
}

Axis row_axis_of(const Parts& parts, const Item& item) noexcept {
  return parts.blocks[static_cast<std::size_t>(item.blocks[0])].row_axis;
}

/// norm1 stands before the projections unless it comes after the residual sum (post-norm): then the
/// spec has it with `added` and without a norm of the input.
bool norm_is_post(const SheetSpec& spec) {
  const auto has = [&](Stage s) {
    return std::any_of(spec.stages.begin(), spec.stages.end(),
                       [&](const StageShape& x) { return x.id.stage == s; });
  };
  return spec.norm_after && has(Stage::kNorm1);
}

}  // namespace

Parts make_parts(const SheetSpec& spec, const SheetOptions& options) {
  Parts parts;
  Builder build(spec, options, parts);
  const bool post = norm_is_post(spec);
  const bool alibi = std::any_of(spec.stages.begin(), spec.stages.end(), [](const StageShape& s) {
    return s.id.stage == Stage::kPositions && s.col_axis == Axis::kKeys;
  });
  build.add(parts.queries, Stage::kEmbeddings, true);
  if (!alibi) build.add(parts.queries, Stage::kPositions, true);
  build.add(parts.queries, Stage::kInput, true);
  if (!post) build.add(parts.queries, Stage::kNorm1, true);
  for (const Stage s : {Stage::kSourceEmbeddings, Stage::kSourcePositions, Stage::kSourceInput})
    build.add(parts.sources, s, true);
  constexpr std::array<std::array<Stage, 3>, 3> kProjected = {{
      {Stage::kWq, Stage::kQ, Stage::kQRotated},
      {Stage::kWk, Stage::kK, Stage::kKRotated},
      {Stage::kWv, Stage::kV, Stage::kV},
  }};
  for (std::size_t i = 0; i < 3; ++i)
    for (const Stage s : kProjected[i]) build.add(parts.projected[i], s);
  build.add(parts.rest, Stage::kScores);
  build.add(parts.rest, Stage::kScaled);
  build.add(parts.rest, Stage::kCapped);
  if (alibi) build.add(parts.rest, Stage::kPositions);
  for (const Stage s : {Stage::kMask, Stage::kMasked, Stage::kWeights, Stage::kHeadOut,
                        Stage::kConcat, Stage::kWo, Stage::kProjected, Stage::kAdded})
    build.add(parts.rest, s);
  if (post) build.add(parts.rest, Stage::kNorm1);
  for (const Stage s : {Stage::kNorm2, Stage::kWGate, Stage::kWUp, Stage::kGate, Stage::kUp,
                        Stage::kHidden, Stage::kWDown, Stage::kMlpOut, Stage::kMlpAdded})
    build.add(parts.rest, s);
  std::vector<int> last;
  build.add(last, Stage::kOutput);
  build.add_rest(parts.rest);
  parts.rest.insert(parts.rest.end(), last.begin(), last.end());
  for (Item& item : parts.items) {
    const Stage stage = parts.blocks[static_cast<std::size_t>(item.blocks[0])].id.stage;
    item.break_before = stage == Stage::kWq || stage == Stage::kWk || stage == Stage::kWv ||
                        stage == Stage::kScores || stage == Stage::kHeadOut ||
                        stage == Stage::kEmbeddings || stage == Stage::kSourceEmbeddings;
    item.break_preferred = stage == Stage::kHeadOut;
    if (stage == Stage::kScores || stage == Stage::kWeights || stage == Stage::kHeadOut ||
        stage == Stage::kOutput)
      item.always_labels = true;
    item.pair = row_axis_of(parts, item) == Axis::kDims;
    if (stage == Stage::kNorm1 && post) item.step = Step::kCombine;
    for (const int b : item.blocks) parts.blocks[static_cast<std::size_t>(b)].step = item.step;
  }
  add_ghosts(parts, spec, build.folded());
  parts.same_tokens = spec.queries == spec.keys && parts.sources.empty();
  if (spec.layers * spec.heads > 1) {
    parts.strip_layers = spec.layers;
    parts.strip_heads = spec.heads;
  }
  return parts;
}

}  // namespace ap::detail
