#include "io/link/matrix.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>

#include "playground/document/embed.hpp"
#include "playground/document/weights.hpp"

namespace ap {
namespace {

// How a matrix begins. The numbers are the links' own and never change.
enum class Rule : unsigned {
  kAbsent = 0,
  kBase = 1,
  kConstant = 2,
  kIdentity = 3,
  kSeeded = 4,
  kWords = 5,
  kDense = 6,
  kSeededWide = 7  // a seed beyond kMaxSeed; from version 2 on
};
constexpr unsigned kEdited = 8;               // set: cells that differ follow
constexpr std::uint32_t kMaxSeed = 1U << 30;  // of kSeeded
constexpr std::ptrdiff_t kSample = 16;        // cells that tell a seed

bool is_weight(Stage stage) {
  return stage == Stage::kWq || stage == Stage::kWk || stage == Stage::kWv || stage == Stage::kWo ||
         stage == Stage::kWGate || stage == Stage::kWUp || stage == Stage::kWDown;
}

bool is_embeddings(Stage stage) {
  return stage == Stage::kEmbeddings || stage == Stage::kSourceEmbeddings;
}

/// The shape that the document's counts give; positions: as many rows as it says.
MatrixShape shape_of(const Document& d, Stage stage, int rows) {
  const Model& m = d.model;
  switch (stage) {
    case Stage::kEmbeddings: return {d.query.size(), m.width};
    case Stage::kSourceEmbeddings: return {d.source.size(), m.width};
    case Stage::kPositions: return {rows, m.width};
    case Stage::kMask: return {d.query.size(), d.cross ? d.source.size() : d.query.size()};
    case Stage::kBq: return {1, weight_shape(m, Stage::kWq).cols};
    case Stage::kBk: return {1, weight_shape(m, Stage::kWk).cols};
    case Stage::kBv: return {1, weight_shape(m, Stage::kWv).cols};
    case Stage::kBGate:
    case Stage::kBUp: return {1, m.mlp_width};
    case Stage::kTemperature: return {1, m.heads};
    default: break;
  }
  return is_weight(stage) ? weight_shape(m, stage) : MatrixShape{1, m.width};
}

std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

std::ptrdiff_t differences(const Matrix& a, const Matrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return PTRDIFF_MAX;
  std::ptrdiff_t count = 0;
  for (std::ptrdiff_t i = 0; i < a.size(); ++i)
    count += bits_of(a.data()[i]) != bits_of(b.data()[i]) ? 1 : 0;
  return count;
}

/// A row that the word list made follows the list that its reader has; one that someone changed
/// must start from what every reader has.
Origin word_row(const ShareRules& rules, const TokenEntry& token, int index, int width,
                float* row) {
  const bool changed = token.origin == Origin::kEdited || token.origin == Origin::kIdentity;
  if (token.origin == Origin::kEdited && rules.core && rules.core->find(token.text)) {
    (void)embed_word(rules.core, token.text, width, row);
  } else if (changed) {
    std::fill(row, row + width, 0.0F);
    if (token.origin == Origin::kIdentity) row[index % width] = 1.0F;
  } else {
    return embed_word(rules.words, token.text, width, row);
  }
  return token.origin;
}

const Sentence& sentence_of(const Document& document, Stage stage) {
  return stage == Stage::kEmbeddings ? document.query : document.source;
}

Matrix word_rows(const ShareRules& rules, const Sentence& sentence, int width,
                 std::vector<Origin>& origins) {
  Matrix out(sentence.size(), width);
  for (int i = 0; i < sentence.size(); ++i) {
    const TokenEntry& token = sentence.tokens[static_cast<std::size_t>(i)];
    origins.push_back(word_row(rules, token, i, width, out.row(i).data()));
  }
  return out;
}

/// How many of the first `most` cells are those of a seed.
std::ptrdiff_t matches(const Model& model, TensorId id, const Matrix& matrix, std::uint64_t seed,
                       std::ptrdiff_t most) {
  float start[kSample];
  const std::ptrdiff_t count = std::min(most, matrix.size());
  random_weight_start(model, id.stage, id.layer, seed, start, count);
  return std::inner_product(start, start + count, matrix.data(), std::ptrdiff_t{0}, std::plus<>{},
                            [](float a, float b) { return bits_of(a) == bits_of(b) ? 1 : 0; });
}

/// One cell alone may be another seed's by chance.
bool find_seed(ShareRules& rules, TensorId id, const Matrix& matrix) {
  const Model& model = rules.document.model;
  const auto found = [&](std::uint64_t seed) {
    if (matches(model, id, matrix, seed, kSample) < std::min<std::ptrdiff_t>(2, matrix.size()))
      return false;
    rules.seed = seed;
    return true;
  };
  if (found(rules.seed) || std::ranges::any_of(rules.document.seeds, found)) return true;
  for (std::uint64_t seed = 0; seed < kTriedSeeds; ++seed) {
    if (matches(model, id, matrix, seed, 2) > 0 && found(seed)) return true;
  }
  return false;
}

/// The rule that leaves the fewest cells to say.
struct Best {
  Rule rule = Rule::kDense;
  std::ptrdiff_t left = 0;
  Matrix made;
  std::vector<Origin> origins;  // kWords

