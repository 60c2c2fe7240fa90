// Actions on the cells of parameters, and on the painted mask. An address is that of the trace: one
// head's slice, rows from the first token that is not cached.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/rng.hpp"
#include "playground/actions/apply.hpp"
#include "playground/document/names.hpp"

namespace ap {
namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();

/// The window into a whole parameter that an address means: rows [row, row + rows), columns alike.
struct Slice {
  TensorId id;
  int row = 0;
  int col = 0;
  int rows = 0;
  int cols = 0;
};

std::string shape_text(int rows, int cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

int kv_heads_or_heads(const Model& model, Stage stage) {
  return stage == Stage::kWq || stage == Stage::kBq ? model.heads : model.kv_heads;
}

Result<void> check_editable(const Document& document, TensorId id) {
  if (id.stage == Stage::kPositions) {
    if (document.model.positions.kind == PositionKind::kLearned) return {};
    return fail(ErrorCode::kNotEditable,
                "these positions are computed from a formula; choose learned positions to set "
                "them by the cell",
                "stage");
  }
  if (!is_parameter(id.stage)) {
    return fail(ErrorCode::kNotEditable,
                std::string(name(id.stage)) +
                    " is computed: change what it is computed from, or hover a cell to see that",
                "stage");
  }
  if (id.layer < 0 || id.layer >= static_cast<int>(document.model.layers.size())) {
    return fail(ErrorCode::kNotFound,
                "no layer " + std::to_string(id.layer) + ": the model has " +
                    std::to_string(document.model.layers.size()),
                "layer");
  }
  return {};
}

int mask_sources(const Document& document) {
  return document.cross ? document.source.size() : document.query.size();
}

/// Temperature and mask have no matrix until someone sets a cell: ones, zeros.
SharedMatrix whole_parameter(const Document& document, TensorId id) {
  if (SharedMatrix found = parameter(document, id)) return found;
  if (id.stage == Stage::kTemperature) return share(Matrix::Ones(1, document.model.heads));
  if (id.stage == Stage::kMask) {
    return share(Matrix::Zero(document.query.size(), mask_sources(document)));
  }
  return nullptr;
}

Result<Slice> slice_of(const Document& document, TensorId id, const Matrix& whole) {
  const Model& m = document.model;
  Slice slice{id, 0, 0, static_cast<int>(whole.rows()), static_cast<int>(whole.cols())};
  if (id.stage == Stage::kEmbeddings || id.stage == Stage::kMask || id.stage == Stage::kPositions) {
    slice.row = document.cached;
    slice.rows -= document.cached;
  }
  const bool headed = per_head(id.stage) && id.stage != Stage::kPositions;
  const int heads = headed ? kv_heads_or_heads(m, id.stage) : 1;
  if (id.head < 0 || id.head >= heads) {
    return fail(ErrorCode::kNotFound,
                "no head " + std::to_string(id.head) + ": " + std::string(name(id.stage)) +
                    " has " + std::to_string(heads),
                "head");
  }
  if (headed) {
    slice.cols /= heads;
    slice.col = id.head * slice.cols;
  }
  return slice;
}

Result<void> check_value(Stage stage, float value, const std::string& where) {
  if (stage == Stage::kMask && value == kHidden) return {};
  if (!std::isfinite(value)) {
    return fail(ErrorCode::kNotFinite,
                stage == Stage::kMask ? "a mask cell must be a number or -inf"
                                      : "a cell must be a finite number",
                where);
  }
  if (stage == Stage::kMask && value < 0.0F) return {};  // what hides, hides with any size
  if (std::abs(value) > kMaxCell) {
    return fail(ErrorCode::kRange,
                stage == Stage::kMask ? "a mask cell must be at most 1e6"
                                      : "a cell must lie between -1e6 and 1e6",
                where);
  }
  if (stage == Stage::kTemperature && value < kMinTemperature) {
    return fail(ErrorCode::kRange, "a temperature must be at least 0.001", where);
  }
  return {};
}

void mark_rows(Sentence& sentence, int row, int rows, Origin origin) {
  for (int i = row; i < row + rows; ++i) {
    sentence.tokens[static_cast<std::size_t>(i)].origin = origin;
  }
}

/// An embedding row that someone set is theirs from now on; a mask of zeros is no mask, ones are
/// no temperature.
void store(Document& document, TensorId id, Matrix whole, int row, int rows, Origin origin) {
  if (id.stage == Stage::kEmbeddings) mark_rows(document.query, row, rows, origin);
  if (id.stage == Stage::kSourceEmbeddings) mark_rows(document.source, row, rows, origin);
  const bool none = (id.stage == Stage::kMask && whole.isZero(0.0F)) ||
                    (id.stage == Stage::kTemperature && (whole.array() == 1.0F).all());
  set_parameter(document, id, none ? nullptr : share(std::move(whole)));
}

struct EditedSlice {
  SharedMatrix whole;
  Slice slice;
};

Result<EditedSlice> open_for_edit(const Document& document, TensorId id) {
  if (before_layers(id.stage)) id.layer = 0;
  if (auto ok = check_editable(document, id); !ok) return std::unexpected(ok.error());
  if (auto ok = check_unlocked(document, id); !ok) return std::unexpected(ok.error());
  SharedMatrix whole = whole_parameter(document, id);
  if (!whole) {
    return fail(ErrorCode::kNotFound,
                "this model has no " + std::string(name(id.stage)) + ": an option turns it on",
                "stage");
  }
  auto slice = slice_of(document, id, *whole);
  if (!slice) return std::unexpected(std::move(slice).error());
  return EditedSlice{std::move(whole), *slice};
}

Result<void> check_rectangle(const Slice& slice, int row, int col, int rows, int cols) {
  const auto inside = [](int first, int count, int limit) {
    return first >= 0 && count >= 0 && first <= limit && count <= limit - first;
  };
  if (inside(row, rows, slice.rows) && inside(col, cols, slice.cols)) return {};
  return fail(ErrorCode::kNotFound,
              shape_text(rows, cols) + " cells at [" + std::to_string(row) + "," +
                  std::to_string(col) + "] do not fit in " + std::string(name(slice.id.stage)) +
                  ", " + shape_text(slice.rows, slice.cols),
              "row");
}

Result<void> write(Document& document, const EditedSlice& target, int row, int col,
                   const Matrix& values, Origin origin = Origin::kEdited) {
  const Slice& s = target.slice;
  const auto rows = static_cast<int>(values.rows());
  const auto cols = static_cast<int>(values.cols());
  if (auto ok = check_rectangle(s, row, col, rows, cols); !ok) return ok;
  if (auto ok = check_values(s.id.stage, values); !ok) return ok;
  for (int i = 0; document.locked_cells && i < rows; ++i) {
    for (int j = 0; j < cols; ++j) {
      const CellId cell{s.id, row + i, col + j};
      if (!is_locked_cell(document, cell)) continue;
      return fail(ErrorCode::kNotEditable,
                  std::string(symbol(s.id.stage)) + "[" + std::to_string(cell.row) + "," +
                      std::to_string(cell.col) + "] is locked; unlock it first",
                  "row");
    }
  }
  Matrix whole = *target.whole;
  whole.block(s.row + row, s.col + col, rows, cols) = values;
  store(document, s.id, std::move(whole), s.row + row, rows, origin);
  return {};
}

/// New values for a rectangle that holds `old`.
Result<Matrix> filled(const action::Fill& a, const Matrix& old) {
  Matrix out = Matrix::Zero(old.rows(), old.cols());
  if (old.size() == 0) return out;
  Rng rng(a.seed);
  switch (a.kind) {
    case FillKind::kZero: break;
    case FillKind::kConstant: out.setConstant(a.factor); break;
    case FillKind::kScale: out = old * a.factor; break;
    case FillKind::kIdentity:
      for (std::ptrdiff_t i = 0; i < std::min(out.rows(), out.cols()); ++i) out(i, i) = a.factor;
      break;
    case FillKind::kOneHot:
      for (std::ptrdiff_t i = 0; i < out.rows(); ++i) out(i, i % out.cols()) = a.factor;
      break;
    case FillKind::kRandom:
      for (std::ptrdiff_t i = 0; i < out.size(); ++i) out.data()[i] = a.factor * rng.normal();
      break;
    case FillKind::kTranspose:
      if (old.rows() != old.cols()) {
        return fail(ErrorCode::kShape,
                    "only a square can be transposed in place, not " +
                        shape_text(static_cast<int>(old.rows()), static_cast<int>(old.cols())),
                    "rows");
      }
      out = old.transpose();
      break;
  }
  return out;
}

}  // namespace

Result<void> check_values(Stage stage, const Matrix& values) {
  for (std::ptrdiff_t i = 0; i < values.rows(); ++i) {
    for (std::ptrdiff_t j = 0; j < values.cols(); ++j) {
      const std::string where =
          std::abs(values(i, j)) <= kMaxCell && stage != Stage::kTemperature
              ? std::string()
              : "values[" + std::to_string(i) + "][" + std::to_string(j) + "]";
      if (auto ok = check_value(stage, values(i, j), where); !ok) return ok;
    }
  }
  return {};
}

Result<void> check_unlocked(const Document& document, TensorId id) {
  const int layer = before_layers(id.stage) ? 0 : id.layer;
  if (!document.locked.contains({layer, id.stage})) return {};
  return fail(ErrorCode::kNotEditable,
              std::string(symbol(id.stage)) + " is locked; unlock it first", "stage");
}

Result<void> apply(Document& document, const action::SetCell& a, const World& /*world*/) {
  auto target = open_for_edit(document, a.cell.tensor);
  if (!target) return std::unexpected(std::move(target).error());
  if (auto ok = check_rectangle(target->slice, a.cell.row, a.cell.col, 1, 1); !ok) return ok;
  if (auto ok = check_value(a.cell.tensor.stage, a.value, "value"); !ok) return ok;
  return write(document, *target, a.cell.row, a.cell.col, Matrix::Constant(1, 1, a.value));
}

Result<void> apply(Document& document, const action::SetBlock& a, const World& /*world*/) {
  if (a.values.size() == 0)
    return fail(ErrorCode::kShape,
                "a block without numbers sets nothing: give at least one row of one", "values");
  auto target = open_for_edit(document, a.at.tensor);
  if (!target) return std::unexpected(std::move(target).error());
  return write(document, *target, a.at.row, a.at.col, a.values);
}

Result<void> apply(Document& document, const action::Fill& a, const World& /*world*/) {
  auto target = open_for_edit(document, a.tensor);
  if (!target) return std::unexpected(std::move(target).error());
  const Slice& s = target->slice;
  if (auto ok = check_rectangle(s, a.row, a.col, 0, 0); !ok) return ok;
  const int rows = a.rows == -1 ? s.rows - a.row : a.rows;
  const int cols = a.cols == -1 ? s.cols - a.col : a.cols;
  if (auto ok = check_rectangle(s, a.row, a.col, rows, cols); !ok) return ok;
  auto values = filled(a, target->whole->block(s.row + a.row, s.col + a.col, rows, cols));
  if (!values) return std::unexpected(std::move(values).error());
  const bool one_hot = a.kind == FillKind::kOneHot || a.kind == FillKind::kIdentity;
  const bool whole_rows = one_hot && a.factor == 1.0F && cols == s.cols;
  return write(document, *target, a.row, a.col, *values,
               whole_rows ? Origin::kIdentity : Origin::kEdited);
}

Result<void> apply(Document& document, const action::PaintMask& a, const World& /*world*/) {
  auto target = open_for_edit(document, {0, Stage::kMask, 0});
  if (!target) return std::unexpected(std::move(target).error());
  if (auto ok = check_rectangle(target->slice, a.row, a.col, a.rows, a.cols); !ok) return ok;
  return write(document, *target, a.row, a.col,
               Matrix::Constant(a.rows, a.cols, a.hide ? kHidden : 0.0F));
}

Result<void> apply(Document& document, const action::ClearMask& /*a*/, const World& /*world*/) {
  if (auto ok = check_unlocked(document, {0, Stage::kMask, 0}); !ok) return ok;
  document.mask = nullptr;
  return {};
}

Result<void> apply(Document& document, const action::Lock& a, const World& /*world*/) {
  if (!is_parameter(a.stage) && a.stage != Stage::kPositions) {
    return fail(ErrorCode::kNotEditable,
                std::string(name(a.stage)) + " is computed; there is nothing to lock", "stage");
  }
  if (a.layer < 0 || a.layer >= static_cast<int>(document.model.layers.size())) {
    return fail(ErrorCode::kNotFound, "no layer " + std::to_string(a.layer), "layer");
  }
  const std::pair<int, Stage> key{before_layers(a.stage) ? 0 : a.layer, a.stage};
  if (a.locked) {
    document.locked.insert(key);
  } else {
    document.locked.erase(key);
  }
  return {};
}

}  // namespace ap
