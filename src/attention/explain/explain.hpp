// explain: where a cell's number comes from, as terms that are cells themselves, and what it feeds.
// One record drives the card, the highlights and the tests: `evaluate` computes the cell from it.
#pragma once

#include <string>
#include <vector>

#include "attention/forward/trace.hpp"

namespace ap {

enum class Operation {
  kGiven,      // a parameter or an embedding: set, not computed
  kCached,     // a key or value that an earlier step left in the cache
  kCopy,       // equals its one term
  kSum,        // a + b (+ ...)
  kDot,        // sum of a·b over the terms (+ bias, a last term without b)
  kScale,      // a · factor
  kCap,        // cap · tanh(a / cap)
  kSoftmax,    // exp((own - max)/temperature) / sum of the same over the terms
  kRotate,     // a cos(angle) -+ b sin(angle): the terms carry cos or sin in `factor`
  kLayerNorm,  // (own - mean) / sqrt(variance + epsilon) · gain + bias
  kRmsNorm,    // own / sqrt(mean square + epsilon) · gain
  kGelu,       // exact: a · (1 + erf(a / sqrt 2)) / 2
  kRelu,
  kSwiglu,     // a · sigmoid(a) · b
  kGeluTanh,   // a (1 + tanh(sqrt(2/pi) (a + 0.044715 a³))) / 2
  kGeluQuick,  // a · sigmoid(1.702 a)
  kGeglu,      // gelu_tanh(a) · b
  kSinusoid,   // sin or cos(position · frequency)
  kAngle,      // position · frequency
  kAlibi,      // -slope · distance
  kMaskRule,   // why the mask holds this number: see `reason`
};

enum class MaskReason { kNone, kOpen, kCausal, kPadding, kPainted, kWindow };

struct CellValue {
  CellId cell = {};
  float value = 0.0F;
};

struct Term {
  CellValue a = {};
  CellValue b = {};  // used if has_b
  bool has_b = false;
  float factor = 1.0F;  // a number that is no cell: cos, sin
  double value = 0.0;   // what this term adds: a·b, a·factor, exp(...), ...
};

/// A number in the formula that is no cell of a matrix.
struct Constant {
  const char*
      name;  // "scale", "cap", "temperature", "max", "sum", "mean", "variance", "epsilon", ...
  double value;
};

/// Rows and columns of one matrix: what lights up.
struct Region {
  TensorId tensor;
  int row = 0;
  int col = 0;
  int rows = 1;
  int cols = 1;
};

/// Terms of a long sum that are not listed one by one.
struct Rest {
  int count = 0;
  double value = 0.0;
};

/// Something was done to the cell after it was computed: 'held at 0.5, was 0.31'.
struct Intervened {
  Change change = Change::kHold;
  std::string name;
  float factor = 1.0F;
  float value = 0.0F;  // held at, or added times the factor
  double was = 0.0;
};

struct Explanation {
  CellValue cell;
  Operation operation = Operation::kGiven;
  std::vector<Term> terms;
  Rest rest;     // softmax over a vocabulary: the terms are the largest and the cell's own
  int own = -1;  // softmax and norms: which term is the cell's own
  std::vector<Constant> constants;
  MaskReason reason = MaskReason::kNone;
  std::vector<Intervened>
      intervened;  // in the order they were applied; the formula gives the first `was`
  std::vector<Region> sources;

  [[nodiscard]] double constant(const char* name) const noexcept;  // 0 if absent
};

/// Error kNotFound if there is no such tensor or cell in the trace.
[[nodiscard]] Result<Explanation> explain(const Trace& trace, CellId cell);
/// The formula, evaluated in double from the record alone.
[[nodiscard]] double evaluate(const Explanation& explanation);
/// What reads this cell directly, in this layer or the next; empty for the last output.
[[nodiscard]] std::vector<Region> consumers(const Trace& trace, CellId cell);

/// "dot", "softmax", ...: for scripts.
[[nodiscard]] std::string_view name(Operation operation) noexcept;
[[nodiscard]] std::string_view name(MaskReason reason) noexcept;

}  // namespace ap
