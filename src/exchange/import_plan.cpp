// plan_import: what has to be switched on or resized first, which windows of the array are read,
// and where each goes.
#include <algorithm>

#include "exchange/import.hpp"
#include "exchange/import_target.hpp"
#include "playground/document/names.hpp"

namespace ap {
namespace {

struct Array2 {
  std::int64_t rows = 0;  // after transposing
  std::int64_t cols = 0;
  std::int64_t stack = 0;  // heads that are stacked; 0: none are
};

class Planner {
 public:
  Planner(const Document& document, const OpenedFile& file, const ImportChoice& choice)
      : steps_(document), file_(file), choice_(choice) {}

  Result<ImportPlan> plan() {
    if (choice_.fit == Fit::kSlice) row_ = choice_.row, col_ = choice_.col;
    entry_ = file_.find(choice_.array);
    if (entry_ < 0)
      return fail(ErrorCode::kNotFound,
                  "there is no array '" + choice_.array.substr(0, 80) + "' in it",
                  file_.file_name());
    if (!entry().problem.empty()) {
      return fail(ErrorCode::kUnsupported,
                  "'" + entry().name + "' cannot be read: " + entry().problem, file_.file_name());
    }
    if (auto ok = check_stage(); !ok) return std::unexpected(ok.error());
    if (auto ok = switch_on(); !ok) return std::unexpected(ok.error());
    measure();
    if (choice_.fit == Fit::kResize) {
      if (auto ok = resize(); !ok) return std::unexpected(ok.error());
    }
    const auto target =
        target_extent(steps_.document(), {choice_.layer, choice_.stage, choice_.head});
    if (!target) return std::unexpected(target.error());
    if (auto ok = parts(*target); !ok) return std::unexpected(ok.error());
    plan_.name = "Import " + std::string(symbol(choice_.stage));
    plan_.before = steps_.take();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] const FileEntry& entry() const {
    return file_.entries()[static_cast<std::size_t>(entry_)];
  }
  [[nodiscard]] const Model& model() const { return steps_.document().model; }

  Result<void> check_stage() const {
    if (!is_parameter(choice_.stage) && choice_.stage != Stage::kPositions) {
      return fail(ErrorCode::kNotEditable,
                  std::string(name(choice_.stage)) +
                      " is computed; choose embeddings, a weight, the mask or positions",
                  "stage");
    }
    if (choice_.row < 0 || choice_.col < 0)
      return fail(ErrorCode::kRange, "a slice begins at row 0 and column 0 or later", "row");
    return {};
  }

  /// What the place needs to be there at all.
  Result<void> switch_on() {
    const Stage s = choice_.stage;
    const bool bias = s == Stage::kBq || s == Stage::kBk || s == Stage::kBv || s == Stage::kBo;
    if (bias && !model().layers.front().q.bias) return steps_.add(action::SetBiases{true});
    if (s == Stage::kPositions && model().positions.kind != PositionKind::kLearned) {
      return steps_.add(action::SetPositions{PositionKind::kLearned});
    }
    const bool mlp =
        s == Stage::kWUp || s == Stage::kWDown || s == Stage::kBUp || s == Stage::kBDown;
    if (mlp && model().mlp == MlpKind::kNone) return steps_.add(action::SetMlp{MlpKind::kGelu});
    return {};
  }

  void measure() {
    const std::vector<std::int64_t>& shape = entry().shape;
    const Extent extent = matrix_extent(shape);
    array_ =
        choice_.transpose ? Array2{extent.cols, extent.rows} : Array2{extent.rows, extent.cols};
    // (heads, rows, columns): what our own exports write for a stage of several heads.
    const bool stacked =
        is_headed(choice_.stage) && choice_.head < 0 && shape.size() == 3 && choice_.index.empty();
    if (stacked) array_.stack = shape[0];
  }

  Result<int> divided(std::int64_t columns, int heads, const char* what) const {
    if (heads > 0 && columns % heads == 0 && columns / heads <= kMaxWidth)
      return static_cast<int>(columns / heads);
    return fail(ErrorCode::kShape,
                std::to_string(columns) + ' ' + what + " do not divide among " +
                    std::to_string(heads) +
                    " heads; choose one head, or set the number of heads first",
                "array");
  }

  Result<void> resize() {
    if (array_.rows > kMaxWidth || array_.cols > kMaxWidth || array_.stack > kMaxHeads) {
      return fail(ErrorCode::kTooLarge,
                  by(array_.rows, array_.cols) + " is more than a model may have; take a slice",
                  "array");
    }
    const auto rows = static_cast<int>(array_.rows), cols = static_cast<int>(array_.cols);
    Steps::Sizes sizes;
    if (auto ok = is_headed(choice_.stage) ? head_sizes(rows, cols, sizes)
                                           : other_sizes(rows, cols, sizes);
        !ok)
      return ok;
    return steps_.resize(sizes);
  }

