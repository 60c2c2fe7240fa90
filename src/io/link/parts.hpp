// What writer and reader of a link share: the numbers of its parts, its limits, the preset that it
// is told apart from, and how a sentence's tokens follow from its text. Internal to io/link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "io/link/link.hpp"
#include "playground/document/embed.hpp"

namespace ap {

// The first byte: the first version that can read it, and whether what follows is packed or plain.
inline constexpr unsigned kShareVersion = 3;
inline constexpr unsigned kSharePlain = 0x80;

// After the properties, each under its number; 0 ends both lists.
namespace part {
enum Number : unsigned {
  kEnd = 0,
  kTokens = 1,
  kSourceTokens = 2,
  kOrigins = 3,
  kSourceOrigins = 4,
  kLayers = 5,
  kLocks = 6,
  kMatrix = 7,
  kLearning = 8,
  kWindows = 9  // one a layer
};
}  // namespace part

inline constexpr std::int64_t kMaxShareCells = std::int64_t{8} << 20;  // that a link may make
inline constexpr std::uint64_t kMaxLinkTrace = 256'000'000;  // bytes of the forward pass after it

/// The error of a document that no link describes.
[[nodiscard]] std::unexpected<Error> share_too_much();
/// The word list that every program has at hand.
[[nodiscard]] const WordVectors* core_words();
/// The preset that a document is told apart from: the document of its id, and its id.
[[nodiscard]] Result<Document> share_base(const std::string& id);
[[nodiscard]] std::string share_base_id(const Document& document);
/// A sentence whose text has changed has the tokens that its text gives, words until said
/// otherwise.
void settle(Document& document, const Document& base);
/// Bytes of the forward pass that follows.
[[nodiscard]] std::uint64_t share_trace_bytes(const Document& document);

}  // namespace ap
