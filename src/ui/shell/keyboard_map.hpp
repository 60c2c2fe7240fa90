// Every key of the interface, as data: the overlay behind ? and docs/keyboard.md show this table.
#pragma once

#include <span>

namespace ap::ui {

struct KeyLine {
  const char* group;
  const char* keys;
  const char* does;
};
[[nodiscard]] std::span<const KeyLine> keyboard_map() noexcept;

}  // namespace ap::ui
