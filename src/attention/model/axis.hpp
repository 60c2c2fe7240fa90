// What the rows and columns of a stage count, for whoever names them: labels of the sheet, of
// files, of the core's tensors.
#pragma once

#include <cstdint>

#include "attention/model/model.hpp"
#include "attention/model/tensor_id.hpp"

namespace ap {

enum class Axis : std::uint8_t { kQueries, kKeys, kDims, kOne };
[[nodiscard]] Axis row_axis(Stage stage, const Model& model) noexcept;
[[nodiscard]] Axis col_axis(Stage stage, const Model& model) noexcept;

}  // namespace ap
