// Names of stages for people ("W_Q") and of enumerators for files and scripts ("inverse_sqrt").
// Internal to playground/; fixed, because links and files carry them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "playground/document/document.hpp"
#include "playground/document/weights.hpp"

namespace ap {

/// "W_Q", "embedding", "mask": in undo names and messages.
[[nodiscard]] std::string_view symbol(Stage stage) noexcept;

template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

/// All enumerators of E with their names.
template <class E>
[[nodiscard]] std::span<const EnumName<E>> enum_names() noexcept;
template <>
std::span<const EnumName<TokenMode>> enum_names() noexcept;
template <>
std::span<const EnumName<Origin>> enum_names() noexcept;
template <>
std::span<const EnumName<Side>> enum_names() noexcept;
template <>
std::span<const EnumName<WeightInit>> enum_names() noexcept;
template <>
std::span<const EnumName<ScaleKind>> enum_names() noexcept;
template <>
std::span<const EnumName<PositionKind>> enum_names() noexcept;
template <>
std::span<const EnumName<NormKind>> enum_names() noexcept;
template <>
std::span<const EnumName<NormPlace>> enum_names() noexcept;
template <>
std::span<const EnumName<MlpKind>> enum_names() noexcept;
template <>
std::span<const EnumName<Optimizer>> enum_names() noexcept;

template <class E>
[[nodiscard]] std::string_view enum_name(E value) noexcept {
  for (const auto& entry : enum_names<E>()) {
    if (entry.value == value) return entry.name;
  }
  return "";
}

template <class E>
[[nodiscard]] std::optional<E> enum_from(std::string_view name) noexcept {
  for (const auto& entry : enum_names<E>()) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

/// "words, characters": for messages.
template <class E>
[[nodiscard]] std::string enum_choices() {
  std::string out;
  for (const auto& entry : enum_names<E>()) {
    if (!out.empty()) out += ", ";
    out += entry.name;
  }
  return out;
}

}  // namespace ap
