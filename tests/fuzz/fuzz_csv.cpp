#include "fuzz.hpp"

#include "io/arrays/csv.hpp"

AP_FUZZ_TARGET(data, size) {
  const std::string_view text = ap::fuzz::text(data, size);
  for (const char separator : {'\0', ' '}) {
    const auto table = ap::read_table(text, "fuzz", separator);
    if (!table) continue;
    const auto& shape = table->array.shape;
    ap::fuzz::require(shape.size() == 2 &&
                      table->array.data.size() == static_cast<std::size_t>(shape[0] * shape[1]));
    ap::fuzz::require(table->array.data.size() <= size);
  }
  const auto all = ap::read_long_csv(text, "fuzz");
  if (!all) return 0;
  for (const auto& [name, array] : *all)
    ap::fuzz::require(array.data.size() <= size && !name.empty());
  return 0;
}
