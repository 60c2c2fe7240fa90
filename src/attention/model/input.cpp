#include "attention/model/input.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "tensor/kernels.hpp"

namespace ap {
namespace {

std::string shape_text(std::ptrdiff_t rows, std::ptrdiff_t cols) {
  return std::to_string(rows) + " x " + std::to_string(cols);
}

Result<void> check_cells(const Matrix& m, bool mask, const char* where) {
  for (int i = 0; i < m.rows(); ++i) {
    for (int j = 0; j < m.cols(); ++j) {
      const float x = m(i, j);
      if (std::abs(x) <= kMaxCell) continue;
      if (mask && x < 0.0F) continue;  // -1e9, the smallest float and -inf hide
      return fail(std::isfinite(x) ? ErrorCode::kRange : ErrorCode::kNotFinite,
                  mask ? "a mask cell must be a number up to 1e6, or -inf"
                       : "a cell must be a finite number between -1e6 and 1e6",
                  std::string(where) + "[" + std::to_string(i) + "][" + std::to_string(j) + "]");
    }
  }
  return {};
}

Result<void> check_shape(const SharedMatrix& m, int rows, int cols, const std::string& where) {
  if (m && m->rows() == rows && m->cols() == cols) return {};
  const std::string is = m ? "is " + shape_text(m->rows(), m->cols()) : "is missing";
  return fail(ErrorCode::kShape, is + ", needs " + shape_text(rows, cols), where);
}

Result<void> check_ids(const Model& model, const Input& input) {
  if (!model.language) {
    if (!input.ids) return {};
    return fail(ErrorCode::kUnsupported, "this model has no table of tokens to read ids with",
                "ids");
  }
  if (!input.ids) return fail(ErrorCode::kShape, "a language model reads ids of tokens", "ids");
  if (input.cross() || input.past) {
    return fail(ErrorCode::kUnsupported, "a language model looks at its own text alone", "ids");
  }
  const int vocabulary = model.language->vocabulary();
  for (std::size_t i = 0; i < input.ids->size(); ++i) {
    const int id = (*input.ids)[i];
    if (id >= 0 && id < vocabulary) continue;
    return fail(ErrorCode::kRange,
                "is " + std::to_string(id) + "; this model knows the tokens 0 to " +
                    std::to_string(vocabulary - 1),
                "ids[" + std::to_string(i) + "]");
  }
  return {};
}

Result<void> check_past(const Model& model, const Input& input) {
  if (!input.past) return {};
  if (input.cross()) {
    return fail(ErrorCode::kUnsupported, "a KV cache needs self-attention", "past");
  }
  if (input.past->layers.size() != model.layers.size()) {
    return fail(ErrorCode::kShape, "the KV cache needs one entry for each layer", "past.layers");
  }
  const int length = input.past_length();
  for (std::size_t l = 0; l < input.past->layers.size(); ++l) {
    const std::string path = "past.layers[" + std::to_string(l) + "]";
    const Past::LayerPast& past = input.past->layers[l];
    if (auto ok = check_shape(past.k, length, model.kv_heads * model.key_width, path + ".k"); !ok) {
      return ok;
    }
    if (auto ok = check_shape(past.v, length, model.kv_heads * model.value_width, path + ".v");
        !ok) {
      return ok;
    }
  }
  return {};
}

Result<void> check_tokens(const Model& model, const Input& input) {
  const int most = std::max(input.queries(), input.keys());
  if (most > kMaxTokens) {
    return fail(ErrorCode::kTooLarge,
                std::to_string(most) + " tokens; the most is " + std::to_string(kMaxTokens),
                "embeddings");
  }
  const int cached = input.cross() ? 0 : input.past_length();
  if (model.positions.kind == PositionKind::kLearned &&
      model.positions.learned->rows() <
          model.positions.offset + std::max(cached + input.queries(), input.keys())) {
    const auto rows = model.positions.learned->rows() - model.positions.offset;
    if (model.language) {
      return fail(ErrorCode::kTooLarge,
                  "the text has " + std::to_string(input.queries()) +
                      " tokens; this model has positions for " + std::to_string(rows),
                  "ids");
    }
    return fail(ErrorCode::kShape,
                "has " + std::to_string(rows) + " rows; needs one for each token",
                "model.positions.learned");
  }
  return {};
}

}  // namespace

int position_row(const Model& model, const Input& input, int position) noexcept {
  const Positions& p = model.positions;
  if (p.padding < 0 || !input.ids) return p.offset + position;
  const auto first = input.ids->begin();
  if (*(first + position) == p.padding) return p.offset - 1;
  return p.offset + position - static_cast<int>(std::count(first, first + position, p.padding));
}

std::uint64_t trace_bytes(const Model& m, int queries, int keys, bool cross) noexcept {
  const auto n = [](std::ptrdiff_t a, std::ptrdiff_t b) {
    return static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b);
  };
  const bool rope = m.positions.kind == PositionKind::kRope;
  std::uint64_t score_stages = 2;  // scores, weights
  if (m.scale != ScaleKind::kOff) ++score_stages;
  ++score_stages;  // masked: may be painted at any time
  if (m.softcap > 0.0F) ++score_stages;
  if (m.positions.kind == PositionKind::kAlibi) ++score_stages;
  std::uint64_t layer = n(queries, m.heads * m.key_width) * (rope ? 2 : 1);
  layer += n(keys, m.kv_heads * m.key_width) * (rope ? 2 : 1);
  layer += n(keys, m.kv_heads * m.value_width);
  layer += n(m.heads, queries) * static_cast<std::uint64_t>(keys) * score_stages;
  layer += n(queries, m.heads * m.value_width) + n(queries, m.width);
  const int parts = (m.heads * m.value_width + kGemmDepth - 1) / kGemmDepth;  // forward/project.cpp
  if (parts > 1) layer += n(queries, m.width) * static_cast<std::uint64_t>(parts);
  if (m.residual) layer += n(queries, m.width);
  if (m.norm != NormKind::kNone) layer += n(queries, m.width) * 2;
  if (m.mlp != MlpKind::kNone) {
    layer += n(queries, m.mlp_width) * (is_gated(m.mlp) ? 3 : 2) + n(queries, m.width) * 2;
  }
  if (m.qk_norm()) layer += n(queries, (m.heads + m.kv_heads) * m.key_width);
  if (m.norm != NormKind::kNone && m.norm_place == NormPlace::kSandwich) {
    layer += n(queries, m.width) * 2;
  }
  std::uint64_t masks = 1;  // one for each window
  for (int l = 1; l < static_cast<int>(m.layers.size()); ++l) masks += m.mask_layer(l) == l ? 1 : 0;
  std::uint64_t all = layer * m.layers.size() + n(queries, m.width) * 2 + n(queries, keys) * masks;
  if (cross) all += n(keys, m.width) * 2;
  if (m.language) all += n(queries, m.width) * 4;
  return all * sizeof(float);
}

