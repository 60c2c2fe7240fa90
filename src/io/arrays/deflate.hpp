// DEFLATE (RFC 1951) without a header, small rather than fast: what share links are packed with.
// `deflate` uses the fixed codes and matches within 32 kB; `inflate` reads every valid stream and
// never writes more than it was allowed to, however small the input. Leaves out: streaming,
// checksums.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/error.hpp"

namespace ap {

/// Bytes are kept in strings: they are built by appending and become text at once.
[[nodiscard]] std::string deflate(std::string_view bytes);
/// kParse for a damaged or cut off stream, kTooLarge when it would become longer than `most`.
[[nodiscard]] Result<std::string> inflate(std::string_view packed, std::size_t most);
/// The first bytes of what a stream unpacks to, `most` or fewer; what comes after is not looked at.
[[nodiscard]] std::string inflate_front(std::string_view packed, std::size_t most);

}  // namespace ap
