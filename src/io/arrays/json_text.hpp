// Pieces of JSON (and of Python: the same string and list syntax) as text, for the exporters. The
// state file has its own reader and writer in playground/json/state_json.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ap {

/// Quoted and escaped.
[[nodiscard]] std::string json_string(std::string_view text);
/// ["a","b"]
[[nodiscard]] std::string json_strings(const std::vector<std::string>& texts);
/// Exact; "inf", "-inf" and "nan" in quotes.
[[nodiscard]] std::string json_number(float value);

}  // namespace ap
