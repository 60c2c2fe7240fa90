#include "io/link/properties.hpp"

#include <type_traits>
#include <utility>

#include "text/tokenizer.hpp"

namespace ap {
namespace {

static_assert(sizeof(ScaleKind) == sizeof(int) && sizeof(TokenMode) == sizeof(int));

template <class T>
constexpr PropertyType type_of() {
  if constexpr (std::is_same_v<T, bool>)
    return PropertyType::kBool;
  else if constexpr (std::is_same_v<T, float>)
    return PropertyType::kFloat;
  else if constexpr (std::is_same_v<T, std::string>)
    return PropertyType::kText;
  else if constexpr (std::is_same_v<T, Stage>)
    return PropertyType::kStage;
  else
    return PropertyType::kInt;
}

#define AP_ROW(id, least, most, member)                                        \
  Property {                                                                   \
    id, type_of<decltype(std::declval<SharedState&>().member)>(), least, most, \
        [](SharedState& s) -> void* { return &s.member; }                      \
  }

constexpr int kText = 1000;
constexpr int kMaxCount = 1 << 20;  // what no count may reach; the model's own limits are lower

// Since version 1. In this order they are written: the counts before what needs them.
const Property kTable[] = {
    AP_ROW(1, 0, kText, document.title),
    AP_ROW(2, 0, kText, document.preset),
    AP_ROW(3, 0, 1, document.token_mode),
    AP_ROW(4, 0, kMaxSentenceBytes, document.query.text),
    AP_ROW(5, 0, kMaxSentenceBytes, document.source.text),
    AP_ROW(6, 0, 1, document.cross),
    AP_ROW(7, 1, kMaxWidth, document.model.width),
    AP_ROW(8, 1, kMaxHeads, document.model.heads),
    AP_ROW(9, 1, kMaxHeads, document.model.kv_heads),
    AP_ROW(10, 1, kMaxWidth, document.model.key_width),
    AP_ROW(11, 1, kMaxWidth, document.model.value_width),
    AP_ROW(12, 0, 4 * kMaxWidth, document.model.mlp_width),
    AP_ROW(13, 0, 2, document.model.scale),
    AP_ROW(14, 0, 0, document.model.free_scale),
    AP_ROW(15, 0, 0, document.model.softcap),
    AP_ROW(16, 0, 1, document.model.causal),
    AP_ROW(17, 0, 1, document.model.residual),
    AP_ROW(18, 0, 4, document.model.positions.kind),
    AP_ROW(19, 0, 0, document.model.positions.base),
    AP_ROW(20, 0, kMaxWidth, document.model.positions.rotary_width),
    AP_ROW(21, 0, 1, document.model.positions.interleaved),
    AP_ROW(22, 0, 2, document.model.norm),
    AP_ROW(23, 0, 1, document.model.norm_place),
    AP_ROW(24, 0, 0, document.model.norm_epsilon),
    AP_ROW(25, 0, 3, document.model.mlp),
    AP_ROW(26, -1, kMaxCount, document.kv_length),
    AP_ROW(27, 0, kMaxCount, document.cached),
    AP_ROW(64, 0, kMaxLayers, view.layer),
    AP_ROW(65, 0, kMaxHeads, view.head),
    AP_ROW(66, 0, 1, view.isolate_head),
    AP_ROW(67, 0, 32, view.panel),
    AP_ROW(68, -1, 31, view.step),
    AP_ROW(69, 0, 2, view.theme),
    AP_ROW(70, 0, 1, view.placed),
    AP_ROW(71, 0, 0, view.zoom),
    AP_ROW(72, 0, 0, view.x),
    AP_ROW(73, 0, 0, view.y),
    AP_ROW(74, 0, 1, view.selected),
    AP_ROW(75, 0, kStageCount - 1, view.focus.tensor.stage),
    AP_ROW(76, 0, kMaxLayers, view.focus.tensor.layer),
    AP_ROW(77, 0, kMaxHeads, view.focus.tensor.head),
    AP_ROW(78, 0, kMaxCount, view.focus.row),
    AP_ROW(79, 0, kMaxCount, view.focus.col),
    AP_ROW(80, 0, kMaxCount, view.anchor.row),
    AP_ROW(81, 0, kMaxCount, view.anchor.col),
    AP_ROW(82, 0, 1, view.plain_colours),
    AP_ROW(83, 0, 1, view.fixed_range),
    AP_ROW(84, 0, 0, view.threshold),
    AP_ROW(85, 0, kText, view.folded),
    AP_ROW(86, 0, kText, view.hide),
};
#undef AP_ROW

}  // namespace

std::span<const Property> share_properties() noexcept { return kTable; }

}  // namespace ap
