// Random actions for property tests: mostly such that succeed, some that must be refused.
#pragma once

#include "base/rng.hpp"
#include "playground/actions/action.hpp"

namespace ap::test {

class RandomActions {
 public:
  explicit RandomActions(std::uint64_t seed) : rng_(seed) {}

  Action next(const Document& d) {
    switch (rng_.below(39)) {
      case 0: return action::SetText{side(d), text()};
      case 1: return action::SetToken{side(d), below(d.query.size()), word()};
      case 2: return action::InsertToken{side(d), below(d.query.size() + 1), word()};
      case 3: return action::DeleteToken{side(d), below(d.query.size())};
      case 4: return action::MoveToken{side(d), below(d.query.size()), below(d.query.size())};
      case 5: return action::SetTokenMode{coin(4) ? TokenMode::kCharacters : TokenMode::kWords};
      case 6: return action::ResetEmbedding{side(d), coin(2) ? -1 : below(d.query.size())};
      case 7: return fill(d);
      case 8: return block(d);
      case 9:
        return action::PaintMask{below(d.query.size()), below(d.query.size()), 1 + below(2),
                                 1 + below(2), !coin(3)};
      case 10: return action::ClearMask{};
      case 11: return action::Lock{below(2), weight(), !coin(2)};
      case 12: return action::SetWidth{2 + below(9)};
      case 13: return action::SetHeads{1 + below(4), coin(2) ? 0 : 1 + below(2)};
      case 14: return action::SetHeadWidth{below(5), below(5)};
      case 15: return action::SetLayers{1 + below(3)};
      case 16:
        return action::SetWeights{coin(2) ? WeightInit::kRandom : WeightInit::kIdentity,
                                  rng_.next() >> below(64)};
      case 17: return action::SetScale{static_cast<ScaleKind>(below(3)), rng_.normal()};
      case 18: return action::SetSoftcap{coin(2) ? 0.0F : 5.0F * rng_.uniform()};
      case 19: return action::SetCausal{!coin(3)};
      case 20: return action::SetTemperature{below(2), below(3) - 1, 0.5F + rng_.uniform()};
      case 21: return action::SetResidual{coin(2)};
      case 22: return action::SetBiases{coin(2)};
      case 23:
        return action::SetPositions{static_cast<PositionKind>(below(5)), 100.0F, 2 * below(3),
                                    coin(2)};
      case 24:
        return action::SetNorm{static_cast<NormKind>(below(3)),
                               coin(2) ? NormPlace::kPre : NormPlace::kPost};
      case 25: return action::SetMlp{static_cast<MlpKind>(below(4)), below(6)};
      case 26: return action::SetKvLength{below(d.query.size() + 2) - 1};
      case 27: return action::SetCached{below(4)};
      case 28: return action::SetCross{coin(2), coin(2) ? text() : ""};
      case 29: return target(d);
      case 30: return target(d);
      case 31: return action::AddExample{text(), d.cross && coin(2) ? text() : ""};
      case 32: return action::SetExample{1 + below(2), text(), ""};
      case 33:
        return coin(2) ? Action(action::ShowExample{1 + below(2)}) : action::RemoveExample{1};
      case 34: return action::LockCells{{tensor(d), below(3), below(3)}, 1, 1 + below(2), !coin(3)};
      case 35:
        return action::SetLearning{
            {static_cast<Optimizer>(below(3)), 0.01F, 0.9F, 0.0F, 2, below(3), coin(2), coin(2)}};
      case 36: return action::SetWindow{below(3) - 1, below(5) - 1, below(5) - 1};
      default: return cell(d);
    }
  }

 private:
  int below(int n) { return n > 0 ? static_cast<int>(rng_.below(static_cast<unsigned>(n))) : 0; }
  bool coin(int n) { return below(n) == 0; }
  Side side(const Document& d) { return d.cross && coin(3) ? Side::kSource : Side::kQuery; }

  std::string word() {
    static const char* const kWords[] = {"the",  "cat", "sat",    "tired", "qwxz", ",",
                                         "bank", "it",  "didn't", "river", "日本", "🙂"};
    return kWords[below(12)];
  }
  std::string text() {
    std::string out;
    for (int i = below(8); i > 0; --i) out += word() + " ";
    return out;
  }
  Stage weight() {
    static const Stage kStages[] = {Stage::kWq,          Stage::kWk,       Stage::kWv,
                                    Stage::kWo,          Stage::kMask,     Stage::kEmbeddings,
                                    Stage::kTemperature, Stage::kBq,       Stage::kWUp,
                                    Stage::kNorm1Gain,   Stage::kPositions};
    return kStages[below(11)];
  }
  TensorId tensor(const Document& d) {
    return {below(static_cast<int>(d.model.layers.size())), weight(), below(d.model.kv_heads)};
  }
  Action cell(const Document& d) {
    return action::SetCell{{tensor(d), below(4), below(4)}, 2 * rng_.normal()};
  }
  Action target(const Document& d) {
    const int example = below(static_cast<int>(d.learning.examples.size()) + 1);
    const auto n = static_cast<std::size_t>(example - 1);
    const Sentence& query = example == 0 ? d.query : d.learning.examples[n].query;
    const Sentence& source = example == 0 ? d.source : d.learning.examples[n].source;
    const bool output = coin(3);
    const int cols = output ? d.model.width : d.cross ? source.size() : query.size();
    const Matrix values = Matrix::Constant(1, cols, 0.25F + rng_.uniform());
    return action::SetTarget{output ? Stage::kOutput : Stage::kWeights,
                             0,
                             output ? 0 : below(d.model.heads),
                             below(query.size()),
                             example,
                             values,
                             ""};
  }
  Action block(const Document& d) {
    Matrix m(1 + below(2), 1 + below(2));
    for (int i = 0; i < m.size(); ++i) m.data()[i] = rng_.normal();
    return action::SetBlock{{tensor(d), below(2), below(2)}, m};
  }
  Action fill(const Document& d) {
    return action::Fill{tensor(d), 0, 0, -1, -1, static_cast<FillKind>(below(7)), 1.5F, 4};
  }

  Rng rng_;
};

}  // namespace ap::test
