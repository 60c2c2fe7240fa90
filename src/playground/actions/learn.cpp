// Actions on what is to be learned, and the one that carries what was learned.
#include <algorithm>
#include <utility>

#include "playground/actions/apply.hpp"
#include "playground/document/embed.hpp"
#include "playground/document/names.hpp"
#include "playground/document/targets.hpp"
#include "text/word_vectors.hpp"

namespace ap {
namespace {

std::vector<Target>* find_targets(Document& document, int example) {
  return const_cast<std::vector<Target>*>(targets_of(document, example));
}

std::unexpected<Error> no_example(const Document& document, int example) {
  return fail(ErrorCode::kNotFound,
              "no example " + std::to_string(example) + ": there are " +
                  std::to_string(document.learning.examples.size()) + " besides the sentence shown",
              "example");
}

/// 1, 2, ...: the further sentences.
Result<Example*> find_example(Document& document, int example) {
  auto& list = document.learning.examples;
  if (example < 1 || example > static_cast<int>(list.size())) return no_example(document, example);
  return &list[static_cast<std::size_t>(example - 1)];
}

bool same_row(const Target& t, Stage stage, int layer, int head, int row) {
  return t.stage == stage && t.layer == layer && t.head == head && t.row == row;
}

Result<SharedMatrix> target_values(const Document& document, const action::SetTarget& a,
                                   const World& world) {
  if (a.word.empty()) return share(Matrix(a.values));
  if (a.values.size() != 0) {
    return fail(ErrorCode::kRange, "give the numbers or a word, not both", "word");
  }
  if (a.stage != Stage::kOutput) {
    return fail(ErrorCode::kUnsupported, "only an output can be like a word", "word");
  }
  Matrix row(1, document.model.width);
  if (embed_word(world.words, a.word, document.model.width, row.data()) != Origin::kWord) {
    return fail(ErrorCode::kNotFound, "'" + a.word.substr(0, 60) + "' is not in the word list",
                "word");
  }
  return share(std::move(row));
}

int heads_of(const Model& m, Stage stage) {
  if (!per_head(stage) || stage == Stage::kPositions) return 1;
  return stage == Stage::kWq || stage == Stage::kBq ? m.heads : m.kv_heads;
}

/// Locked cells of this parameter have the same number in both.
bool keeps_locked(const Document& d, TensorId id, const Matrix& before, const Matrix& after) {
  if (!d.locked_cells) return true;
  const std::ptrdiff_t width = after.cols() / heads_of(d.model, id.stage);
  const int first = id.stage == Stage::kEmbeddings ? d.cached : 0;
  return std::ranges::all_of(*d.locked_cells, [&](const CellId& c) {
    if (c.tensor.stage != id.stage || c.tensor.layer != id.layer) return true;
    const std::ptrdiff_t col = c.tensor.head * width + c.col;
    return before(c.row + first, col) == after(c.row + first, col);
  });
}

void mark_changed(Sentence& sentence, const Matrix& before, const Matrix& after) {
  for (int i = 0; i < sentence.size(); ++i) {
    if (before.row(i) != after.row(i)) {
      sentence.tokens[static_cast<std::size_t>(i)].origin = Origin::kEdited;
    }
  }
}

Result<void> set_parameter(Document& d, const action::ParameterValue& p, const std::string& where) {
  TensorId id{p.layer, p.stage, 0};
  if (before_layers(id.stage)) id.layer = 0;
  const bool none = id.stage == Stage::kTemperature && id.layer >= 0 &&
                    id.layer < static_cast<int>(d.model.layers.size());
  SharedMatrix before = id.stage == Stage::kMask ? nullptr : parameter(d, id);
  if (!before && none) before = share(Matrix::Ones(1, d.model.heads));
  if (!before) {
    return fail(ErrorCode::kNotFound,
                "this model has no parameter " + std::string(name(id.stage)) + " of layer " +
                    std::to_string(p.layer),
                where + ".stage");
  }
  if (auto ok = check_unlocked(d, id); !ok) {
    return fail(ok.error().code, ok.error().message, where + ".stage");
  }
  const Matrix& values = *p.values;
  if (values.rows() != before->rows() || values.cols() != before->cols()) {
    return fail(ErrorCode::kShape,
                "is " + std::to_string(values.rows()) + " x " + std::to_string(values.cols()) +
                    ", needs " + std::to_string(before->rows()) + " x " +
                    std::to_string(before->cols()) + " (all heads)",
                where + ".values");
  }
  if (auto ok = check_values(id.stage, values); !ok) {
    return fail(ok.error().code, ok.error().message, where + "." + ok.error().where);
  }
  if (!keeps_locked(d, id, *before, values)) {
    return fail(ErrorCode::kNotEditable, "a locked cell would change", where + ".values");
  }
  if (id.stage == Stage::kEmbeddings) mark_changed(d.query, *before, values);
  if (id.stage == Stage::kSourceEmbeddings) mark_changed(d.source, *before, values);
  ap::set_parameter(d, id, p.values);
  return {};
}

/// An example as a document of its own, so that an edit of its text is that of any sentence.
Document as_document(const Document& d, Example example) {
  Document own;
  own.token_mode = d.token_mode;
  own.model = d.model;
  own.cross = d.cross;
  own.query = std::move(example.query);
  own.source = std::move(example.source);
  own.learning.targets = std::move(example.targets);
  return own;
}

Result<void> check_source(const Document& d, const std::string& source) {
  if (source.empty() || d.cross) return {};
  return fail(ErrorCode::kUnsupported, "there is no source sentence: turn cross-attention on first",
              "source");
}

}  // namespace

Result<void> apply(Document& document, const action::SetTarget& a, const World& world) {
  std::vector<Target>* list = find_targets(document, a.example);
  if (!list) return no_example(document, a.example);
  auto values = target_values(document, a, world);
  if (!values) return std::unexpected(std::move(values).error());
  Target target{.stage = a.stage,
                .layer = a.layer,
                .head = a.head,
                .row = a.row,
                .values = std::move(*values),
                .word = a.word};
  const auto size = [&](Side side) {
    const auto& e = document.learning.examples;
    const auto n = static_cast<std::size_t>(a.example - 1);
    const Sentence& s = a.example == 0         ? side_of(document, side)
                        : side == Side::kQuery ? e[n].query
                                               : e[n].source;
    return s.size();
  };
  const int queries = size(Side::kQuery);
  const int sources = document.cross ? size(Side::kSource) : queries;
  if (auto ok = check_target(document, target, queries, sources, {}); !ok) {
    Error error = std::move(ok).error();
    if (error.where.starts_with('.')) error.where.erase(0, 1);
    return std::unexpected(std::move(error));
  }
  const auto old = std::ranges::find_if(
      *list, [&](const Target& t) { return same_row(t, a.stage, a.layer, a.head, a.row); });
  if (old != list->end()) {
    *old = std::move(target);
  } else {
    list->push_back(std::move(target));
  }
  return {};
}

Result<void> apply(Document& document, const action::ClearTarget& a, const World& /*world*/) {
  std::vector<Target>* list = find_targets(document, a.example);
  if (!list) return no_example(document, a.example);
  const auto gone = std::erase_if(
      *list, [&](const Target& t) { return same_row(t, a.stage, a.layer, a.head, a.row); });
  if (gone > 0) return {};
  return fail(ErrorCode::kNotFound, "that row has no target", "row");
}

Result<void> apply(Document& document, const action::ClearTargets& /*a*/, const World& /*world*/) {
  document.learning.targets.clear();
  for (Example& e : document.learning.examples) e.targets.clear();
  return {};
}

Result<void> apply(Document& document, const action::AddExample& a, const World& world) {
  if (auto ok = check_source(document, a.source); !ok) return ok;
  const int width = document.model.width;
  Example example;
  auto query = make_sentence(a.text, document.token_mode, width, world.words);
  if (!query) return std::unexpected(std::move(query).error());
  example.query = std::move(*query);
  if (document.cross) {
    const std::string& text = a.source.empty() ? document.source.text : a.source;
    auto source = make_sentence(text, document.token_mode, width, world.words);
    if (!source) return std::unexpected(std::move(source).error());
    example.source = std::move(*source);
  }
  if (document.learning.examples.size() >= static_cast<std::size_t>(kMaxExamples)) {
    return fail(ErrorCode::kTooLarge,
                "there are " + std::to_string(kMaxExamples) + " examples; that is the most",
                "text");
  }
  const int sources = document.cross ? example.source.size() : example.query.size();
  if (auto ok = check_size(document, document.model, example.query.size(), sources); !ok) return ok;
  document.learning.examples.push_back(std::move(example));
  fit_to_sentences(document);
  return {};
}

Result<void> apply(Document& document, const action::SetExample& a, const World& world) {
  auto example = find_example(document, a.example);
  if (!example) return std::unexpected(std::move(example).error());
  if (auto ok = check_source(document, a.source); !ok) return ok;
  Document own = as_document(document, **example);
  if (auto ok = apply(own, action::SetText{Side::kQuery, a.text}, world); !ok) return ok;
  if (!a.source.empty()) {
    if (auto ok = apply(own, action::SetText{Side::kSource, a.source}, world); !ok) return ok;
  }
  **example = {std::move(own.query), std::move(own.source), std::move(own.learning.targets)};
  fit_to_sentences(document);
  return {};
}

Result<void> apply(Document& document, const action::RemoveExample& a, const World& /*world*/) {
  auto example = find_example(document, a.example);
  if (!example) return std::unexpected(std::move(example).error());
  auto& list = document.learning.examples;
  list.erase(list.begin() + (a.example - 1));
  return {};
}

Result<void> apply(Document& document, const action::ShowExample& a, const World& /*world*/) {
  auto example = find_example(document, a.example);
  if (!example) return std::unexpected(std::move(example).error());
  std::swap(document.query, (*example)->query);
  if (document.cross) std::swap(document.source, (*example)->source);
  std::swap(document.learning.targets, (*example)->targets);
  document.mask = nullptr;  // these were the other sentence's
  document.kv_length = -1;
  document.cached = 0;
  fit_to_sentences(document);
  return {};
}

Result<void> apply(Document& document, const action::SetLearning& a, const World& /*world*/) {
  static_cast<LearnOptions&>(document.learning) = a;
  return {};
}

Result<void> apply(Document& document, const action::LockCells& a, const World& /*world*/) {
  TensorId id = a.at.tensor;
  if (before_layers(id.stage)) id.layer = 0;
  const CellId last{id, a.at.row + a.rows - 1, a.at.col + a.cols - 1};
  if (a.rows < 1 || a.cols < 1 || a.rows > kMaxWidth || a.cols > kMaxWidth ||
      !cell_exists(document, {id, a.at.row, a.at.col}) || !cell_exists(document, last)) {
    return fail(ErrorCode::kNotFound,
                "there are no such cells in " + std::string(name(id.stage)) + " to lock", "row");
  }
  std::vector<CellId> cells =
      document.locked_cells ? *document.locked_cells : std::vector<CellId>{};
  std::erase_if(cells, [&](const CellId& c) {
    return c.tensor == id && c.row >= a.at.row && c.row <= last.row && c.col >= a.at.col &&
           c.col <= last.col;
  });
  const auto added = static_cast<std::size_t>(a.rows) * static_cast<std::size_t>(a.cols);
  if (a.locked && cells.size() + added > kMaxLockedCells) {
    return fail(ErrorCode::kTooLarge,
                "more than " + std::to_string(kMaxLockedCells) +
                    " single cells; lock the whole matrix instead",
                "rows");
  }
  for (int i = 0; a.locked && i < a.rows; ++i) {
    for (int j = 0; j < a.cols; ++j) cells.push_back({id, a.at.row + i, a.at.col + j});
  }
  std::ranges::sort(cells);
  document.locked_cells =
      cells.empty() ? nullptr : std::make_shared<const std::vector<CellId>>(std::move(cells));
  return {};
}

Result<void> apply(Document& document, const action::SetParameters& a, const World& /*world*/) {
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    const std::string where = "parameters[" + std::to_string(i) + "]";
    if (auto ok = set_parameter(document, a.parameters[i], where); !ok) return ok;
  }
  return {};
}

Result<void> apply(Document& /*document*/, const action::Train& /*a*/, const World& /*world*/) {
  return fail(ErrorCode::kUnsupported, "training is not a step of a batch: send it by itself",
              "type");
}

}  // namespace ap
