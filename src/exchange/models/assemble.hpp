// A Model from what a family's table, a configuration and a file's tensors say together.
#pragma once

#include "exchange/models/weights.hpp"

namespace ap {

struct AssembledModel {
  Model model;
  std::string family;               // "GPT-2"
  std::string stored;               // "F16"
  int context = 0;                  // the most tokens; 0: as many as there is memory for
  bool masked = false;              // predicts words in place of a mask
  std::vector<std::string> unused;  // tensors of the file that the model has no place for
};

/// `max_bytes`: of the numbers as float32; kTooLarge above it, before any are read. 0: no limit.
[[nodiscard]] Result<AssembledModel> assemble_model(const TensorTable& table, const Config& config,
                                                    std::string_view where,
                                                    std::uint64_t max_bytes = 0);

}  // namespace ap
