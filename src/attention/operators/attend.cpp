#include "attention/operators/attend.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "attention/operators/head_layout.hpp"
#include "tensor/kernels.hpp"

namespace ap {
namespace {

constexpr float kHidden = -std::numeric_limits<float>::infinity();
/// Queries taken at once: bounds the work space at 5 x 128 x S floats.
constexpr int kBlockRows = 128;

std::unexpected<Error> bad(std::string_view where, std::string message,
                           ErrorCode code = ErrorCode::kShape) {
  return fail(code, std::move(message), std::string(where));
}

std::string count_text(int n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

/// Mask values by batch, head and query; rows repeat where a dimension is 1.
struct MaskLayout {
  const float* data = nullptr;  // null: no mask
  std::ptrdiff_t batch_step = 0;
  std::ptrdiff_t head_step = 0;
  std::ptrdiff_t row_step = 0;
  int keys = 0;  // columns that it has; keys beyond are hidden

  [[nodiscard]] const float* row(int b, int h, int i) const noexcept {
    return data + b * batch_step + h * head_step + i * row_step;
  }
};

struct Plan {
  HeadLayout query, key, value;   // as given
  HeadLayout all_key, all_value;  // with the past in front
  MaskLayout mask;
  float scale = 1.0F;
  int past = 0;  // P
  int keys = 0;  // S
};

Result<void> plan_heads(const AttendInput& in, const AttendOptions& options, Plan& plan) {
  if (in.query == nullptr || in.key == nullptr || in.value == nullptr) {
    return bad("query", "query, key and value are needed");
  }
  if (options.heads < 0) return bad("heads", "must be at least 1", ErrorCode::kRange);
  if (options.kv_heads < 0) return bad("kv-heads", "must be at least 1", ErrorCode::kRange);
  const bool packed = in.query->rank() != 4;
  const auto query = head_layout(*in.query, options.heads, "query");
  if (!query) return std::unexpected(query.error());
  const int kv_heads = options.kv_heads != 0 ? options.kv_heads : (packed ? query->heads : 0);
  const auto key = head_layout(*in.key, kv_heads, "key");
  if (!key) return std::unexpected(key.error());
  const auto value = head_layout(*in.value, key->heads, "value");
  if (!value) return std::unexpected(value.error());
  const std::string rank = std::to_string(in.query->rank()) + " dimensions";
  if (in.key->rank() != in.query->rank())
    return bad("key", "must have " + rank + " as the query has");
  if (in.value->rank() != in.query->rank())
    return bad("value", "must have " + rank + " as the query has");
  if (query->heads % key->heads != 0) {
    return bad("kv-heads", count_text(query->heads, "query head") + " cannot share " +
                               count_text(key->heads, "key head"));
  }
  if (key->width != query->width) {
    return bad("key", "head width " + std::to_string(key->width) + ", the query's is " +
                          std::to_string(query->width));
  }
  if (key->batch != query->batch) {
    return bad("key", "batch of " + std::to_string(key->batch) + ", the query's is " +
                          std::to_string(query->batch));
  }
  if (value->batch != key->batch || value->tokens != key->tokens) {
    return bad("value", "shape " + shape_text(in.value->shape) + " does not go with the key's " +
                            shape_text(in.key->shape) + ": batch and tokens must be equal");
  }
  plan.query = *query;
  plan.key = plan.all_key = *key;
  plan.value = plan.all_value = *value;
  return {};
}

/// A past array against the new one it is put in front of.
Result<HeadLayout> past_layout(const Array& past, const HeadLayout& fresh, int fresh_rank,
                               std::string_view where) {
  if (past.rank() != 4 && past.rank() != fresh_rank) {
    return bad(where, "has " + std::to_string(past.rank()) +
                          " dimensions, needs 4 (batch, heads, tokens, "
                          "width) or " +
                          std::to_string(fresh_rank) + " as the new keys have");
  }
  const auto layout = head_layout(past, fresh.heads, where);
  if (!layout) return layout;
  if (layout->batch != fresh.batch || layout->width != fresh.width) {
    return bad(where, "shape " + shape_text(past.shape) + " needs a batch of " +
                          std::to_string(fresh.batch) + " and a head width of " +
                          std::to_string(fresh.width));
  }
  return layout;
}

Result<void> plan_past(const AttendInput& in, Plan& plan) {
  if ((in.past_key == nullptr) != (in.past_value == nullptr)) {
    return bad(in.past_key != nullptr ? "past-value" : "past-key",
               "past key and past value go together");
  }
  if (in.past_key != nullptr) {
    const auto key = past_layout(*in.past_key, plan.key, in.key->rank(), "past-key");
    if (!key) return std::unexpected(key.error());
    const auto value = past_layout(*in.past_value, plan.value, in.value->rank(), "past-value");
    if (!value) return std::unexpected(value.error());
    if (value->tokens != key->tokens || value->packed != key->packed) {
      return bad("past-value", "shape " + shape_text(in.past_value->shape) +
                                   " does not go with the past key's " +
                                   shape_text(in.past_key->shape));
    }
    plan.past = key->tokens;
    plan.all_key.packed = key->packed;
    plan.all_value.packed = value->packed;
  }
  const std::int64_t keys = std::int64_t{plan.past} + plan.key.tokens;
  for (const HeadLayout* all : {&plan.key, &plan.value}) {
    const auto size = checked_size({all->batch, all->heads, keys, all->width}, "past-key");
    if (!size) return std::unexpected(size.error());
  }
  // The work space holds this many scores, whatever the widths are.
  const auto block = checked_size({std::min(kBlockRows, plan.query.tokens) + 1, keys}, "key");
  if (!block) return std::unexpected(block.error());
  plan.keys = static_cast<int>(keys);
  plan.all_key.tokens = plan.all_value.tokens = plan.keys;
  return {};
}

Result<void> plan_mask(const AttendInput& in, Plan& plan) {
  if (in.mask == nullptr) return {};
  const Array& mask = *in.mask;
  const std::int64_t wanted[4] = {plan.query.batch, plan.query.heads, plan.query.tokens, plan.keys};
  const std::string target =
      "(batch, heads, queries, keys) = " + shape_text({wanted[0], wanted[1], wanted[2], wanted[3]});
  if (mask.rank() < 1 || mask.rank() > 4) {
    return bad("mask", "has " + std::to_string(mask.rank()) + " dimensions, needs 1 to 4");
  }
  std::int64_t dims[4] = {1, 1, 1, 1};
  std::copy(mask.shape.begin(), mask.shape.end(), dims + 4 - mask.rank());
  for (int d = 0; d < 4; ++d) {
    const bool fits = d == 3 ? dims[d] <= wanted[d] : dims[d] == wanted[d] || dims[d] == 1;
    if (!fits) {
      return bad("mask", "shape " + shape_text(mask.shape) + " does not broadcast to " + target);
    }
  }
  const auto size = checked_size({dims[0], dims[1], dims[2], dims[3]}, "mask");
  if (!size) return std::unexpected(size.error());
  if (*size != mask.data.size())
    return bad("mask", "shape " + shape_text(mask.shape) + " does not fit its numbers");
  const auto step = [&](int d, std::ptrdiff_t inner) { return dims[d] == 1 ? 0 : inner; };
  const auto row = static_cast<std::ptrdiff_t>(dims[3]);
  const auto rows = static_cast<std::ptrdiff_t>(dims[2]);
  const auto heads = static_cast<std::ptrdiff_t>(dims[1]);
  // An empty mask hides every key: a pointer that is not null says that there is one.
  static constexpr float kNone = 0.0F;
  plan.mask = {mask.data.empty() ? &kNone : mask.data.data(), step(0, heads * rows * row),
               step(1, rows * row), step(2, row), static_cast<int>(dims[3])};
  return {};
}

Result<void> plan_numbers(const AttendInput& in, const AttendOptions& options, Plan& plan) {
  plan.scale = options.scale.value_or(
      static_cast<float>(1.0 / std::sqrt(static_cast<double>(plan.query.width))));
  if (!std::isfinite(plan.scale)) return bad("scale", "must be finite", ErrorCode::kNotFinite);
  if (!std::isfinite(options.softcap) || options.softcap < 0.0F) {
    return bad("softcap", "must be 0 (off) or more", ErrorCode::kRange);
  }
  if (in.kv_lengths != nullptr) {
    if (in.kv_lengths->size() != static_cast<std::size_t>(plan.query.batch)) {
      return bad("kv-lengths", "needs one length a batch: " + std::to_string(plan.query.batch) +
                                   ", not " + std::to_string(in.kv_lengths->size()));
    }
    for (const std::int64_t n : *in.kv_lengths) {
      if (n < 0 || n > plan.keys) {
        return bad("kv-lengths", std::to_string(n) + " is not in 0.." + std::to_string(plan.keys),
                   ErrorCode::kRange);
      }
    }
  }
  if (options.stage && *options.stage != Stage::kScaled && *options.stage != Stage::kCapped &&
      *options.stage != Stage::kMasked && *options.stage != Stage::kWeights) {
    return bad("stage", "must be scaled, capped, masked or weights", ErrorCode::kUnsupported);
  }
  return {};
}

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

/// The stages of one block of queries of one head; each is rows x S.
class Block {
 public:
  Block(const Plan& plan, const AttendInput& in, const AttendOptions& options)
      : plan_(plan),
        in_(in),
        options_(options),
        hides_(plan.mask.data != nullptr || options.causal || in.kv_lengths != nullptr) {
    const int rows = std::min(kBlockRows, plan.query.tokens);
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
    gemm(std::as_const(*this).stage(Stage::kWeights).block(0, 0, q.rows, plan_.keys), v, y,
         scratch_);
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
    softmax_row(last, weights_.row(i).data(), n, 1.0F);
  }

  void mask_row(int b, int h, int query, const float* scores, float* masked) const {
    const MaskLayout& mask = plan_.mask;
    const std::int64_t length =
        in_.kv_lengths != nullptr ? (*in_.kv_lengths)[static_cast<std::size_t>(b)] : plan_.keys;
    const std::int64_t seen = options_.causal ? std::int64_t{query} + plan_.past + 1 : plan_.keys;
    const int given = mask.data != nullptr ? mask.keys : plan_.keys;
    const int open = static_cast<int>(std::min({std::int64_t{given}, length, seen}));
    const float* added = mask.data != nullptr ? mask.row(b, h, query) : nullptr;
    for (int j = 0; j < open; ++j) {
      const float m = added != nullptr ? added[j] : 0.0F;
      // Not the sum: a score that overflowed to +inf would make it NaN.
      masked[j] = m == kHidden ? kHidden : scores[j] + m;
    }
    std::fill(masked + open, masked + plan_.keys, kHidden);
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

Result<Plan> make_plan(const AttendInput& in, const AttendOptions& options) {
  Plan plan;
  if (auto ok = plan_heads(in, options, plan); !ok) return std::unexpected(ok.error());
  if (auto ok = plan_past(in, plan); !ok) return std::unexpected(ok.error());
  if (auto ok = plan_mask(in, plan); !ok) return std::unexpected(ok.error());
  if (auto ok = plan_numbers(in, options, plan); !ok) return std::unexpected(ok.error());
  return plan;
}

}  // namespace

Result<AttendOutput> attend(const AttendInput& in, const AttendOptions& options) {
  const auto plan = make_plan(in, options);
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
      for (int i = 0; i < q.rows; i += kBlockRows) {
        const int rows = std::min(kBlockRows, q.rows - i);
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
