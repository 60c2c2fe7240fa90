// One overload an action: changes a copy of the document or says why not. `update` picks it.
// Internal to playground/; the files apply_*.cpp hold a family of actions each.
#pragma once

#include "playground/actions/action.hpp"

namespace ap {

// sentence.cpp
Result<void> apply(Document& document, const action::SetText& a, const World& world);
Result<void> apply(Document& document, const action::SetToken& a, const World& world);
Result<void> apply(Document& document, const action::InsertToken& a, const World& world);
Result<void> apply(Document& document, const action::DeleteToken& a, const World& world);
Result<void> apply(Document& document, const action::MoveToken& a, const World& world);
Result<void> apply(Document& document, const action::SetTokenMode& a, const World& world);
Result<void> apply(Document& document, const action::SetCross& a, const World& world);
Result<void> apply(Document& document, const action::ResetEmbedding& a, const World& world);
// cells.cpp
Result<void> apply(Document& document, const action::SetCell& a, const World& world);
Result<void> apply(Document& document, const action::SetBlock& a, const World& world);
Result<void> apply(Document& document, const action::Fill& a, const World& world);
Result<void> apply(Document& document, const action::PaintMask& a, const World& world);
Result<void> apply(Document& document, const action::ClearMask& a, const World& world);
Result<void> apply(Document& document, const action::Lock& a, const World& world);
// shape.cpp
Result<void> apply(Document& document, const action::SetWidth& a, const World& world);
Result<void> apply(Document& document, const action::SetHeads& a, const World& world);
Result<void> apply(Document& document, const action::SetHeadWidth& a, const World& world);
Result<void> apply(Document& document, const action::SetLayers& a, const World& world);
Result<void> apply(Document& document, const action::SetWeights& a, const World& world);
// options.cpp
Result<void> apply(Document& document, const action::SetScale& a, const World& world);
Result<void> apply(Document& document, const action::SetSoftcap& a, const World& world);
Result<void> apply(Document& document, const action::SetCausal& a, const World& world);
Result<void> apply(Document& document, const action::SetWindow& a, const World& world);
Result<void> apply(Document& document, const action::SetTemperature& a, const World& world);
Result<void> apply(Document& document, const action::SetResidual& a, const World& world);
Result<void> apply(Document& document, const action::SetBiases& a, const World& world);
Result<void> apply(Document& document, const action::SetPositions& a, const World& world);
Result<void> apply(Document& document, const action::SetNorm& a, const World& world);
Result<void> apply(Document& document, const action::SetMlp& a, const World& world);
Result<void> apply(Document& document, const action::SetKvLength& a, const World& world);
Result<void> apply(Document& document, const action::SetCached& a, const World& world);
Result<void> apply(Document& document, const action::SetTitle& a, const World& world);
Result<void> apply(Document& document, const action::LoadPreset& a, const World& world);
Result<void> apply(Document& document, const action::LoadDocument& a, const World& world);
// update.cpp
Result<void> apply(Document& document, const action::Batch& a, const World& world);

// learn.cpp
Result<void> apply(Document& document, const action::SetTarget& a, const World& world);
Result<void> apply(Document& document, const action::ClearTarget& a, const World& world);
Result<void> apply(Document& document, const action::ClearTargets& a, const World& world);
Result<void> apply(Document& document, const action::AddExample& a, const World& world);
Result<void> apply(Document& document, const action::SetExample& a, const World& world);
Result<void> apply(Document& document, const action::RemoveExample& a, const World& world);
Result<void> apply(Document& document, const action::ShowExample& a, const World& world);
Result<void> apply(Document& document, const action::SetLearning& a, const World& world);
Result<void> apply(Document& document, const action::LockCells& a, const World& world);
Result<void> apply(Document& document, const action::SetParameters& a, const World& world);
Result<void> apply(Document& document, const action::Train& a, const World& world);

/// Numbers that cells of this stage may have; `where` is "values[i][j]".
[[nodiscard]] Result<void> check_values(Stage stage, const Matrix& values);
/// kNotEditable if the cells are locked.
[[nodiscard]] Result<void> check_unlocked(const Document& document, TensorId id);

}  // namespace ap
