#include "playground/document/learning.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "playground/document/document.hpp"
#include "playground/document/targets.hpp"

namespace ap {
namespace {

bool same(const Target& a, const Target& b) {
  return std::tie(a.stage, a.layer, a.head, a.row, a.word) ==
             std::tie(b.stage, b.layer, b.head, b.row, b.word) &&
         same_bits(a.values, b.values);
}

bool same(const std::vector<Target>& a, const std::vector<Target>& b) {
  return std::ranges::equal(a, b, [](const Target& x, const Target& y) { return same(x, y); });
}

bool same(const Example& a, const Example& b) {
  return same_bits(a.query, b.query) && same_bits(a.source, b.source) && same(a.targets, b.targets);
}

std::string at(const char* list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

Result<void> check_options(const Learning& l) {
  const auto bad = [](const char* what, const char* where) {
    return fail(ErrorCode::kRange, what, std::string("learning.") + where);
  };
  if (!(l.rate > 0.0F && l.rate <= kMaxRate)) return bad("must be over 0 and at most 100", "rate");
  if (!(l.momentum >= 0.0F && l.momentum < 1.0F))
    return bad("must be 0 or more and under 1", "momentum");
  if (!(l.weight_decay >= 0.0F && l.weight_decay * l.rate < 1.0F)) {
    return bad("must be 0 or more, and under 1 / rate", "weight_decay");
  }
  if (l.batch < 0) return bad("must be 0 (all sentences) or more", "batch");
  return {};
}

struct Sides {
  int queries;
  int sources;
};

Result<void> check_values(const Target& t, int cols, const std::string& where) {
  const auto size = t.values ? static_cast<int>(t.values->size()) : 0;
  if (size != cols) {
    return fail(ErrorCode::kShape,
                "has " + std::to_string(size) + " numbers, the row has " + std::to_string(cols),
                where + ".values");
  }
  const bool shares = t.stage == Stage::kWeights;
  double sum = 0.0;
  for (int j = 0; j < size; ++j) {
    const float x = t.values->data()[j];
    if (!std::isfinite(x) || std::abs(x) > kMaxCell || (shares && x < 0.0F)) {
      return fail(
          std::isfinite(x) ? ErrorCode::kRange : ErrorCode::kNotFinite,
          shares ? "a share must be a number from 0 on" : "a target must be a finite number",
          where + "." + at("values", static_cast<std::size_t>(j)));
    }
    sum += static_cast<double>(x);
  }
  if (shares && !(sum > 0.0)) {
    return fail(ErrorCode::kRange, "all shares are 0: a row of weights sums to 1",
                where + ".values");
  }
  return {};
}

Result<void> check_list(const Document& d, const std::vector<Target>& list, Sides sides,
                        const std::string& where) {
  if (list.size() > static_cast<std::size_t>(kMaxTokens)) {
    return fail(ErrorCode::kTooLarge, "more than " + std::to_string(kMaxTokens) + " targets",
                where);
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (auto ok = check_target(d, list[i], sides.queries, sides.sources, where + at("", i)); !ok) {
      return ok;
    }
  }
  return {};
}

Result<void> check_sentence(const Sentence& s, int width, const std::string& where) {
  const std::ptrdiff_t rows = s.embeddings ? s.embeddings->rows() : 0;
  const std::ptrdiff_t cols = s.embeddings ? s.embeddings->cols() : width;
  if (rows == s.size() && cols == width) return {};
  return fail(ErrorCode::kShape,
              "is " + std::to_string(rows) + " x " + std::to_string(cols) + ", needs " +
                  std::to_string(s.size()) + " x " + std::to_string(width),
              where + ".embeddings");
}

Result<void> check_example(const Document& d, const Example& e, const std::string& where) {
  if (auto ok = check_sentence(e.query, d.model.width, where + ".query"); !ok) return ok;
  if (auto ok = check_sentence(e.source, d.model.width, where + ".source"); !ok) return ok;
  if (!e.query.embeddings) return fail(ErrorCode::kShape, "needs a sentence", where + ".query");
  if (d.cross && !e.source.embeddings) {
    return fail(ErrorCode::kShape, "cross-attention needs a source sentence", where + ".source");
  }
  Input input;
  input.embeddings = e.query.embeddings;
  if (d.cross) input.source = e.source.embeddings;
  if (auto ok = validate(d.model, input); !ok) {
    return fail(ok.error().code, ok.error().message, where + ": " + ok.error().where);
  }
  const Sides sides{e.query.size(), d.cross ? e.source.size() : e.query.size()};
  return check_list(d, e.targets, sides, where + ".targets");
}

}  // namespace

bool operator==(const Learning& a, const Learning& b) {
  return static_cast<const LearnOptions&>(a) == b && same(a.targets, b.targets) &&
         std::ranges::equal(a.examples, b.examples,
                            [](const Example& x, const Example& y) { return same(x, y); });
}

bool is_locked_cell(const Document& document, CellId cell) {
  if (!document.locked_cells) return false;
  if (before_layers(cell.tensor.stage)) cell.tensor.layer = 0;
  return std::ranges::binary_search(*document.locked_cells, cell);
}

const std::vector<Target>* targets_of(const Document& document, int example) {
  const Learning& l = document.learning;
  if (example == 0) return &l.targets;
  if (example < 0 || example > static_cast<int>(l.examples.size())) return nullptr;
  return &l.examples[static_cast<std::size_t>(example - 1)].targets;
}

bool has_targets(const Document& document) {
  return !document.learning.targets.empty() ||
         std::ranges::any_of(document.learning.examples,
                             [](const Example& e) { return !e.targets.empty(); });
}

Result<void> check_target(const Document& d, const Target& t, int queries, int sources,
                          const std::string& where) {
  if (t.stage != Stage::kWeights && t.stage != Stage::kOutput) {
    return fail(ErrorCode::kUnsupported, "a target is a row of weights or of output",
                where + ".stage");
  }
  if (t.layer < 0 || t.layer >= static_cast<int>(d.model.layers.size())) {
    return fail(ErrorCode::kNotFound, "no layer " + std::to_string(t.layer), where + ".layer");
  }
  const bool shares = t.stage == Stage::kWeights;
  if (t.head < 0 || t.head >= (shares ? d.model.heads : 1)) {
    return fail(ErrorCode::kNotFound, "no head " + std::to_string(t.head), where + ".head");
  }
  if (t.row < 0 || t.row >= queries) {
    return fail(
        ErrorCode::kNotFound,
        "no token " + std::to_string(t.row) + ": the sentence has " + std::to_string(queries),
        where + ".row");
  }
  return check_values(t, shares ? sources : d.model.width, where);
}

Result<void> check_learning(const Document& d) {
  if (auto ok = check_options(d.learning); !ok) return ok;
  const Sides sides{d.query.size(), d.cross ? d.source.size() : d.query.size()};
  if (auto ok = check_list(d, d.learning.targets, sides, "learning.targets"); !ok) return ok;
  if (d.learning.examples.size() > static_cast<std::size_t>(kMaxExamples)) {
    return fail(ErrorCode::kTooLarge, "more than " + std::to_string(kMaxExamples) + " examples",
                "learning.examples");
  }
  for (std::size_t i = 0; i < d.learning.examples.size(); ++i) {
    if (auto ok = check_example(d, d.learning.examples[i], at("learning.examples", i)); !ok)
      return ok;
  }
  if (!d.locked_cells) return {};
  for (std::size_t i = 0; i < d.locked_cells->size(); ++i) {
    if (!cell_exists(d, (*d.locked_cells)[i])) {
      return fail(ErrorCode::kNotFound, "there is no such cell", at("locked_cells", i));
    }
  }
  return {};
}

bool cell_exists(const Document& d, CellId cell) {
  const TensorId id = cell.tensor;
  const Model& m = d.model;
  if (!is_parameter(id.stage) && id.stage != Stage::kPositions) return false;
  if (id.layer < 0 || id.layer >= static_cast<int>(m.layers.size())) return false;
  if (before_layers(id.stage) && id.layer != 0) return false;
  std::ptrdiff_t rows = 1;
  std::ptrdiff_t cols = m.heads;
  if (const SharedMatrix whole = parameter(d, id)) {
    rows = whole->rows();
    cols = whole->cols();
  } else if (id.stage == Stage::kMask) {
    rows = d.query.size();
    cols = d.cross ? d.source.size() : d.query.size();
  } else if (id.stage != Stage::kTemperature) {
    return false;
  }
  int heads = 1;
  if (per_head(id.stage) && id.stage != Stage::kPositions) {
    heads = id.stage == Stage::kWq || id.stage == Stage::kBq ? m.heads : m.kv_heads;
  }
  return id.head >= 0 && id.head < heads && cell.row >= 0 && cell.row < rows && cell.col >= 0 &&
         cell.col < cols / heads;
}

}  // namespace ap
