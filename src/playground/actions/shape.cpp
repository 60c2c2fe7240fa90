// Actions on the model's shape and its weights as a whole.
#include <algorithm>
#include <utility>

#include "playground/actions/apply.hpp"
#include "playground/document/embed.hpp"
#include "playground/document/weights.hpp"
#include "text/word_vectors.hpp"

namespace ap {
namespace {

/// Rows of another width: words from the list again, a person's numbers as far as they go.
void reembed(Sentence& sentence, int width, const WordVectors* words) {
  if (!sentence.embeddings) return;
  const Matrix& old = *sentence.embeddings;
  const std::ptrdiff_t kept = std::min<std::ptrdiff_t>(old.cols(), width);
  Matrix rows(sentence.size(), width);
  for (int i = 0; i < sentence.size(); ++i) {
    TokenEntry& token = sentence.tokens[static_cast<std::size_t>(i)];
    if (token.origin == Origin::kIdentity) {
      rows.row(i).setZero();
      std::ptrdiff_t hot = 0;
      old.row(i).maxCoeff(&hot);
      rows(i, hot % width) = 1.0F;
      continue;
    }
    const Origin origin = embed_word(words, token.text, width, rows.row(i).data());
    if (token.origin == Origin::kEdited) {
      rows.row(i).head(kept) = old.row(i).head(kept);
    } else {
      token.origin = origin;
    }
  }
  sentence.embeddings = share(std::move(rows));
}

}  // namespace

Result<void> apply(Document& document, const action::SetWidth& a, const World& world) {
  const Model& old = document.model;
  if (a.width == old.width) return {};
  Model next = old;
  next.width = a.width;
  const int was = default_head_width(old.width, old.heads);
  const int now = default_head_width(a.width, old.heads);
  if (old.key_width == was) next.key_width = now;
  if (old.value_width == was) next.value_width = now;
  if (old.mlp_width == 4 * old.width && a.width <= kMaxWidth) next.mlp_width = 4 * a.width;
  if (auto ok = reshape(document, next, static_cast<int>(old.layers.size())); !ok) return ok;
  reembed(document.query, a.width, world.words);
  reembed(document.source, a.width, world.words);
  for (Example& example : document.learning.examples) {
    reembed(example.query, a.width, world.words);
    reembed(example.source, a.width, world.words);
  }
  return {};
}

Result<void> apply(Document& document, const action::SetHeads& a, const World& /*world*/) {
  Model next = document.model;
  next.heads = a.heads;
  next.kv_heads = a.kv_heads == 0 ? a.heads : a.kv_heads;
  if (next.heads != document.model.heads) {
    next.key_width = default_head_width(next.width, next.heads);
    next.value_width = next.key_width;
  }
  return reshape(document, next, static_cast<int>(next.layers.size()));
}

Result<void> apply(Document& document, const action::SetHeadWidth& a, const World& /*world*/) {
  Model next = document.model;
  const int normal = default_head_width(next.width, next.heads);
  next.key_width = a.key_width == 0 ? normal : a.key_width;
  next.value_width = a.value_width == 0 ? normal : a.value_width;
  return reshape(document, next, static_cast<int>(next.layers.size()));
}

Result<void> apply(Document& document, const action::SetLayers& a, const World& /*world*/) {
  if (a.layers < 1 || a.layers > kMaxLayers) {
    return fail(a.layers < 1 ? ErrorCode::kRange : ErrorCode::kTooLarge,
                "the number of layers must be 1 to " + std::to_string(kMaxLayers) + ", not " +
                    std::to_string(a.layers),
                "layers");
  }
  return reshape(document, Model(document.model), a.layers);
}

Result<void> apply(Document& document, const action::SetWeights& a, const World& /*world*/) {
  Model& m = document.model;
  if (a.init == WeightInit::kRandom) remember_seed(document.seeds, a.seed);
  for (std::size_t l = 0; l < m.layers.size(); ++l) {
    const auto index = static_cast<int>(l);
    Layer& layer = m.layers[l];
    const auto set = [&](Linear& linear, Stage stage) {
      if (document.locked.contains({index, stage})) return;
      linear.weight =
          share(a.init == WeightInit::kIdentity ? identity_weight(m, stage)
                                                : random_weight(m, stage, index, a.seed));
    };
    set(layer.q, Stage::kWq);
    set(layer.k, Stage::kWk);
    set(layer.v, Stage::kWv);
    set(layer.o, Stage::kWo);
  }
  return {};
}

}  // namespace ap
