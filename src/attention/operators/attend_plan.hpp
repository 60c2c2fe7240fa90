// What attend does with its arrays, found out before anything is computed: layouts, the mask's
// steps, and which keys a query may see. Internal to operators/.
#pragma once

#include "attention/operators/attend.hpp"
#include "attention/operators/head_layout.hpp"

namespace ap::attending {

/// Queries taken at once: bounds the work space at 5 x 128 x S floats.
inline constexpr int kAttendRows = 128;

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
  /// Query i stands at position i + offset: behind the past, or without one at the end of the
  /// keys that a batch's length leaves; it may be negative.
  [[nodiscard]] std::int64_t offset(const AttendInput& in, int b) const noexcept;
  /// The keys [first, end) that padding, causal order and window let a query see.
  struct Seen {
    int first = 0;
    int end = 0;
  };
  [[nodiscard]] Seen seen(const AttendInput& in, const AttendOptions& options, int b,
                          int query) const noexcept;
};

[[nodiscard]] Result<Plan> make_plan(const AttendInput& in, const AttendOptions& options);

}  // namespace ap::attending