  Result<void> head_sizes(int rows, int cols, Steps::Sizes& sizes) {
    const bool vector =
        choice_.stage == Stage::kBq || choice_.stage == Stage::kBk || choice_.stage == Stage::kBv;
    if (!vector) sizes.width = rows;
    int heads = choice_.head < 0 ? heads_of(model(), choice_.stage) : 1;
    if (array_.stack > 0) {
      heads = 1;
      const auto stack = static_cast<int>(array_.stack);
      if (of_queries(choice_.stage)) {
        sizes.heads = stack;
      } else {
        sizes.kv_heads = stack;
        if (model().heads % stack != 0) sizes.heads = stack;
      }
    }
    const auto width = divided(cols, heads, "columns");
    if (!width) return std::unexpected(width.error());
    (of_values(choice_.stage) ? sizes.value_width : sizes.key_width) = *width;
    return {};
  }

  Result<void> other_sizes(int rows, int cols, Steps::Sizes& sizes) {
    const Document& d = steps_.document();
    switch (choice_.stage) {
      case Stage::kEmbeddings:
        sizes.width = cols;
        sizes.tokens = rows + d.cached;
        return {};
      case Stage::kSourceEmbeddings:
        sizes.width = cols;
        sizes.source_tokens = rows;
        return {};
      case Stage::kPositions: sizes.width = cols; return {};
      case Stage::kMask:
        if (!d.cross && rows + d.cached != cols) {
          return fail(ErrorCode::kShape,
                      "a mask of one sentence is square, this is " + by(rows, cols), "array");
        }
        sizes.tokens = rows + d.cached;
        if (d.cross) sizes.source_tokens = cols;
        return {};
      case Stage::kWo: {
        const auto width = divided(rows, d.model.heads, "rows");
        if (!width) return std::unexpected(width.error());
        sizes.value_width = *width;
        sizes.width = cols;
        return {};
      }
      case Stage::kWGate:
      case Stage::kWUp:
        sizes.width = rows;
        sizes.mlp_width = cols;
        return {};
      case Stage::kWDown:
        sizes.mlp_width = rows;
        sizes.width = cols;
        return {};
      case Stage::kBGate:
      case Stage::kBUp: sizes.mlp_width = cols; return {};
      case Stage::kTemperature: sizes.heads = cols; return {};
      default: sizes.width = cols; return {};
    }
  }

  Result<void> parts(const Extent& target) {
    const int heads = choice_.head < 0 ? heads_of(model(), choice_.stage) : 1;
    const std::int64_t width = target.cols / heads;
    const bool stacked = array_.stack > 0;
    std::int64_t rows = target.rows, cols = target.cols;
    if (choice_.fit == Fit::kSlice) {
      rows = std::min(rows, array_.rows - row_);
      cols = std::min(stacked ? width : cols, array_.cols - col_);
      if (rows <= 0 || cols <= 0)
        return fail(ErrorCode::kShape,
                    "the slice begins beyond the array, " + by(array_.rows, array_.cols), "row");
    } else {
      const bool same = array_.rows == rows && array_.cols == (stacked ? width : cols) &&
                        (!stacked || array_.stack == heads);
      // Positions may be for more tokens than there are now.
      const bool longer =
          choice_.stage == Stage::kPositions && array_.cols == cols && array_.rows >= rows;
      if (!same && !longer) return differs(target, heads);
      if (stacked) cols = width;
    }
    if (rows * cols * std::max<std::int64_t>(1, array_.stack) > kMaxImported) {
      return fail(
          ErrorCode::kTooLarge,
          by(rows, cols) + " is more than 5 million numbers at once; choose one head, or a slice",
          "array");
    }
    for (int h = 0; h < heads; ++h) {
      if (stacked && h >= array_.stack) break;
      // Side by side: head h has the columns from h times its width on.
      const std::int64_t first = stacked ? 0 : h * width;
      const std::int64_t count = stacked ? cols : std::min(width, cols - first);
      if (count <= 0) break;
      add_part(h, heads, rows, col_ + first, count);
    }
    return {};
  }

  void add_part(int h, int heads, std::int64_t rows, std::int64_t col, std::int64_t cols) {
    ImportPart part;
    part.entry = entry_;
    part.transpose = choice_.transpose;
    part.mask = choice_.mask;
    part.window = choice_.transpose ? Window{choice_.index, col, row_, cols, rows}
                                    : Window{choice_.index, row_, col, rows, cols};
    if (array_.stack > 0) part.window.index = {h};
    part.at.tensor = {before_layers(choice_.stage) ? 0 : choice_.layer, choice_.stage,
                      choice_.head >= 0 ? choice_.head
                      : heads > 1       ? h
                                        : 0};
    plan_.parts.push_back(std::move(part));
  }

  [[nodiscard]] std::unexpected<Error> differs(const Extent& target, int heads) const {
    std::string has = by(array_.rows, array_.cols);
    if (array_.stack > 0) has = std::to_string(array_.stack) + " × " + has;
    std::string needs = by(target.rows, target.cols);
    if (heads > 1) needs += " (" + std::to_string(heads) + " heads)";
    return fail(ErrorCode::kShape,
                "the array is " + has + ", " + std::string(symbol(choice_.stage)) + " is " + needs +
                    ": resize the document, transpose, or take a slice",
                "array");
  }

  Steps steps_;
  const OpenedFile& file_;
  const ImportChoice& choice_;
  int entry_ = -1;
  int row_ = 0, col_ = 0;  // corner of a slice
  Array2 array_;
  ImportPlan plan_;
};

}  // namespace

Result<ImportPlan> plan_import(const Document& document, const OpenedFile& file,
                               const ImportChoice& choice) {
  return Planner(document, file, choice).plan();
}

}  // namespace ap
