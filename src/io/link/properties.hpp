// The table of everything that a share link says which is not a matrix. Internal to link.cpp.
#pragma once

#include <cstdint>
#include <span>

#include "io/link/link.hpp"

namespace ap {

enum class PropertyType : std::uint8_t {
  kBool,   // bool
  kInt,    // int, and enums of that size
  kFloat,  // float
  kText,   // std::string, valid UTF-8
  kStage,  // a stage, by its name
};

/// `id` never changes and is never used again; `least` and `most` bound integers, `most` the bytes
/// of a text.
struct Property {
  std::uint8_t id;
  PropertyType type;
  std::int32_t least;
  std::int32_t most;
  void* (*at)(SharedState&);
};

[[nodiscard]] std::span<const Property> share_properties() noexcept;

}  // namespace ap
