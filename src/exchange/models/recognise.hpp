// Which family a file's tensors are of, and what stands before their names.
#pragma once

#include <string>

#include "exchange/models/family.hpp"
#include "io/containers/stored.hpp"

namespace ap {

/// A family's tensors in a table, whatever was put before their names ("module.", "_orig_mod.").
class TensorNames {
 public:
  TensorNames(const TensorTable& table, const Family& family) : table_(&table), family_(&family) {}
  /// Finds what stands before the body's names; kParse where two models are in the file.
  [[nodiscard]] Result<void> find_prefix(std::string_view where);

  [[nodiscard]] const StoredTensor* find(std::string_view pattern, int layer = 0) const;
  /// The first of the part's names that is there.
  [[nodiscard]] const StoredTensor* find(const Part& part, int layer = 0) const;
  /// The part's first name, as it would stand in this file.
  [[nodiscard]] std::string name(const Part& part, int layer = 0) const;
  [[nodiscard]] const TensorTable& table() const noexcept { return *table_; }
  [[nodiscard]] const Family& family() const noexcept { return *family_; }

 private:
  [[nodiscard]] std::string full(std::string_view pattern, int layer) const;

  const TensorTable* table_;
  const Family* family_;
  std::string before_;  // everything
  std::string prefix_;  // the body's names: before_ and the body's own, or nothing
};

/// "h.{l}.x" of a layer.
[[nodiscard]] std::string at_layer(std::string_view pattern, int layer);

/// By config.json's model_type or architectures; without them by names and shapes.
[[nodiscard]] Result<TensorNames> recognise(const TensorTable& table, const Config& config,
                                            std::string_view where);

}  // namespace ap
