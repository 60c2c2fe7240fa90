#include "attention/operators/attend.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "attention/operators/attend_plan.hpp"
#include "tensor/kernels.hpp"

namespace ap {
namespace {

using attending::kAttendRows;
using attending::MaskLayout;
using attending::Plan;

constexpr float kHidden = -std::numeric_limits<float>::infinity();

/// Past in front of new, head by head.
Array concatenate(const Array& past, const HeadLayout& past_layout, const Array& fresh,
                  const HeadLayout& fresh_layout, const HeadLayout& all) {
  Array joined;
  if (!all.packed) {
    joined.shape = {all.batch, all.heads, all.tokens, all.width};
  } else {
    joined.shape = {all.tokens, std::int64_t{all.heads} * all.width};
    if (fresh.rank() == 3) joined.shape.insert(joined.shape.begin(), all.batch);
  }
  joined.data.resize(all.size());
  for (int b = 0; b < all.batch; ++b) {
    for (int h = 0; h < all.heads; ++h) {
      const View out = all.head(joined.data.data(), b, h);
      const auto copy = [&](ConstView from, int at) {
        for (int i = 0; i < from.rows; ++i) std::copy_n(from.row(i), from.cols, out.row(at + i));
      };
      copy(past_layout.head(past.data.data(), b, h), 0);
      copy(fresh_layout.head(fresh.data.data(), b, h), past_layout.tokens);
    }
  }
  return joined;
}

/// Softmax with its powers and sum in double, rounded once; a row that sees nothing is 0.
void softmax_row_double(const float* x, float* y, int n) {
  const float top = n > 0 ? *std::max_element(x, x + n) : kHidden;
  if (!std::isfinite(top)) return softmax_row(x, y, n, 1.0F);  // the infinities' rules, and NaN
  double total = 0.0;
  const auto power = [x, top](int j) {
    return std::exp(static_cast<double>(x[j]) - static_cast<double>(top));
  };
  for (int j = 0; j < n; ++j) total += power(j);
  for (int j = 0; j < n; ++j) y[j] = static_cast<float>(power(j) / total);
}

/// The stages of one block of queries of one head; each is rows x S.
class Block {
 public:
  Block(const Plan& plan, const AttendInput& in, const AttendOptions& options)
      : plan_(plan),
        in_(in),
        options_(options),
        hides_(plan.mask.data != nullptr || options.causal || options.window.bounded() ||
               in.kv_lengths != nullptr) {
    const int rows = std::min(kAttendRows, plan.query.tokens);
    scaled_.resize(rows, plan.keys);
    weights_.resize(rows, plan.keys);
    if (hides_) masked_.resize(rows, plan.keys);
    if (options.softcap > 0.0F) capped_.resize(rows, plan.keys);
  }

  /// q: a block's rows, first..; y: where their output goes.
  void run(int b, int h, int first, ConstView q, ConstView k, ConstView v, View y) {
    const View scores = view(scaled_).block(0, 0, q.rows, plan_.keys);
    gemm_bt(q, k, scores, scratch_);
    for (int i = 0; i < q.rows; ++i) row(b, h, first, i);
    const ConstView weights =
        std::as_const(*this).stage(Stage::kWeights).block(0, 0, q.rows, plan_.keys);
    gemm(weights, v, y, scratch_);
    if (hides_ && !all_finite(y)) only_seen(weights, v, y);
  }

  /// A stage that is off is the one before it.
  [[nodiscard]] ConstView stage(Stage stage) const {
    if (stage == Stage::kWeights) return view(weights_);
    if (stage == Stage::kMasked && hides_) return view(masked_);
    if (stage != Stage::kScaled && capped_.size() > 0) return view(capped_);
    return view(scaled_);
  }

 private:
  void row(int b, int h, int first, int i) {
    const int n = plan_.keys;
    float* scaled = scaled_.row(i).data();
    scale_row(scaled, scaled, n, plan_.scale);
    const float* last = scaled;
    if (options_.softcap > 0.0F) {
      float* capped = capped_.row(i).data();
      softcap_row(last, capped, n, options_.softcap);
      last = capped;
    }
    if (hides_) {
      mask_row(b, h, first + i, last, masked_.row(i).data());
      last = masked_.row(i).data();
    }
    float* weights = weights_.row(i).data();
    options_.double_softmax ? softmax_row_double(last, weights, n)
                            : softmax_row(last, weights, n, 1.0F);
  }

  void mask_row(int b, int h, int query, const float* scores, float* masked) const {
    const MaskLayout& mask = plan_.mask;
    const auto [first, end] = plan_.seen(in_, options_, b, query);
    const float* added = mask.data != nullptr ? mask.row(b, h, query) : nullptr;
    std::fill(masked, masked + first, kHidden);
    for (int j = first; j < end; ++j) {
      const float m = added != nullptr ? added[j] : 0.0F;
      // Not the sum where the mask hides: a score that is no number would make it one too.
      const bool alone = m == kHidden || (hides(m) && !std::isfinite(scores[j]));
      masked[j] = alone ? m : scores[j] + m;
    }
    std::fill(masked + end, masked + plan_.keys, kHidden);
  }