Result<void> validate(const Model& model, const Input& input) {
  if (auto ok = validate(model); !ok) return ok;
  return validate_input(model, input);
}

Result<void> validate_input(const Model& model, const Input& input) {
  if (auto ok = check_ids(model, input); !ok) return ok;
  if (auto ok = check_tokens(model, input); !ok) return ok;
  const std::uint64_t bytes = trace_bytes(model, input.queries(), input.keys(), input.cross());
  if (bytes > kMaxTraceBytes) {
    return fail(ErrorCode::kTooLarge,
                std::to_string(input.queries()) + " x " + std::to_string(input.keys()) +
                    " tokens, " + std::to_string(model.heads) + " heads, " +
                    std::to_string(model.layers.size()) + " layers at width " +
                    std::to_string(model.width) + " need " + std::to_string(bytes / 1'000'000) +
                    " MB; the most is " + std::to_string(kMaxTraceBytes / 1'000'000) + " MB",
                "model");
  }
  if (input.embeddings || (!input.ids && input.queries() > 0)) {
    if (auto ok = check_shape(input.embeddings, input.queries(), model.width, "embeddings"); !ok) {
      return ok;
    }
    if (auto ok = check_cells(*input.embeddings, false, "embeddings"); !ok) return ok;
  }
  if (input.cross()) {
    if (auto ok = check_shape(input.source, input.keys(), model.width, "source_embeddings"); !ok) {
      return ok;
    }
    if (auto ok = check_cells(*input.source, false, "source_embeddings"); !ok) return ok;
  }
  if (auto ok = check_past(model, input); !ok) return ok;
  if (auto ok = check_interventions(model, input); !ok) return ok;
  if (!input.mask) return {};
  if (auto ok = check_shape(input.mask, input.queries(), input.keys(), "mask"); !ok) return ok;
  return check_cells(*input.mask, true, "mask");
}

}  // namespace ap
