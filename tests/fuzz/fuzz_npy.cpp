#include "fuzz.hpp"

#include "io/arrays/npy.hpp"

AP_FUZZ_TARGET(data, size) {
  const auto outline = ap::outline_npy(ap::fuzz::bytes(data, size), "fuzz");
  if (outline && outline->text) {
    const auto words = ap::read_npy_texts(ap::fuzz::bytes(data, size), "fuzz");
    std::size_t total = 0;
    for (std::size_t i = 0; words && i < words->size(); ++i) total += (*words)[i].size();
    ap::fuzz::require(total <= size);
  }
  const auto array = ap::read_npy(ap::fuzz::bytes(data, size), "fuzz");
  if (!array) return 0;
  // What was read is no larger than the file, and writing it gives it back.
  ap::fuzz::require(array->data.size() <= size && outline && outline->problem.empty());
  const auto again = ap::read_npy(ap::write_npy(*array), "fuzz");
  ap::fuzz::require(again && again->data == array->data && again->shape == array->shape);
  (void)ap::to_array(*array);
  (void)ap::to_integers(*array, "fuzz");
  (void)ap::to_additive_mask(*array, "fuzz");
  return 0;
}
