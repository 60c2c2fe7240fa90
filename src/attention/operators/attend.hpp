// attend: the ONNX operator Attention (opsets 23 to 25) on plain arrays. Order of the steps, as
// ONNX corrected it (its pull request 7867): scaled = scale · Q Kᵀ; capped = c·tanh(scaled / c);
// masked = capped + mask; weights = softmax of rows; Y = weights V. A row that sees no key
// has weights 0 and output 0. NaN and infinities pass through as in IEEE 754, but never from a
// value that the query does not see: 0 · NaN of a hidden key adds nothing.
// Leaves out: projections (see forward.hpp), dropout, softmax in half precision.
#pragma once

#include <optional>

#include "attention/model/mask.hpp"
#include "attention/model/tensor_id.hpp"
#include "base/error.hpp"
#include "tensor/array.hpp"

namespace ap {

/// T queries, S keys with the past's P in front (S = P + given), H heads, G kv heads.
struct AttendInput {
  const Array* query = nullptr;     // (T, H·K), (B, T, H·K) or (B, H, T, K)
  const Array* key = nullptr;       // (S-P, G·K), (B, S-P, G·K) or (B, G, S-P, K)
  const Array* value = nullptr;     // the same with the value width
  const Array* mask = nullptr;      // added; broadcast from the right to (B, H, T, S), but the last
                                    // dimension may be shorter: the keys beyond are hidden
  const Array* past_key = nullptr;  // (B, G, P, K), or packed as `key` is
  const Array* past_value = nullptr;  // both or none
  const std::vector<std::int64_t>* kv_lengths =
      nullptr;  // one a batch: keys at and past it are hidden
};

struct AttendOptions {
  int heads = 0;               // H in packed arrays; 0: 1
  int kv_heads = 0;            // G; 0: as many as heads
  std::optional<float> scale;  // none: 1 / sqrt(K)
  float softcap = 0.0F;        // 0: off
  // Query i stands at i + P; with kv_lengths and no past at i + length - T, which may be negative.
  bool causal = false;          // it sees no key after its place
  KeyWindow window;             // and none further from it than this
  std::optional<Stage> stage;   // keep kScaled, kCapped, kMasked or kWeights
  bool double_softmax = false;  // softmax_precision 11: in double, rounded to float
  bool present = false;         // give present_key and present_value
};

struct AttendOutput {
  Array y;            // layout of the query, value width
  Array stage;        // (B, H, T, S), if asked for
  Array present_key;  // past then new: (B, G, S, K), or packed if the past was
  Array present_value;
};

/// Errors' `where` is the argument as the command line names it: "query", "past-key", ...
[[nodiscard]] Result<AttendOutput> attend(const AttendInput& input, const AttendOptions& options);

}  // namespace ap
