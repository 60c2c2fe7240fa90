// Arrays in JSON: nested lists, {"shape", "data"}, objects and lists of objects that hold such at
// any depth ("layers.0.weights"), and what the json export writes ({"tensors": {...}}). Infinities
// and NaN are the texts "inf", "-inf", "nan", or bare words as Python's json writes them. A list of
// texts is kept as words; an array that cannot be read is listed with the reason; other values are
// passed over. Leaves out whole documents: playground/json/state_json.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "io/arrays/text_array.hpp"

namespace ap {

struct NamedText {
  std::string name;  // empty for a list alone
  TextArray array;
  std::string problem = {};             // why it cannot be read; then the array is empty
  std::vector<std::string> words = {};  // a list of texts; then it has no numbers
};
struct JsonFile {
  bool state = false;  // a whole document; then there are no arrays
  std::vector<NamedText> arrays;
};

/// An error if nothing in it can be read.
[[nodiscard]] Result<JsonFile> read_json_arrays(std::string_view text, std::string_view where);

/// Python's bare NaN, Infinity and -Infinity as the texts that are read for them; nothing if there
/// are none.
[[nodiscard]] std::optional<std::string> without_bare_words(std::string_view text);

}  // namespace ap
