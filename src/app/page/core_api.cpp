// The headless core's C side (web/core.js, which speaks JSON; here are only numbers and names):
// models and their traces under handles, explanations, and `attend` on plain arrays. No canvas,
// SDL, OpenGL, documents or words: runs in a page, a worker or Node. What is returned is valid
// until the next call.
#include <algorithm>
#include <cstdint>
#include <emscripten.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "attention/explain/explain.hpp"
#include "attention/forward/forward.hpp"
#include "attention/model/axis.hpp"
#include "attention/model/layer_slot.hpp"
#include "attention/operators/attend.hpp"
#include "playground/document/names.hpp"
#include "playground/document/weights.hpp"

namespace {

using namespace ap;

struct Run {
  Model model;
  Input input;
  int cached = 0;
  Trace trace;
};
std::vector<std::unique_ptr<Run>>& runs() {
  static auto* all = new std::vector<std::unique_ptr<Run>>;
  return *all;
}
Run& run_at(int handle) { return *runs()[static_cast<std::size_t>(handle)]; }

/// "code\nwhere\nmessage".
const char* failed(const Error& error) {
  static std::string text;
  text = std::string(name(error.code)) + '\n' + error.where + '\n' + error.message;
  return text.c_str();
}

SharedMatrix* slot(Run& run, Stage stage, int layer) {
  switch (stage) {
    case Stage::kEmbeddings: return &run.input.embeddings;
    case Stage::kSourceEmbeddings: return &run.input.source;
    case Stage::kMask: return &run.input.mask;
    case Stage::kPositions: return &run.model.positions.learned;
    default: break;
  }
  if (layer < 0 || layer >= static_cast<int>(run.model.layers.size())) return nullptr;
  return layer_slot(run.model.layers[static_cast<std::size_t>(layer)], stage);
}

SharedMatrix rows_from(const SharedMatrix& m, int first, int count) {
  return m ? share(Matrix(m->middleRows(first, count))) : nullptr;
}

/// The cached tokens' keys and values, which an earlier step has computed; the input keeps the
/// rest.
Result<void> split_cached(Run& run) {
  const int cached = run.cached;
  if (cached == 0) return {};
  if (run.input.source || !run.model.causal || cached >= run.input.queries()) {
    return fail(ErrorCode::kUnsupported,
                "cached tokens need self-attention, the causal mask and one token more", "cached");
  }
  Input prefix;
  prefix.embeddings = rows_from(run.input.embeddings, 0, cached);
  if (run.input.mask) prefix.mask = share(run.input.mask->topLeftCorner(cached, cached));
  prefix.kv_length = run.input.kv_length < cached ? run.input.kv_length : -1;
  if (auto ok = validate(run.model, prefix); !ok) return ok;
  const Trace before = forward(run.model, prefix);
  auto past = std::make_shared<Past>();
  for (const LayerTrace& layer : before.layers)
    past->layers.push_back({share(layer.k), share(layer.v)});
  const int rest = run.input.queries() - cached;
  run.input.embeddings = rows_from(run.input.embeddings, cached, rest);
  run.input.mask = rows_from(run.input.mask, cached, rest);
  run.input.past = std::move(past);
  return {};
}

Result<void> compute(Run& run) {
  if (auto ok = validate(run.model, run.input); !ok) return ok;
  if (auto ok = split_cached(run); !ok) return ok;
  if (auto ok = validate(run.model, run.input); !ok) return ok;
  run.trace = forward(run.model, run.input);
  return {};
}

bool set_option(Run& run, std::string_view key, double value) {
  Model& m = run.model;
  const int n = static_cast<int>(value);
  struct Int {
    std::string_view key;
    int* at;
  };
  struct Float {
    std::string_view key;
    float* at;
  };
  struct Flag {
    std::string_view key;
    bool* at;
  };
  const auto index = static_cast<std::size_t>(std::max(n, 0));
  for (const Int& i :
       {Int{"width", &m.width}, Int{"heads", &m.heads}, Int{"kv_heads", &m.kv_heads},
        Int{"key_width", &m.key_width}, Int{"value_width", &m.value_width},
        Int{"mlp_width", &m.mlp_width}, Int{"kv_length", &run.input.kv_length},
        Int{"cached", &run.cached}, Int{"rotary_width", &m.positions.rotary_width}}) {
    if (i.key == key) return *i.at = n, true;
  }
  for (const Float& f :
       {Float{"free_scale", &m.free_scale}, Float{"softcap", &m.softcap},
        Float{"norm_epsilon", &m.norm_epsilon}, Float{"base", &m.positions.base}}) {
    if (f.key == key) return *f.at = static_cast<float>(value), true;
  }
  for (const Flag& f : {Flag{"causal", &m.causal}, Flag{"residual", &m.residual},
                        Flag{"interleaved", &m.positions.interleaved}}) {
    if (f.key == key) return *f.at = value != 0, true;
  }
  if (key == "scale") return m.scale = static_cast<ScaleKind>(n), true;
  if (key == "norm") return m.norm = static_cast<NormKind>(n), true;
  if (key == "norm_place") return m.norm_place = static_cast<NormPlace>(n), true;
  if (key == "mlp") return m.mlp = static_cast<MlpKind>(n), true;
  if (key == "kind") return m.positions.kind = static_cast<PositionKind>(n), true;
  if (key == "layers" && n >= 1 && n <= kMaxLayers) return m.layers.resize(index), true;
  return false;
}

template <class E>
int index_of(std::string_view word) {
  const auto found = enum_from<E>(word);
  return found ? static_cast<int>(*found) : -1;
}

class Numbers {
 public:
  void put(double value) { list.push_back(value); }
  void cell(const CellValue& c) {
    put(static_cast<double>(c.cell.tensor.stage));
    put(c.cell.tensor.layer);
    put(c.cell.tensor.head);
    put(c.cell.row);
    put(c.cell.col);
    put(static_cast<double>(c.value));
  }
  void regions(const std::vector<Region>& from) {
    put(static_cast<double>(from.size()));
    for (const Region& r : from) {
      for (const int n : {static_cast<int>(r.tensor.stage), r.tensor.layer, r.tensor.head, r.row,
                          r.col, r.rows, r.cols})
        put(n);
    }
  }
  std::vector<double> list;
};

Array array_at(const std::int32_t* at) {  // rank, four dimensions, address
  Array array{{at + 1, at + 1 + at[0]}, {}};
  std::int64_t size = 1;
  for (const std::int64_t n : array.shape) size *= n;
  const auto* data = reinterpret_cast<const float*>(at[5]);
  array.data.assign(data, data + size);
  return array;
}

// What rows and columns are named after: 0 query tokens, 1 source tokens, 2 their numbers.
int names_of(Axis axis) { return axis == Axis::kQueries ? 0 : axis == Axis::kKeys ? 1 : 2; }

AttendOutput& attended() {
  static auto* last = new AttendOutput;
  return *last;
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE int ap_core_new() {
  auto& all = runs();
  const auto free_place = std::find(all.begin(), all.end(), nullptr);
  const auto place = free_place - all.begin();
  if (free_place == all.end()) all.emplace_back();
  all[static_cast<std::size_t>(place)] = std::make_unique<Run>();
  return static_cast<int>(place);
}
EMSCRIPTEN_KEEPALIVE void ap_core_free(int run) { runs()[static_cast<std::size_t>(run)].reset(); }

/// A stage's number by its name; enums by theirs ("scale", "inverse_sqrt"). -1: there is none.
EMSCRIPTEN_KEEPALIVE int ap_core_index(const char* kind, const char* word) {
  const std::string_view k = kind;
  if (k == "stage") {
    const auto stage = stage_from(word);
    return stage ? static_cast<int>(*stage) : -1;
  }
  if (k == "scale") return index_of<ScaleKind>(word);
  if (k == "norm") return index_of<NormKind>(word);
  if (k == "norm_place") return index_of<NormPlace>(word);
  if (k == "mlp") return index_of<MlpKind>(word);
  return k == "kind" ? index_of<PositionKind>(word) : -1;
}
/// kind 0: stage, 1: operation, 2: mask reason.
EMSCRIPTEN_KEEPALIVE const char* ap_core_name(int kind, int index) {
  static std::string text;
  text = kind == 0   ? name(static_cast<Stage>(index))
         : kind == 1 ? name(static_cast<Operation>(index))
                     : name(static_cast<MaskReason>(index));
  return text.c_str();
}

/// 0: there is no such option.
EMSCRIPTEN_KEEPALIVE int ap_core_set(int run, const char* key, double value) {
  return set_option(run_at(run), key, value) ? 1 : 0;
}
/// Where rows x cols numbers of a parameter are to be written; null: there is no such parameter.
EMSCRIPTEN_KEEPALIVE float* ap_core_matrix(int run, int stage, int layer, int rows, int cols) {
  SharedMatrix* at = slot(run_at(run), static_cast<Stage>(stage), layer);
  if (at == nullptr || rows < 0 || cols < 0 || std::int64_t{rows} * cols > (std::int64_t{1} << 28))
    return nullptr;
  auto made = std::make_shared<Matrix>(Matrix::Zero(rows, cols));
  *at = made;
  return made->data();
}
/// kind 0: identity, 1: zeros, 2: random. Null: done.
EMSCRIPTEN_KEEPALIVE const char* ap_core_make(int run, int stage, int layer, int kind,
                                              double seed) {
  Run& r = run_at(run);
  if (auto ok = check_shape(r.model); !ok) return failed(ok.error());
  const auto s = static_cast<Stage>(stage);
  SharedMatrix* at = slot(r, s, layer);
  const auto shape = weight_shape(r.model, s);
  if (at == nullptr)
    return failed({ErrorCode::kNotFound, "there is no such parameter", std::string(name(s))});
  *at = share(kind == 0   ? identity_weight(r.model, s)
              : kind == 1 ? Matrix(Matrix::Zero(shape.rows, shape.cols))
                          : random_weight(r.model, s, layer, static_cast<std::uint64_t>(seed)));
  return nullptr;
}
/// Checks and computes everything. Null: done.
EMSCRIPTEN_KEEPALIVE const char* ap_core_run(int run) {
  const auto done = compute(run_at(run));
  return done ? nullptr : failed(done.error());
}

/// rows, cols, floats from row to row, address, axes; null: there is no such tensor.
EMSCRIPTEN_KEEPALIVE const std::int32_t* ap_core_tensor(int run, int stage, int layer, int head) {
  static std::int32_t out[6];
  const Trace& trace = run_at(run).trace;
  const TensorId id{layer, static_cast<Stage>(stage), head};
  const ConstView view = trace.tensor(id);
  if (view.data == nullptr) return nullptr;
  out[0] = view.rows;
  out[1] = view.cols;
  out[2] = view.stride;
  out[3] = static_cast<std::int32_t>(reinterpret_cast<std::uintptr_t>(view.data));
  out[4] = names_of(row_axis(id.stage, trace.model));
  out[5] = names_of(col_axis(id.stage, trace.model));
  return out;
}
/// How many, then for each: stage, heads, is it per head, is it a parameter, rows, cols.
EMSCRIPTEN_KEEPALIVE const std::int32_t* ap_core_stages(int run, int layer) {
  static std::vector<std::int32_t> out;
  const Trace& trace = run_at(run).trace;
  out.assign(1, 0);
  if (layer < 0 || layer >= static_cast<int>(trace.layers.size())) return out.data();
  for (const Stage stage : trace.stages(layer)) {
    const ConstView view = trace.tensor({layer, stage, 0});
    for (const int n : {static_cast<int>(stage), trace.head_count(stage), per_head(stage) ? 1 : 0,
                        is_parameter(stage) ? 1 : 0, view.rows, view.cols}) {
      out.push_back(n);
    }
    ++out[0];
  }
  return out.data();
}

/// Cell (6 numbers), operation, reason, own, value; terms: count, then a, has b, b, factor, value;
/// constants: count, then the name's address and value; sources and consumers: count, then 7 each.
/// Null: ap_core_problem says why.
EMSCRIPTEN_KEEPALIVE const double* ap_core_explain(int run, int stage, int row, int col, int layer,
                                                   int head) {
  static Numbers out;
  const Trace& trace = run_at(run).trace;
  const CellId where{{layer, static_cast<Stage>(stage), head}, row, col};
  const auto found = explain(trace, where);
  if (!found) {
    (void)failed(found.error());
    return nullptr;
  }
  out.list.clear();
  out.cell(found->cell);
  for (const double n : {static_cast<double>(found->operation), static_cast<double>(found->reason),
                         static_cast<double>(found->own), evaluate(*found),
                         static_cast<double>(found->terms.size())}) {
    out.put(n);
  }
  for (const Term& t : found->terms) {
    out.cell(t.a);
    out.put(t.has_b ? 1 : 0);
    out.cell(t.b);
    out.put(static_cast<double>(t.factor));
    out.put(t.value);
  }
  out.put(static_cast<double>(found->constants.size()));
  for (const Constant& c : found->constants) {
    out.put(static_cast<double>(reinterpret_cast<std::uintptr_t>(c.name)));
    out.put(c.value);
  }
  out.regions(found->sources);
  out.regions(consumers(trace, where));
  return out.list.data();
}

/// A layer's window, -1: no bound. 0: out of range.
EMSCRIPTEN_KEEPALIVE int ap_core_window(int run, int layer, int left, int right) {
  std::vector<Layer>& layers = run_at(run).model.layers;
  const auto l = static_cast<std::size_t>(layer);
  if (l >= layers.size() || std::min(left, right) < -1 || std::max(left, right) > kMaxTokens)
    return 0;
  layers[l].window = {left, right};
  return 1;
}

/// arrays: query, key, value, mask, past_key, past_value, six numbers each (rank 0: none). Null:
/// done.
EMSCRIPTEN_KEEPALIVE const char* ap_core_attend(const std::int32_t* arrays,
                                                const std::int32_t* lengths, int length_count,
                                                int heads, int kv_heads, int causal,
                                                int left_window, int right_window,
                                                int double_softmax, int stage, int present,
                                                double scale, double softcap) {
  Array given[6];
  const Array* at[6] = {};
  for (int i = 0; i < 6; ++i) {
    if (arrays[6 * i] == 0) continue;
    given[i] = array_at(arrays + 6 * i);
    at[i] = &given[i];
  }
  const std::vector<std::int64_t> kv_lengths(lengths, lengths + std::max(length_count, 0));
  AttendOptions options;
  options.heads = heads;
  options.kv_heads = kv_heads;
  if (scale == scale) options.scale = static_cast<float>(scale);  // NaN: the default
  options.softcap = static_cast<float>(softcap);
  options.causal = causal != 0;
  options.window = {left_window, right_window};
  options.double_softmax = double_softmax != 0;
  if (stage >= 0) options.stage = static_cast<Stage>(stage);
  options.present = present != 0;
  auto out =
      attend({at[0], at[1], at[2], at[3], at[4], at[5], length_count < 0 ? nullptr : &kv_lengths},
             options);
  if (!out) return failed(out.error());
  attended() = std::move(*out);
  return nullptr;
}
/// which 0: the result, 1: the step, 2, 3: present key and value. Rank, four dimensions, address;
/// rank 0: none.
EMSCRIPTEN_KEEPALIVE const std::int32_t* ap_core_attended(int which) {
  static std::int32_t out[6];
  AttendOutput& all = attended();
  const Array& array = which == 0   ? all.y
                       : which == 1 ? all.stage
                       : which == 2 ? all.present_key
                                    : all.present_value;
  std::fill(out, out + 6, 0);
  out[0] = array.rank();
  for (std::size_t i = 0; i < array.shape.size() && i < 4; ++i)
    out[1 + i] = static_cast<std::int32_t>(array.shape[i]);
  out[5] = static_cast<std::int32_t>(reinterpret_cast<std::uintptr_t>(array.data.data()));
  return out;
}
}
