// Where an array can go, for import.cpp and import_plan.cpp: which places have heads and how many,
// and how sizes are said. Internal to exchange/.
#pragma once

#include <string>

#include "exchange/import.hpp"

namespace ap {

[[nodiscard]] bool is_headed(Stage stage) noexcept;
[[nodiscard]] bool of_queries(Stage stage) noexcept;
[[nodiscard]] bool of_values(Stage stage) noexcept;
[[nodiscard]] int heads_of(const Model& model, Stage stage) noexcept;
/// "3 × 4".
[[nodiscard]] std::string by(std::int64_t rows, std::int64_t cols);

}  // namespace ap
