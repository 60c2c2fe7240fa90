#include "fuzz.hpp"

#include "io/link/link.hpp"

AP_FUZZ_TARGET(data, size) {
  const auto state = ap::decode_share_link(ap::fuzz::text(data, size));
  if (!state) return 0;
  ap::fuzz::require(ap::validate(state->document).has_value());
  return 0;
}
