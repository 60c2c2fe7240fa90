// Arrays in JSON: nested lists, {"shape", "data"}, an object of such by name, and what the json
// export writes ({"tensors": {...}}). Infinities and NaN are the texts "inf", "-inf", "nan".
// Leaves out whole documents: playground/json/state_json.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "io/arrays/text_array.hpp"

namespace ap {

struct NamedText {
  std::string name;  // empty for a list alone
  TextArray array;
};
struct JsonFile {
  bool state = false;  // a whole document; then there are no arrays
  std::vector<NamedText> arrays;
};

[[nodiscard]] Result<JsonFile> read_json_arrays(std::string_view text, std::string_view where);

}  // namespace ap
