#include "attention/operators/attend_plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ap::attending {
namespace {

std::unexpected<Error> bad(std::string_view where, std::string message,
                           ErrorCode code = ErrorCode::kShape) {
  return fail(code, std::move(message), std::string(where));
}

std::string count_text(int n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

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
  const auto block = checked_size({std::min(kAttendRows, plan.query.tokens) + 1, keys}, "key");
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
  for (const auto& [bound, where] : {std::pair(options.window.left, "left-window"),
                                     std::pair(options.window.right, "right-window")}) {
    if (bound < -1) return bad(where, "must be -1 (no bound) or more", ErrorCode::kRange);
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

}  // namespace

std::int64_t Plan::offset(const AttendInput& in, int b) const noexcept {
  if (in.past_key != nullptr || in.kv_lengths == nullptr) return past;
  return (*in.kv_lengths)[static_cast<std::size_t>(b)] - query.tokens;
}

Plan::Seen Plan::seen(const AttendInput& in, const AttendOptions& options, int b,
                      int i) const noexcept {
  const std::int64_t length =
      in.kv_lengths != nullptr ? (*in.kv_lengths)[static_cast<std::size_t>(b)] : keys;
  const std::int64_t position = i + offset(in, b);
  std::int64_t end = std::min<std::int64_t>(length, mask.data != nullptr ? mask.keys : keys);
  if (options.causal) end = std::min(end, position + 1);
  if (options.window.right >= 0) end = std::min(end, position + options.window.right + 1);
  std::int64_t first = 0;
  if (options.window.left >= 0) first = std::max(first, position - options.window.left);
  end = std::max<std::int64_t>(end, 0);
  return {static_cast<int>(std::min(first, end)), static_cast<int>(end)};
}

Result<Plan> make_plan(const AttendInput& in, const AttendOptions& options) {
  Plan plan;
  if (auto ok = plan_heads(in, options, plan); !ok) return std::unexpected(ok.error());
  if (auto ok = plan_past(in, plan); !ok) return std::unexpected(ok.error());
  if (auto ok = plan_mask(in, plan); !ok) return std::unexpected(ok.error());
  if (auto ok = plan_numbers(in, options, plan); !ok) return std::unexpected(ok.error());
  return plan;
}

}  // namespace ap::attending
