// The one list of each action's name and fields in JSON, walked by the reader (action_read.cpp) and
// by the writer (action_write.cpp) alike: `fields(v, a)` names each key once and tells `v` whether
// it is required. What a key may hold is v's business; what a value means, update's.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "playground/actions/action.hpp"

namespace ap {

// In the order of Action's alternatives.
inline constexpr std::array<std::string_view, std::variant_size_v<Action>> kActionTypes{
    "set_text",       "set_token",      "insert_token",    "delete_token",
    "move_token",     "set_token_mode", "reset_embedding", "set_cell",
    "set_block",      "fill",           "paint_mask",      "clear_mask",
    "lock",           "set_width",      "set_heads",       "set_head_width",
    "set_layers",     "set_weights",    "set_scale",       "set_softcap",
    "set_causal",     "set_window",     "set_temperature", "set_residual",
    "set_biases",     "set_positions",  "set_norm",        "set_mlp",
    "set_kv_length",  "set_cached",     "set_cross",       "set_title",
    "load_preset",    "load_document",  "batch",           "set_target",
    "clear_target",   "clear_targets",  "add_example",     "set_example",
    "remove_example", "show_example",   "set_learning",    "lock_cells",
    "set_parameters", "train"};

}  // namespace ap

// Where std::visit's calls look for them: beside the actions.
namespace ap::action {

template <class V>
void address(V& v, TensorId& id) {
  v.required("stage", id.stage);
  v.optional("layer", id.layer);
  v.optional("head", id.head);
}

template <class V>
void fields(V& v, SetText& a) {
  v.optional("side", a.side);
  v.required("text", a.text);
}
template <class V>
void fields(V& v, SetToken& a) {
  v.optional("side", a.side);
  v.required("index", a.index);
  v.required("text", a.text);
}
template <class V>
void fields(V& v, InsertToken& a) {
  v.optional("side", a.side);
  v.required("index", a.index);
  v.required("text", a.text);
}
template <class V>
void fields(V& v, DeleteToken& a) {
  v.optional("side", a.side);
  v.required("index", a.index);
}
template <class V>
void fields(V& v, MoveToken& a) {
  v.optional("side", a.side);
  v.required("from", a.from);
  v.required("to", a.to);
}
template <class V>
void fields(V& v, SetTokenMode& a) {
  v.required("mode", a.mode);
}
template <class V>
void fields(V& v, ResetEmbedding& a) {
  v.optional("side", a.side);
  v.optional("index", a.index);
}
template <class V>
void fields(V& v, SetCell& a) {
  address(v, a.cell.tensor);
  v.required("row", a.cell.row);
  v.required("col", a.cell.col);
  v.cells("value", a.value);
}
template <class V>
void fields(V& v, SetBlock& a) {
  address(v, a.at.tensor);
  v.optional("row", a.at.row);
  v.optional("col", a.at.col);
  v.cells("values", a.values);
}
template <class V>
void fields(V& v, Fill& a) {
  address(v, a.tensor);
  v.optional("row", a.row);
  v.optional("col", a.col);
  v.optional("rows", a.rows);
  v.optional("cols", a.cols);
  v.required("kind", a.kind);
  v.optional("factor", a.factor);
  v.optional("seed", a.seed);
}
template <class V>
void fields(V& v, PaintMask& a) {
  v.required("row", a.row);
  v.required("col", a.col);
  v.optional("rows", a.rows);
  v.optional("cols", a.cols);
  v.optional("hide", a.hide);
}
template <class V>
void fields(V& /*v*/, ClearMask& /*a*/) {}
template <class V>
void fields(V& v, Lock& a) {
  v.required("stage", a.stage);
  v.optional("layer", a.layer);
  v.optional("locked", a.locked);
}
template <class V>
void fields(V& v, SetWidth& a) {
  v.required("width", a.width);
}
template <class V>
void fields(V& v, SetHeads& a) {
  v.required("heads", a.heads);
  v.optional("kv_heads", a.kv_heads);
}
template <class V>
void fields(V& v, SetHeadWidth& a) {
  v.optional("key_width", a.key_width);
  v.optional("value_width", a.value_width);
}
template <class V>
void fields(V& v, SetLayers& a) {
  v.required("layers", a.layers);
}
template <class V>
void fields(V& v, SetWeights& a) {
  v.required("init", a.init);
  v.optional("seed", a.seed);
}
template <class V>
void fields(V& v, SetScale& a) {
  v.required("kind", a.kind);
  v.optional("value", a.value);
}
template <class V>
void fields(V& v, SetSoftcap& a) {
  v.required("cap", a.cap);
}
template <class V>
void fields(V& v, SetCausal& a) {
  v.required("on", a.on);
}
template <class V>
void fields(V& v, SetWindow& a) {
  v.optional("layer", a.layer);
  v.optional("left", a.left);
  v.optional("right", a.right);
}
template <class V>
void fields(V& v, SetTemperature& a) {
  v.optional("layer", a.layer);
  v.optional("head", a.head);
  v.required("value", a.value);
}
template <class V>
void fields(V& v, SetResidual& a) {
  v.required("on", a.on);
}
template <class V>
void fields(V& v, SetBiases& a) {
  v.required("on", a.on);
}
template <class V>
void fields(V& v, SetPositions& a) {
  v.required("kind", a.kind);
  v.optional("base", a.base);
  v.optional("rotary_width", a.rotary_width);
  v.optional("interleaved", a.interleaved);
}
template <class V>
void fields(V& v, SetNorm& a) {
  v.required("kind", a.kind);
  v.optional("place", a.place);
}
template <class V>
void fields(V& v, SetMlp& a) {
  v.required("kind", a.kind);
  v.optional("width", a.width);
}
template <class V>
void fields(V& v, SetKvLength& a) {
  v.required("length", a.length);
}
template <class V>
void fields(V& v, SetCached& a) {
  v.required("tokens", a.tokens);
}
template <class V>
void fields(V& v, SetCross& a) {
  v.required("on", a.on);
  v.optional("text", a.text);
}
template <class V>
void fields(V& v, SetTitle& a) {
  v.required("title", a.title);
}
template <class V>
void fields(V& v, LoadPreset& a) {
  v.required("id", a.id);
}
template <class V>
void fields(V& v, LoadDocument& a) {
  v.document("document", a.document, a.older);
}
template <class V>
void fields(V& v, Batch& a) {
  v.optional("name", a.name);
  v.said("note", a.note);
  v.actions("actions", a.steps);
}

template <class V, class A>
void target_address(V& v, A& a) {
  v.optional("stage", a.stage);
  v.optional("layer", a.layer);
  v.optional("head", a.head);
  v.required("row", a.row);
  v.optional("example", a.example);
}
template <class V>
void fields(V& v, SetTarget& a) {
  target_address(v, a);
  v.row("values", a.values);
  v.optional("word", a.word);
}
template <class V>
void fields(V& v, ClearTarget& a) {
  target_address(v, a);
}
template <class V>
void fields(V& /*v*/, ClearTargets& /*a*/) {}
template <class V>
void fields(V& v, AddExample& a) {
  v.required("text", a.text);
  v.optional("source", a.source);
}
template <class V>
void fields(V& v, SetExample& a) {
  v.required("example", a.example);
  v.required("text", a.text);
  v.optional("source", a.source);
}
template <class V>
void fields(V& v, RemoveExample& a) {
  v.required("example", a.example);
}
template <class V>
void fields(V& v, ShowExample& a) {
  v.required("example", a.example);
}
template <class V>
void fields(V& v, SetLearning& a) {
  each_learn_option(a, [&](const char* key, auto& option) { v.optional(key, option); });
}
template <class V>
void fields(V& v, LockCells& a) {
  address(v, a.at.tensor);
  v.required("row", a.at.row);
  v.required("col", a.at.col);
  v.optional("rows", a.rows);
  v.optional("cols", a.cols);
  v.optional("locked", a.locked);
}
template <class V>
void fields(V& v, SetParameters& a) {
  v.parameters("parameters", a.parameters);
  v.optional("steps", a.steps);
}
template <class V>
void fields(V& v, Train& a) {
  v.required("command", a.command);
  v.optional("steps", a.steps);
  v.optional("goal", a.goal);
}

}  // namespace ap::action
