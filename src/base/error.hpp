// Error: what every function returns that takes input from a person or a file.
// Invariants of our own code are asserts; kernels are noexcept and have preconditions.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace ap {

enum class ErrorCode {
  kParse,        // the bytes are not of the format
  kUnknownKey,   // a key, name or option that does not exist
  kShape,        // dimensions that do not fit together
  kRange,        // a number outside its allowed range
  kNotFinite,    // NaN or infinity where a finite number is needed
  kTooLarge,     // over a stated limit; refused before it is allocated
  kNotEditable,  // a computed or locked tensor
  kNotFound,     // a preset, file or index that does not exist
  kUnsupported,  // valid, but not something this program does
  kIo,           // reading or writing failed
};

/// The code's name as scripts see it: "parse", "unknown_key", "shape", ...
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;

/// what went wrong and what to do (message), at which place (where: a path such as
/// "layers[0].w_q[2][3]", a file, an option; may be empty).
struct Error {
  ErrorCode code;
  std::string message;
  std::string where;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::kShape, "w_q is 3 x 4, needs 8 x 4", "layers[0].w_q");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message,
                                                 std::string where = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(where)});
}

}  // namespace ap
