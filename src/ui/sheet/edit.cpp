#include "ui/sheet/edit.hpp"

#include <algorithm>
#include <cmath>

namespace ap::ui {

float scrub_step(Range range) noexcept {
  const float span = std::max(std::abs(range.low), std::abs(range.high));
  const float wanted = std::clamp(span, 1e-3F, 1e5F) / 100;
  const float power = std::pow(10.0F, std::floor(std::log10(wanted)));
  const float digit = wanted / power;
  return power * (digit < 1.5F ? 1.0F : digit < 3.5F ? 2.0F : digit < 7.5F ? 5.0F : 10.0F);
}

float scrubbed(float start, float pixels, float step, bool fine, bool coarse) noexcept {
  const double grid = static_cast<double>(step) * (fine ? 0.1 : coarse ? 10.0 : 1.0);
  const double wanted = static_cast<double>(start) + std::trunc(static_cast<double>(pixels)) * grid;
  // The grid is 1, 2 or 5 times a power of ten: whole, or one over a whole number. Dividing by that
  // gives the float nearest to the decimal: no 0.29999998.
  const double rounded = grid < 1 ? std::round(wanted / grid) / std::round(1 / grid)
                                  : std::round(wanted / grid) * std::round(grid);
  const double moved = pixels == 0 ? static_cast<double>(start) : rounded;
  return static_cast<float>(
      std::clamp(moved, -static_cast<double>(kMaxCell), static_cast<double>(kMaxCell)));
}

std::optional<std::string> copy_selection(const Trace& trace, const Selection& selection,
                                          BlockFormat format) {
  const ConstView all = trace.tensor(selection.focus.tensor);
  const CellId at = selection.corner();
  const int rows = std::min(selection.rows(), all.rows - at.row);
  const int cols = std::min(selection.cols(), all.cols - at.col);
  if (all.data == nullptr || rows <= 0 || cols <= 0) return std::nullopt;
  return format_block(all.block(at.row, at.col, rows, cols), format);
}

Result<Action> paste_action(const Trace& trace, const Selection& selection, std::string_view text) {
  auto block = parse_block(text);
  if (!block) return std::unexpected(std::move(block).error());
  const CellId at = selection.corner();
  const ConstView all = trace.tensor(at.tensor);
  if (block->size() == 1) {
    const float value = (*block)(0, 0);
    return action::SetBlock{at, Matrix::Constant(selection.rows(), selection.cols(), value)};
  }
  const auto rows = static_cast<int>(block->rows());
  const auto cols = static_cast<int>(block->cols());
  if (at.row + rows > all.rows || at.col + cols > all.cols) {
    return fail(ErrorCode::kShape,
                "what was pasted is " + std::to_string(rows) + " × " + std::to_string(cols) +
                    "; from this cell on there is room for " + std::to_string(all.rows - at.row) +
                    " × " + std::to_string(all.cols - at.col));
  }
  return action::SetBlock{at, std::move(*block)};
}

action::Fill fill_action(const Selection& selection, FillKind kind, float factor,
                         std::uint64_t seed) {
  const CellId at = selection.corner();
  return {at.tensor, at.row, at.col, selection.rows(), selection.cols(), kind, factor, seed};
}

bool shows_mask(Stage stage) noexcept {
  return stage == Stage::kMask || stage == Stage::kMasked || stage == Stage::kWeights ||
         stage == Stage::kScores || stage == Stage::kScaled || stage == Stage::kCapped;
}

bool painted_hidden(const Document& document, int row, int col) noexcept {
  const SharedMatrix& mask = document.mask;
  const int r = row + document.cached;
  if (!mask || r < 0 || col < 0 || r >= mask->rows() || col >= mask->cols()) return false;
  return hides((*mask)(r, col));
}

std::optional<Action> switch_on(Stage stage) {
  switch (stage) {
    case Stage::kScaled: return action::SetScale{ScaleKind::kInverseSqrt, 1};
    case Stage::kMask:
    case Stage::kMasked: return action::SetCausal{true};
    case Stage::kCapped: return action::SetSoftcap{30};
    case Stage::kPositions: return action::SetPositions{PositionKind::kSinusoidal};
    case Stage::kNorm1:
    case Stage::kNorm2: return action::SetNorm{NormKind::kLayerNorm, NormPlace::kPre};
    case Stage::kAdded: return action::SetResidual{true};
    case Stage::kBq:
    case Stage::kBk:
    case Stage::kBv:
    case Stage::kBo: return action::SetBiases{true};
    case Stage::kHidden:
    case Stage::kMlpOut:
    case Stage::kUp: return action::SetMlp{MlpKind::kGelu, 0};
    default: return std::nullopt;
  }
}

}  // namespace ap::ui