  static bool all_finite(ConstView y) {
    for (int i = 0; i < y.rows; ++i) {
      if (!std::all_of(y.row(i), y.row(i) + y.cols, [](float x) { return std::isfinite(x); }))
        return false;
    }
    return true;
  }

  /// weights V again, with 0 where V is no number, and those put back for the queries that see
  /// them: 0 · NaN must not be what a hidden key gives.
  void only_seen(ConstView weights, ConstView v, View y) {
    Matrix clean(v.rows, v.cols);
    for (int j = 0; j < v.rows; ++j) {
      for (int d = 0; d < v.cols; ++d) clean(j, d) = std::isfinite(v(j, d)) ? v(j, d) : 0.0F;
    }
    gemm(weights, view(std::as_const(clean)), y, scratch_);
    for (int j = 0; j < v.rows; ++j) {
      for (int d = 0; d < v.cols; ++d) {
        if (std::isfinite(v(j, d))) continue;
        for (int i = 0; i < y.rows; ++i) {
          const bool hidden = weights(i, j) == 0.0F && hides(masked_(i, j));
          if (!hidden) y(i, d) += weights(i, j) * v(j, d);
        }
      }
    }
  }

  const Plan& plan_;
  const AttendInput& in_;
  const AttendOptions& options_;
  bool hides_;
  Matrix scaled_, capped_, masked_, weights_;
  Scratch scratch_;
};

/// Fills the present arrays; gives their layouts.
std::pair<HeadLayout, HeadLayout> join_past(const AttendInput& in, const Plan& plan,
                                            AttendOutput& out) {
  HeadLayout all_key = plan.all_key, all_value = plan.all_value;
  // Nothing to put in front: an empty past in the standard layout.
  if (in.past_key == nullptr) all_key.packed = all_value.packed = false;
  HeadLayout past_key = all_key, past_value = all_value;
  past_key.tokens = past_value.tokens = plan.past;
  static const Array kNothing;
  const auto or_nothing = [](const Array* past) -> const Array& {
    return past != nullptr ? *past : kNothing;
  };
  out.present_key = concatenate(or_nothing(in.past_key), past_key, *in.key, plan.key, all_key);
  out.present_value =
      concatenate(or_nothing(in.past_value), past_value, *in.value, plan.value, all_value);
  return {all_key, all_value};
}

}  // namespace

Result<AttendOutput> attend(const AttendInput& in, const AttendOptions& options) {
  const auto plan = attending::make_plan(in, options);
  if (!plan) return std::unexpected(plan.error());
  const HeadLayout& query = plan->query;
  HeadLayout output = query;
  output.width = plan->value.width;
  const auto size =
      checked_size({output.batch, output.heads, output.tokens, output.width}, "output");
  if (!size) return std::unexpected(size.error());

  AttendOutput out;
  out.y.shape = in.query->shape;
  out.y.shape.back() = std::int64_t{output.packed ? output.heads : 1} * output.width;
  out.y.data.resize(*size);
  if (options.stage) {
    const auto cells = checked_size({query.batch, query.heads, query.tokens, plan->keys}, "stage");
    if (!cells) return std::unexpected(cells.error());
    out.stage = {{query.batch, query.heads, query.tokens, plan->keys}, std::vector<float>(*cells)};
  }
  const bool joined = in.past_key != nullptr || options.present;
  const auto [all_key, all_value] =
      joined ? join_past(in, *plan, out) : std::pair(plan->all_key, plan->all_value);
  const float* keys = joined ? out.present_key.data.data() : in.key->data.data();
  const float* values = joined ? out.present_value.data.data() : in.value->data.data();

  Block block(*plan, in, options);
  const int group = query.heads / plan->key.heads;
  for (int b = 0; b < query.batch; ++b) {
    for (int h = 0; h < query.heads; ++h) {
      const ConstView q = query.head(in.query->data.data(), b, h);
      const ConstView k = all_key.head(keys, b, h / group);
      const ConstView v = all_value.head(values, b, h / group);
      const View y = output.head(out.y.data.data(), b, h);
      for (int i = 0; i < q.rows; i += kAttendRows) {
        const int rows = std::min(kAttendRows, q.rows - i);
        block.run(b, h, i, q.block(i, 0, rows, q.cols), k, v, y.block(i, 0, rows, y.cols));
        if (!options.stage) continue;
        const HeadLayout cells{query.batch, query.heads, query.tokens, plan->keys, false};
        const View kept = cells.head(out.stage.data.data(), b, h);
        const ConstView from = block.stage(*options.stage);
        for (int r = 0; r < rows; ++r) std::copy_n(from.row(r), plan->keys, kept.row(i + r));
      }
    }
  }
  if (!options.present) out.present_key = out.present_value = {};
  return out;
}

}  // namespace ap
