// Names of actions for the undo menu.
#include <string>

#include "playground/actions/action.hpp"
#include "playground/document/names.hpp"
#include "playground/json/presets.hpp"

namespace ap {
namespace {

/// "W_Q", and where it is not the first: "W_Q of head 2", "W_Q of layer 1, head 2" (from 0).
std::string address(TensorId id) {
  std::string out(symbol(id.stage));
  const bool layer = id.layer > 0 && !before_layers(id.stage);
  const bool head = id.head > 0 && per_head(id.stage);
  if (layer || head) out += " of ";
  if (layer) out += "layer " + std::to_string(id.layer);
  if (layer && head) out += ", ";
  if (head) out += "head " + std::to_string(id.head);
  return out;
}

std::string cell(const CellId& id) {
  return "Set " + address(id.tensor) + "[" + std::to_string(id.row) + "," + std::to_string(id.col) +
         "]";
}

const char* of_side(Side side) { return side == Side::kQuery ? "" : " in source"; }

std::string quoted(const std::string& text) {
  constexpr std::size_t kMost = 40;
  if (text.size() <= kMost) return "\"" + text + "\"";
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return "\"" + text.substr(0, end) + "…\"";
}

std::string switched(const char* what, bool on) {
  return std::string(what) + (on ? " on" : " off");
}

struct Describe {
  std::string operator()(const action::SetText& a) const {
    return a.side == Side::kQuery ? "Type sentence" : "Type source sentence";
  }
  std::string operator()(const action::SetToken& a) const {
    return "Change token to " + quoted(a.text) + of_side(a.side);
  }
  std::string operator()(const action::InsertToken& a) const {
    return "Insert " + quoted(a.text) + of_side(a.side);
  }
  std::string operator()(const action::DeleteToken& a) const {
    return std::string("Delete token") + of_side(a.side);
  }
  std::string operator()(const action::MoveToken& a) const {
    return std::string("Move token") + of_side(a.side);
  }
  std::string operator()(const action::SetTokenMode& a) const {
    return a.mode == TokenMode::kWords ? "Split into words" : "Split into characters";
  }
  std::string operator()(const action::ResetEmbedding& a) const {
    return std::string(a.index == -1 ? "Reset embeddings" : "Reset embedding") + of_side(a.side);
  }
  std::string operator()(const action::SetCell& a) const { return cell(a.cell); }
  std::string operator()(const action::SetBlock& a) const {
    return "Paste " + std::to_string(a.values.rows()) + " x " + std::to_string(a.values.cols()) +
           " into " + address(a.at.tensor);
  }
  std::string operator()(const action::Fill& a) const {
    const std::string where = address(a.tensor);
    switch (a.kind) {
      case FillKind::kZero: return "Fill " + where + " with zeros";
      case FillKind::kIdentity: return "Fill " + where + " with identity";
      case FillKind::kOneHot: return "Fill " + where + " with one-hot rows";
      case FillKind::kRandom: return "Fill " + where + " with random numbers";
      case FillKind::kScale: return "Scale " + where;
      case FillKind::kTranspose: return "Transpose " + where;
      case FillKind::kConstant: return "Fill " + where + " with a number";
    }
    return "Fill " + where;
  }
  std::string operator()(const action::PaintMask& a) const {
    return a.hide ? "Paint mask" : "Erase mask";
  }
  std::string operator()(const action::ClearMask&) const { return "Clear mask"; }
  std::string operator()(const action::Lock& a) const {
    return (a.locked ? "Lock " : "Unlock ") + address({a.layer, a.stage, 0});
  }
  std::string operator()(const action::SetWidth& a) const {
    return "Set width to " + std::to_string(a.width);
  }
  std::string operator()(const action::SetHeads& a) const {
    return "Set heads to " + std::to_string(a.heads);
  }
  std::string operator()(const action::SetHeadWidth&) const { return "Set head width"; }
  std::string operator()(const action::SetLayers& a) const {
    return "Set layers to " + std::to_string(a.layers);
  }
  std::string operator()(const action::SetWeights& a) const {
    return a.init == WeightInit::kIdentity ? "Set weights to identity" : "Set weights to random";
  }
  std::string operator()(const action::SetScale& a) const {
    return a.kind == ScaleKind::kOff ? "Scale off" : "Set scale";
  }
  std::string operator()(const action::SetSoftcap& a) const {
    return a.cap == 0.0F ? "Softcap off" : "Set softcap";
  }
  std::string operator()(const action::SetCausal& a) const { return switched("Causal mask", a.on); }
  std::string operator()(const action::SetWindow& a) const {
    return KeyWindow{a.left, a.right}.bounded() ? "Set window" : "Window off";
  }
  std::string operator()(const action::SetTemperature&) const { return "Set temperature"; }
  std::string operator()(const action::SetResidual& a) const { return switched("Residual", a.on); }
  std::string operator()(const action::SetBiases& a) const { return switched("Biases", a.on); }
  std::string operator()(const action::SetPositions& a) const {
    switch (a.kind) {
      case PositionKind::kNone: return "Positions off";
      case PositionKind::kSinusoidal: return "Sinusoidal positions";
      case PositionKind::kLearned: return "Learned positions";
      case PositionKind::kRope: return "Rotary positions";
      case PositionKind::kAlibi: return "ALiBi positions";
    }
    return "Set positions";
  }
  std::string operator()(const action::SetNorm& a) const {
    return a.kind == NormKind::kNone ? "Norm off" : "Set norm";
  }
  std::string operator()(const action::SetMlp& a) const {
    return a.kind == MlpKind::kNone ? "MLP off" : "Set MLP";
  }
  std::string operator()(const action::SetKvLength&) const { return "Set padding"; }
  std::string operator()(const action::SetCached&) const { return "Set cached tokens"; }
  std::string operator()(const action::SetCross& a) const {
    return switched("Cross-attention", a.on);
  }
  std::string operator()(const action::SetTitle&) const { return "Set title"; }
  std::string operator()(const action::LoadPreset& a) const {
    for (const PresetInfo& preset : presets()) {
      if (preset.id == a.id) return "Load preset " + preset.title;
    }
    return "Load preset";
  }
  std::string operator()(const action::LoadDocument& a) const {
    return a.document.title.empty() ? "Open document" : "Open " + quoted(a.document.title);
  }
  std::string operator()(const action::SetTarget& a) const {
    return a.word.empty() ? "Set target" : "Set target " + quoted(a.word);
  }
  std::string operator()(const action::ClearTarget&) const { return "Clear target"; }
  std::string operator()(const action::ClearTargets&) const { return "Clear targets"; }
  std::string operator()(const action::AddExample& a) const {
    return "Add example " + quoted(a.text);
  }
  std::string operator()(const action::SetExample&) const { return "Type example"; }
  std::string operator()(const action::RemoveExample&) const { return "Remove example"; }
  std::string operator()(const action::ShowExample&) const { return "Show example"; }
  std::string operator()(const action::SetLearning&) const { return "Set learning"; }
  std::string operator()(const action::LockCells& a) const {
    return (a.locked ? "Lock cells of " : "Unlock cells of ") + address(a.at.tensor);
  }
  std::string operator()(const action::SetParameters& a) const {
    return a.steps > 0 ? "Learn" : "Set parameters";
  }
  std::string operator()(const action::Train&) const { return "Train"; }
  std::string operator()(const action::Batch& a) const {
    if (!a.name.empty()) return a.name.substr(0, 100);
    return a.steps.empty() ? "Nothing" : describe(a.steps.front().action);
  }
};

}  // namespace

std::string describe(const Action& action) { return std::visit(Describe{}, action); }

}  // namespace ap
