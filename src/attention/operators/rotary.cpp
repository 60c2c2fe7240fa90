#include "attention/operators/rotary.hpp"

#include "attention/operators/head_layout.hpp"

namespace ap {
namespace {

std::unexpected<Error> bad(std::string_view where, std::string message,
                           ErrorCode code = ErrorCode::kShape) {
  return fail(code, std::move(message), std::string(where));
}

/// Which row of cos and sin each (batch, token) reads.
struct RowIndex {
  const std::vector<std::int64_t>* positions = nullptr;
  bool shared = false;  // the same for all batches
  int tokens = 0;

  [[nodiscard]] std::size_t operator()(int b, int t) const noexcept {
    const std::size_t at =
        static_cast<std::size_t>(shared ? 0 : b) * static_cast<std::size_t>(tokens) +
        static_cast<std::size_t>(t);
    return positions != nullptr ? static_cast<std::size_t>((*positions)[at]) : at;
  }
};

Result<void> check_cache(const Array& cache, int rank, int half, std::string_view where) {
  if (cache.rank() != rank) {
    return bad(where, "shape " + shape_text(cache.shape) + " needs " + std::to_string(rank) +
                          " dimensions");
  }
  if (cache.shape.back() != half) {
    return bad(where, "shape " + shape_text(cache.shape) + ": the last dimension must be " +
                          std::to_string(half) + ", half of what is rotated");
  }
  std::int64_t size = 1;
  for (const std::int64_t d : cache.shape) {
    if (d < 0 || __builtin_mul_overflow(size, d, &size))
      return bad(where, "is too large", ErrorCode::kTooLarge);
  }
  if (static_cast<std::size_t>(size) != cache.data.size()) {
    return bad(where, "shape " + shape_text(cache.shape) + " does not fit its numbers");
  }
  return {};
}

Result<RowIndex> row_index(const RotaryInput& in, const HeadLayout& x, int half) {
  const int rank = in.positions == nullptr && in.cos->rank() == 3 ? 3 : 2;
  if (auto ok = check_cache(*in.cos, rank, half, "cos"); !ok) return std::unexpected(ok.error());
  if (auto ok = check_cache(*in.sin, rank, half, "sin"); !ok) return std::unexpected(ok.error());
  if (in.sin->shape != in.cos->shape) {
    return bad("sin", "shape " + shape_text(in.sin->shape) + " is not the cosines' " +
                          shape_text(in.cos->shape));
  }
  const auto tokens = static_cast<std::size_t>(x.tokens);
  RowIndex rows{in.positions, false, x.tokens};
  if (rank == 3) {
    if (in.cos->shape[0] != x.batch || in.cos->shape[1] != x.tokens) {
      return bad("cos", "shape " + shape_text(in.cos->shape) + " needs a batch of " +
                            std::to_string(x.batch) + " and " + std::to_string(x.tokens) +
                            " tokens");
    }
    return rows;
  }
  const std::int64_t count = in.cos->shape[0];
  if (in.positions == nullptr) {
    if (count < x.tokens) {
      return bad("cos", std::to_string(count) + " rows are fewer than " + std::to_string(x.tokens) +
                            " tokens");
    }
    rows.shared = true;
    return rows;
  }
  rows.shared = in.positions->size() == tokens;
  if (!rows.shared && in.positions->size() != tokens * static_cast<std::size_t>(x.batch)) {
    return bad("positions", std::to_string(in.positions->size()) +
                                " positions; needs one a token of each batch, " +
                                std::to_string(x.batch) + " x " + std::to_string(x.tokens));
  }
  for (const std::int64_t p : *in.positions) {
    if (p < 0 || p >= count) {
      return bad(
          "positions",
          std::to_string(p) + " is not a row of the cosines (0.." + std::to_string(count - 1) + ")",
          ErrorCode::kRange);
    }
  }
  return rows;
}

}  // namespace

Result<Array> rotate(const RotaryInput& in, const RotaryOptions& options) {
  if (in.x == nullptr || in.cos == nullptr || in.sin == nullptr) {
    return bad("input", "input, cos and sin are needed");
  }
  const auto x = head_layout(*in.x, options.heads, "input");
  if (!x) return std::unexpected(x.error());
  const int dim = options.dim == 0 ? x->width : options.dim;
  if (dim < 0 || dim > x->width || dim % 2 != 0) {
    return bad("dim",
               std::to_string(dim) + " must be even and at most the head width, " +
                   std::to_string(x->width),
               ErrorCode::kRange);
  }
  const int half = dim / 2;
  const auto rows = row_index(in, *x, half);
  if (!rows) return std::unexpected(rows.error());

  Array out = *in.x;
  const int step = options.interleaved ? 2 : 1;
  const int partner = options.interleaved ? 1 : half;
  for (int b = 0; b < x->batch; ++b) {
    for (int h = 0; h < x->heads; ++h) {
      const View head = x->head(out.data.data(), b, h);
      for (int t = 0; t < x->tokens; ++t) {
        const std::size_t at = (*rows)(b, t) * static_cast<std::size_t>(half);
        const float* cos = in.cos->data.data() + at;
        const float* sin = in.sin->data.data() + at;
        float* row = head.row(t);
        for (int i = 0; i < half; ++i) {
          const float a = row[step * i];
          const float c = row[step * i + partner];
          row[step * i] = cos[i] * a - sin[i] * c;
          row[step * i + partner] = sin[i] * a + cos[i] * c;
        }
      }
    }
  }
  return out;
}

}  // namespace ap
