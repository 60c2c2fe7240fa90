// Action: everything that can be done to a document, as data. Widgets, links, scripts, lessons and
// the trainer all speak it; `update` is the only thing that makes a new document.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "playground/document/document.hpp"
#include "playground/document/weights.hpp"
#include "playground/document/world.hpp"

namespace ap {

enum class FillKind { kZero, kIdentity, kOneHot, kRandom, kScale, kTranspose, kConstant };
enum class TrainCommand { kPlay, kPause, kStep, kRewind };

namespace action {

// One line an action, like a table.
// clang-format off

// --- sentence
struct SetText { Side side = Side::kQuery; std::string text; };          // kept tokens keep their rows
struct SetToken { Side side = Side::kQuery; int index = 0; std::string text; };
struct InsertToken { Side side = Side::kQuery; int index = 0; std::string text; };
struct DeleteToken { Side side = Side::kQuery; int index = 0; };
struct MoveToken { Side side = Side::kQuery; int from = 0; int to = 0; };
struct SetTokenMode { TokenMode mode = TokenMode::kWords; };
struct ResetEmbedding { Side side = Side::kQuery; int index = -1; };     // -1: all; back to the word list
// --- cells; one head's address, rows and columns within it, as in the trace: with cached tokens,
//     row 0 of embeddings, positions and mask is that of the first token that is not cached.
//     Positions are cells only when learned, by the stage "positions".
struct SetCell { CellId cell; float value = 0; };
struct SetBlock { CellId at; Matrix values; };                            // top left corner
struct Fill { TensorId tensor; int row = 0; int col = 0; int rows = -1; int cols = -1;  // -1: to the end
              FillKind kind = FillKind::kZero; float factor = 1; std::uint64_t seed = 1; };
struct PaintMask { int row = 0; int col = 0; int rows = 1; int cols = 1; bool hide = true; };
struct ClearMask {};
struct Lock { int layer = 0; Stage stage = Stage::kWq; bool locked = true; };
// --- the model's shape; matrices keep what still fits, the rest starts from `init`
struct SetWidth { int width = 8; };                                       // D, re-embeds
struct SetHeads { int heads = 1; int kv_heads = 0; };  // 0: as many as heads; new heads: K = V = D / H
struct SetHeadWidth { int key_width = 0; int value_width = 0; };          // 0: D / H
struct SetLayers { int layers = 1; };
struct SetWeights { WeightInit init = WeightInit::kIdentity; std::uint64_t seed = 1; };
// --- options
struct SetScale { ScaleKind kind = ScaleKind::kInverseSqrt; float value = 1; };
struct SetSoftcap { float cap = 0; };
struct SetCausal { bool on = true; };                                     // off: nothing cached
struct SetWindow { int layer = -1; int left = -1; int right = -1; };      // layer -1: all; -1: no bound
struct SetTemperature { int layer = 0; int head = -1; float value = 1; }; // head -1: all
struct SetResidual { bool on = true; };
struct SetBiases { bool on = true; };
struct SetPositions { PositionKind kind = PositionKind::kNone; float base = 10000; int rotary_width = 0;
                      bool interleaved = false; };
struct SetNorm { NormKind kind = NormKind::kNone; NormPlace place = NormPlace::kPre; };
struct SetMlp { MlpKind kind = MlpKind::kNone; int width = 0; };          // 0: 4 D
// A shorter sentence shortens padding and cache with it.
struct SetKvLength { int length = -1; };
struct SetCached { int tokens = 0; };
// Text of the source sentence; empty: the one before, at first the query's. Switching clears mask,
// padding and cache; off keeps the source for the next time.
struct SetCross { bool on = false; std::string text; };
struct SetTitle { std::string title; };
// --- whole documents
struct LoadPreset { std::string id; };
struct LoadDocument { Document document; bool older = false; };  // older: see state_json.hpp
// --- learning; example 0 is the sentence on the sheet, 1, 2, ... the further ones
struct SetTarget { Stage stage = Stage::kWeights; int layer = 0; int head = 0; int row = 0;
                   int example = 0; Matrix values; std::string word; };   // 1 x S, 1 x D, or a word
struct ClearTarget { Stage stage = Stage::kWeights; int layer = 0; int head = 0; int row = 0;
                     int example = 0; };
struct ClearTargets {};                                                   // of all examples
struct AddExample { std::string text; std::string source; };
struct SetExample { int example = 1; std::string text; std::string source; };
struct RemoveExample { int example = 1; };
struct ShowExample { int example = 1; };          // changes places with the sentence on the sheet
struct SetLearning : LearnOptions {};
struct LockCells { CellId at; int rows = 1; int cols = 1; bool locked = true; };
struct ParameterValue { Stage stage = Stage::kWq; int layer = 0; SharedMatrix values; };  // all heads
struct SetParameters { std::vector<ParameterValue> parameters; int steps = 0; };  // > 0: learned
// Done by the session, which trains in slices; no change of the document by itself. play: `steps` 0
// is until paused; goal: until every target cell is that near, 0 is never.
struct Train { TrainCommand command = TrainCommand::kPlay; int steps = 0; float goal = 0; };
// --- several as one: all of them or none, one step of undo, computed once; not nested
struct Step;
struct Batch { std::string name; std::vector<Step> steps; std::string note; };  // note: said once
// clang-format on

}  // namespace action

using Action =
    std::variant<action::SetText, action::SetToken, action::InsertToken, action::DeleteToken,
                 action::MoveToken, action::SetTokenMode, action::ResetEmbedding, action::SetCell,
                 action::SetBlock, action::Fill, action::PaintMask, action::ClearMask, action::Lock,
                 action::SetWidth, action::SetHeads, action::SetHeadWidth, action::SetLayers,
                 action::SetWeights, action::SetScale, action::SetSoftcap, action::SetCausal,
                 action::SetWindow, action::SetTemperature, action::SetResidual, action::SetBiases,
                 action::SetPositions, action::SetNorm, action::SetMlp, action::SetKvLength,
                 action::SetCached, action::SetCross, action::SetTitle, action::LoadPreset,
                 action::LoadDocument, action::Batch, action::SetTarget, action::ClearTarget,
                 action::ClearTargets, action::AddExample, action::SetExample,
                 action::RemoveExample, action::ShowExample, action::SetLearning, action::LockCells,
                 action::SetParameters, action::Train>;
struct action::Step {
  Action action;
};
inline constexpr std::size_t kMaxBatch = 1024;

/// The new document, or why not; pure. The result is valid (`validate`) whenever `document` is.
[[nodiscard]] Result<Document> update(const Document& document, const Action& action,
                                      const World& world);

/// For the undo menu: "Set W_Q[0,2]", "Type sentence", "Paint mask".
[[nodiscard]] std::string describe(const Action& action);

}  // namespace ap
