#include "fuzz.hpp"

#include "exchange/opened.hpp"
#include "io/arrays/text_array.hpp"

AP_FUZZ_TARGET(data, size) {
  const auto array = ap::read_text_array(ap::fuzz::text(data, size), "fuzz");
  if (array) {
    std::size_t product = 1;
    for (const std::int64_t d : array->array.shape) product *= static_cast<std::size_t>(d);
    ap::fuzz::require(product == array->array.data.size() && product <= size);
  }
  (void)ap::OpenedFile::open_text(ap::fuzz::text(data, size));
  return 0;
}
