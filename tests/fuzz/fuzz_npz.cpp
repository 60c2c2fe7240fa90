#include "fuzz.hpp"

#include "io/arrays/zip.hpp"

AP_FUZZ_TARGET(data, size) {
  const auto arrays = ap::read_npz(ap::fuzz::bytes(data, size), "fuzz");
  if (!arrays) return 0;
  std::size_t total = 0;
  for (const auto& [name, array] : *arrays) {
    total += array.data.size();
    ap::fuzz::require(!name.empty() && name.front() != '/' && name.find("..") == std::string::npos);
  }
  ap::fuzz::require(total <= (std::size_t{64} << 20) || total <= size);
  const auto again = ap::read_npz(ap::write_npz(*arrays), "fuzz");
  ap::fuzz::require(again && again->size() == arrays->size());
  return 0;
}