  void offer(Rule next, Matrix values, const Matrix& wanted, std::vector<Origin> from = {}) {
    const std::ptrdiff_t count = differences(values, wanted);
    if (count >= left) return;
    rule = next;
    left = count;
    made = std::move(values);
    origins = std::move(from);
  }
};

Best best_rule(ShareRules& rules, TensorId id, const Matrix& matrix) {
  Best best;
  best.left = std::max<std::ptrdiff_t>(1, matrix.size() * 3 / 4 + (matrix.size() == 0 ? 1 : 0));
  if (const SharedMatrix base = shared_matrix(rules.base, id); base && best.left > 0) {
    best.offer(Rule::kBase, *base, matrix);
  }
  if (best.left > 0) {
    const float first = matrix.size() > 0 ? matrix.data()[0] : 0.0F;
    best.offer(Rule::kConstant, Matrix::Constant(matrix.rows(), matrix.cols(), first), matrix);
  }
  if (is_weight(id.stage)) {
    if (best.left > 0)
      best.offer(Rule::kIdentity, identity_weight(rules.document.model, id.stage), matrix);
    if (best.left > 0 && find_seed(rules, id, matrix)) {
      best.offer(rules.seed > kMaxSeed ? Rule::kSeededWide : Rule::kSeeded,
                 random_weight(rules.document.model, id.stage, id.layer, rules.seed), matrix);
    }
  }
  if (is_embeddings(id.stage) && best.left > 0) {
    std::vector<Origin> origins;
    Matrix rows = word_rows(rules, sentence_of(rules.document, id.stage),
                            static_cast<int>(matrix.cols()), origins);
    best.offer(Rule::kWords, std::move(rows), matrix, std::move(origins));
  }
  return best;
}

/// Cells of the matrix that the rule does not give, and one of each row whose origin it does not.
void write_edits(ShareWriter& out, ShareRules& rules, TensorId id, const Best& best,
                 const Matrix& matrix) {
  ShareWriter cells;
  std::uint32_t count = 0;
  std::ptrdiff_t last = -1;
  for (std::ptrdiff_t i = 0; i < matrix.size(); ++i) {
    bool said = bits_of(matrix.data()[i]) != bits_of(best.made.data()[i]);
    if (best.rule == Rule::kWords && i % matrix.cols() == 0) {
      const auto row = static_cast<std::size_t>(i / matrix.cols());
      said = said || best.origins[row] != sentence_of(rules.document, id.stage).tokens[row].origin;
    }
    if (!said) continue;
    cells.count(static_cast<std::uint32_t>(i - last - 1));
    cells.number(matrix.data()[i]);
    last = i;
    ++count;
  }
  out.byte(static_cast<unsigned>(best.rule) | (count > 0 ? kEdited : 0U));
  if (best.rule == Rule::kConstant) out.number(matrix.size() > 0 ? matrix.data()[0] : 0.0F);
  if (best.rule == Rule::kSeeded || best.rule == Rule::kSeededWide)
    out.count(static_cast<std::uint32_t>(rules.seed));
  if (best.rule == Rule::kSeededWide) {
    out.count(static_cast<std::uint32_t>(rules.seed >> 32));
    rules.version = std::max(rules.version, 2U);
  }
  if (count == 0) return;
  out.count(count);
  out.out += cells.out;
}

bool read_edits(ShareReader& in, Matrix& matrix, std::vector<bool>& rows) {
  const std::uint32_t count = in.count();
  std::int64_t at = -1;
  for (std::uint32_t i = 0; i < count; ++i) {
    at += static_cast<std::int64_t>(in.count()) + 1;
    const float value = in.number();
    if (in.bad() || at >= matrix.size()) return false;
    matrix.data()[at] = value;
    rows[static_cast<std::size_t>(at / matrix.cols())] = true;
  }
  return true;
}

}  // namespace

SharedMatrix shared_matrix(const Document& document, TensorId id) {
  return id.stage == Stage::kSourceEmbeddings ? document.source.embeddings
                                              : parameter(document, id);
}

void write_matrix(ShareWriter& out, ShareRules& rules, TensorId id, const SharedMatrix& matrix) {
  const SharedMatrix base = shared_matrix(rules.base, id);
  if (matrix == base) return;
  if (matrix && base && differences(*matrix, *base) == 0) return;
  out.text(name(id.stage));
  out.count(static_cast<std::uint32_t>(id.layer));
  if (!matrix) return out.byte(static_cast<unsigned>(Rule::kAbsent));
  if (id.stage == Stage::kPositions) out.count(static_cast<std::uint32_t>(matrix->rows()));
  const Best best = best_rule(rules, id, *matrix);
  if (best.rule != Rule::kDense) return write_edits(out, rules, id, best, *matrix);
  out.byte(static_cast<unsigned>(Rule::kDense));
  for (std::ptrdiff_t i = 0; i < matrix->size(); ++i) out.number(matrix->data()[i]);
}

bool read_matrix(ShareReader& in, Document& document, const ShareRules& rules, TensorId id,
                 std::int64_t& room) {
  const int said_rows = id.stage == Stage::kPositions ? static_cast<int>(in.count() & 0xFFFFU) : 0;
  const unsigned head = in.byte();
  SharedMatrix* source =
      id.stage == Stage::kSourceEmbeddings ? &document.source.embeddings : nullptr;
  const auto keep = [&](SharedMatrix matrix) {
    if (source)
      *source = std::move(matrix);
    else
      set_parameter(document, id, std::move(matrix));
  };
  const auto rule = static_cast<Rule>(head & 7U);
  if (rule == Rule::kAbsent) {
    keep(nullptr);
    return !in.bad();
  }
  const MatrixShape shape = shape_of(document, id.stage, said_rows);
  room -= std::int64_t{shape.rows} * shape.cols;
  if (in.bad() || room < 0) return false;
  Matrix made;
  std::vector<Origin> origins;
  const SharedMatrix base = shared_matrix(rules.base, id);
  switch (rule) {
    case Rule::kBase:
      if (!base || base->rows() != shape.rows || base->cols() != shape.cols) return false;
      made = *base;
      break;
    case Rule::kConstant: made = Matrix::Constant(shape.rows, shape.cols, in.number()); break;
    case Rule::kIdentity:
      if (!is_weight(id.stage)) return false;
      made = identity_weight(document.model, id.stage);
      break;
    case Rule::kSeeded:
    case Rule::kSeededWide: {
      std::uint64_t seed = in.count();
      if (!is_weight(id.stage) || (rule == Rule::kSeeded && seed > kMaxSeed)) return false;
      if (rule == Rule::kSeededWide) seed |= static_cast<std::uint64_t>(in.count()) << 32;
      remember_seed(document.seeds, seed);
      made = random_weight(document.model, id.stage, id.layer, seed);
      break;
    }
    case Rule::kWords:
      if (!is_embeddings(id.stage)) return false;
      made = word_rows(rules, sentence_of(document, id.stage), shape.cols, origins);
      break;
    case Rule::kDense:
      made.resize(shape.rows, shape.cols);
      for (std::ptrdiff_t i = 0; i < made.size() && !in.bad(); ++i) made.data()[i] = in.number();
      break;
    default: return false;
  }
  std::vector<bool> rows(static_cast<std::size_t>(shape.rows));
  if ((head & kEdited) != 0 && !read_edits(in, made, rows)) return false;
  Sentence& sentence = id.stage == Stage::kEmbeddings ? document.query : document.source;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (!rows[i]) sentence.tokens[i].origin = origins[i];
  }
  keep(share(std::move(made)));
  return !in.bad();
}

}  // namespace ap
