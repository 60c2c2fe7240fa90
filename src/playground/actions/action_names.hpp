// Names of the enumerators that only actions have. See document/names.hpp.
#pragma once

#include "playground/actions/action.hpp"
#include "playground/document/names.hpp"

namespace ap {

template <>
std::span<const EnumName<FillKind>> enum_names() noexcept;
template <>
std::span<const EnumName<TrainCommand>> enum_names() noexcept;

}  // namespace ap
