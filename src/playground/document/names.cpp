#include "playground/document/names.hpp"

namespace ap {

std::string_view symbol(Stage stage) noexcept {
  switch (stage) {
    case Stage::kEmbeddings: return "embedding";
    case Stage::kSourceEmbeddings: return "source embedding";
    case Stage::kPositions: return "position";
    case Stage::kMask: return "mask";
    case Stage::kWq: return "W_Q";
    case Stage::kWk: return "W_K";
    case Stage::kWv: return "W_V";
    case Stage::kWo: return "W_O";
    case Stage::kBq: return "b_Q";
    case Stage::kBk: return "b_K";
    case Stage::kBv: return "b_V";
    case Stage::kBo: return "b_O";
    case Stage::kWGate: return "W_gate";
    case Stage::kWUp: return "W_up";
    case Stage::kWDown: return "W_down";
    case Stage::kBGate: return "b_gate";
    case Stage::kBUp: return "b_up";
    case Stage::kBDown: return "b_down";
    case Stage::kNorm1Gain: return "norm 1 gain";
    case Stage::kNorm1Bias: return "norm 1 bias";
    case Stage::kNorm2Gain: return "norm 2 gain";
    case Stage::kNorm2Bias: return "norm 2 bias";
    case Stage::kTemperature: return "temperature";
    default: return name(stage);
  }
}

template <>
std::span<const EnumName<TokenMode>> enum_names() noexcept {
  static constexpr EnumName<TokenMode> kNames[] = {{TokenMode::kWords, "words"},
                                                   {TokenMode::kCharacters, "characters"}};
  return kNames;
}

template <>
std::span<const EnumName<Origin>> enum_names() noexcept {
  static constexpr EnumName<Origin> kNames[] = {{Origin::kWord, "word"},
                                                {Origin::kUnknown, "unknown"},
                                                {Origin::kEdited, "edited"},
                                                {Origin::kIdentity, "identity"}};
  return kNames;
}

template <>
std::span<const EnumName<Side>> enum_names() noexcept {
  static constexpr EnumName<Side> kNames[] = {{Side::kQuery, "query"}, {Side::kSource, "source"}};
  return kNames;
}

template <>
std::span<const EnumName<WeightInit>> enum_names() noexcept {
  static constexpr EnumName<WeightInit> kNames[] = {{WeightInit::kIdentity, "identity"},
                                                    {WeightInit::kRandom, "random"}};
  return kNames;
}

template <>
std::span<const EnumName<ScaleKind>> enum_names() noexcept {
  static constexpr EnumName<ScaleKind> kNames[] = {{ScaleKind::kInverseSqrt, "inverse_sqrt"},
                                                   {ScaleKind::kOff, "off"},
                                                   {ScaleKind::kFree, "free"}};
  return kNames;
}

template <>
std::span<const EnumName<PositionKind>> enum_names() noexcept {
  static constexpr EnumName<PositionKind> kNames[] = {{PositionKind::kNone, "none"},
                                                      {PositionKind::kSinusoidal, "sinusoidal"},
                                                      {PositionKind::kLearned, "learned"},
                                                      {PositionKind::kRope, "rope"},
                                                      {PositionKind::kAlibi, "alibi"}};
  return kNames;
}

template <>
std::span<const EnumName<NormKind>> enum_names() noexcept {
  static constexpr EnumName<NormKind> kNames[] = {{NormKind::kNone, "none"},
                                                  {NormKind::kLayerNorm, "layer_norm"},
                                                  {NormKind::kRmsNorm, "rms_norm"}};
  return kNames;
}

template <>
std::span<const EnumName<NormPlace>> enum_names() noexcept {
  static constexpr EnumName<NormPlace> kNames[] = {{NormPlace::kPre, "pre"},
                                                   {NormPlace::kPost, "post"}};
  return kNames;
}

template <>
std::span<const EnumName<MlpKind>> enum_names() noexcept {
  static constexpr EnumName<MlpKind> kNames[] = {{MlpKind::kNone, "none"},
                                                 {MlpKind::kGelu, "gelu"},
                                                 {MlpKind::kRelu, "relu"},
                                                 {MlpKind::kSwiglu, "swiglu"}};
  return kNames;
}

template <>
std::span<const EnumName<Optimizer>> enum_names() noexcept {
  static constexpr EnumName<Optimizer> kNames[] = {
      {Optimizer::kSgd, "sgd"}, {Optimizer::kMomentum, "momentum"}, {Optimizer::kAdam, "adam"}};
  return kNames;
}

}  // namespace ap
