#include "fuzz.hpp"

#include "io/arrays/zip.hpp"

AP_FUZZ_TARGET(data, size) {
  const auto members = ap::list_npz(ap::fuzz::bytes(data, size), "fuzz");
  for (std::size_t i = 0; members && i < members->size(); ++i) {
    const ap::NpzMember& member = (*members)[i];
    if (!member.outline.problem.empty() || member.size > (std::size_t{1} << 22)) continue;
    const auto file = ap::unpack_npz(ap::fuzz::bytes(data, size), member, "fuzz");
    ap::fuzz::require(!file || file->size() == member.size);
  }
  const auto arrays = ap::read_npz(ap::fuzz::bytes(data, size), "fuzz");
  if (!arrays) return 0;
  std::size_t total = 0;
  for (const auto& [name, array] : *arrays) {
    total += array.data.size();
    ap::fuzz::require(!name.empty() && name.front() != '/' && name.find("..") == std::string::npos);
  }
  ap::fuzz::require(total <= ap::kMaxMember || total <= size);
  const auto again = ap::read_npz(ap::write_npz(*arrays), "fuzz");
  ap::fuzz::require(again && again->size() == arrays->size());
  return 0;
}
