#include "playground/actions/action_names.hpp"

namespace ap {

template <>
std::span<const EnumName<FillKind>> enum_names() noexcept {
  static constexpr EnumName<FillKind> kNames[] = {
      {FillKind::kZero, "zero"},        {FillKind::kIdentity, "identity"},
      {FillKind::kOneHot, "one_hot"},   {FillKind::kRandom, "random"},
      {FillKind::kScale, "scale"},      {FillKind::kTranspose, "transpose"},
      {FillKind::kConstant, "constant"}};
  return kNames;
}

template <>
std::span<const EnumName<TrainCommand>> enum_names() noexcept {
  static constexpr EnumName<TrainCommand> kNames[] = {{TrainCommand::kPlay, "play"},
                                                      {TrainCommand::kPause, "pause"},
                                                      {TrainCommand::kStep, "step"},
                                                      {TrainCommand::kRewind, "rewind"}};
  return kNames;
}

}  // namespace ap
