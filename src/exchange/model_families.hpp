// How families of models call the four matrices of a layer's attention. Internal to model_file.cpp
// (what is in a file) and model_plan.cpp (the import of a layer).
#pragma once

#include <string>
#include <string_view>

#include "exchange/model_file.hpp"

namespace ap {

/// How one family names a layer: BEFORE number then one of the rest.
struct Family {
  std::string_view name;
  std::string_view before;
  std::string_view q, k, v, o;  // without .weight, .bias; a fused matrix has q = k = v
  bool linear;                  // out x in
  bool causal;
  bool rotary;
  [[nodiscard]] constexpr bool fused() const noexcept { return q == k; }
};

[[nodiscard]] const Family& family_of(const ModelInfo& model);
/// The full name of a part's ".weight" or ".bias".
[[nodiscard]] std::string tensor(const ModelInfo& model, int layer, std::string_view part,
                                 const char* kind);
/// The first of its parts that a layer lacks, or nothing.
[[nodiscard]] std::string_view lacks(const OpenedFile& file, const Family& f, const ModelInfo& m,
                                     int layer);

}  // namespace ap
