#include "exchange/model_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace ap {
namespace {

/// How one family names a layer: BEFORE number then one of the rest.
struct Family {
  std::string_view name;
  std::string_view before;
  std::string_view q, k, v, o;  // without .weight, .bias; a fused matrix has q = k = v
  bool linear;                  // out x in
  bool causal;
  bool rotary;
  [[nodiscard]] constexpr bool fused() const noexcept { return q == k; }
};
constexpr std::array<Family, 4> kFamilies{{
    {"BERT", "encoder.layer.", ".attention.self.query", ".attention.self.key",
     ".attention.self.value", ".attention.output.dense", true, false, false},
    {"DistilBERT", "transformer.layer.", ".attention.q_lin", ".attention.k_lin", ".attention.v_lin",
     ".attention.out_lin", true, false, false},
    {"GPT-2", "h.", ".attn.c_attn", ".attn.c_attn", ".attn.c_attn", ".attn.c_proj", false, true,
     false},
    {"Llama", "layers.", ".self_attn.q_proj", ".self_attn.k_proj", ".self_attn.v_proj",
     ".self_attn.o_proj", true, true, true},
}};

const Family& family_of(const ModelInfo& model) {
  return *std::ranges::find(kFamilies, model.family, &Family::name);
}

std::string tensor(const ModelInfo& model, int layer, std::string_view part, const char* kind) {
  return model.prefix + std::to_string(layer) + std::string(part) + kind;
}

/// The layer's number, if the name is that of a family's query weight; the prefix goes with it.
bool matches(const std::string& name, const Family& f, std::string& prefix, int& layer) {
  const std::string ending = std::string(f.q) + ".weight";
  if (!name.ends_with(ending)) return false;
  const std::size_t end = name.size() - ending.size();
  const std::size_t start = name.rfind(f.before, end);
  if (start == std::string::npos || (start > 0 && name[start - 1] != '.')) return false;
  const std::size_t digits = start + f.before.size();
  if (digits >= end) return false;
  const auto [stop, error] = std::from_chars(name.data() + digits, name.data() + end, layer);
  if (error != std::errc{} || stop != name.data() + end || layer < 0) return false;
  prefix = name.substr(0, digits);
  return true;
}

/// Shape of a weight as (in, out), or zeros where it is not there or no matrix.
Extent in_out(const OpenedFile& file, const std::string& name, bool linear) {
  const int at = file.find(name);
  if (at < 0) return {};
  const auto& shape = file.entries()[static_cast<std::size_t>(at)].shape;
  if (shape.size() != 2 || shape[0] > kMaxWidth * 3 || shape[1] > kMaxWidth * 3) return {};
  return linear ? Extent{shape[1], shape[0]} : Extent{shape[0], shape[1]};
}

int guessed_head_width(const ModelInfo& m) {
  const auto divides = [&](int k) { return m.query_columns % k == 0 && m.key_columns % k == 0; };
  if (m.family == "Llama" && m.width >= 2048 && divides(128)) return 128;
  if (m.query_columns > 64 && divides(64)) return 64;
  for (const int heads : {4, 2}) {
    if (m.query_columns % heads == 0 && divides(m.query_columns / heads))
      return m.query_columns / heads;
  }
  return m.query_columns;
}

/// Sizes from the first layer; false if they do not fit together.
bool measure(const OpenedFile& file, const Family& f, ModelInfo& m) {
  const int layer = m.layers.front();
  const Extent q = in_out(file, tensor(m, layer, f.q, ".weight"), f.linear);
  const Extent k = in_out(file, tensor(m, layer, f.k, ".weight"), f.linear);
  const Extent o = in_out(file, tensor(m, layer, f.o, ".weight"), f.linear);
  if (q.rows <= 0 || q.cols <= 0 || k.rows != q.rows || k.cols <= 0 || o.cols != q.rows)
    return false;
  if (f.fused() && q.cols % 3 != 0) return false;
  m.width = static_cast<int>(q.rows);
  m.query_columns = static_cast<int>(f.fused() ? q.cols / 3 : q.cols);
  m.key_columns = f.fused() ? m.query_columns : static_cast<int>(k.cols);
  m.biases = file.find(tensor(m, layer, f.q, ".bias")) >= 0 &&
             file.find(tensor(m, layer, f.v, ".bias")) >= 0;
  m.head_width = guessed_head_width(m);
  return o.rows == m.query_columns;
}

class ModelPlanner {
 public:
  ModelPlanner(const Document& document, const OpenedFile& file, const ModelInfo& model,
               const ModelChoice& choice)
      : steps_(document), file_(file), m_(model), f_(family_of(model)), c_(choice) {}

  Result<ImportPlan> plan() {
    if (auto ok = check(); !ok) return std::unexpected(ok.error());
    if (auto ok = prepare(); !ok) return std::unexpected(ok.error());
    for (int h = 0; h < heads_; ++h) {
      if (auto ok = weight(f_.q, Stage::kWq, 0, h, m_.query_columns, c_.head < 0 ? h : c_.head);
          !ok)
        return std::unexpected(ok.error());
    }
    for (int g = 0; g < kv_heads_; ++g) {
      const int from = c_.head < 0 ? g : c_.head / (all_heads_ / all_kv_heads_);
      if (auto ok = weight(f_.k, Stage::kWk, 1, g, m_.key_columns, from); !ok)
        return std::unexpected(ok.error());
      if (auto ok = weight(f_.v, Stage::kWv, 2, g, m_.key_columns, from); !ok)
        return std::unexpected(ok.error());
    }
    if (auto ok = output(); !ok) return std::unexpected(ok.error());
    std::int64_t numbers = 0;
    for (const ImportPart& part : plan_.parts) numbers += part.window.rows * part.window.cols;
    if (numbers > kMaxImported) {
      return fail(
          ErrorCode::kTooLarge,
          std::to_string(numbers) + " numbers at once; choose one head, or fewer dimensions",
          "width");
    }
    plan_.name = "Import " + m_.family + " layer " + std::to_string(c_.layer) +
                 (c_.head < 0 ? "" : ", head " + std::to_string(c_.head));
    plan_.note = "W_Q, W_K, W_V and W_O" + std::string(m_.biases ? " with biases" : "") +
                 "; embeddings, norms and MLP stay as they are" +
                 (width_ < m_.width ? "; only the first " + std::to_string(width_) + " of " +
                                          std::to_string(m_.width) + " dimensions"
                                    : "") +
                 ".";
    plan_.before = steps_.take();
    return std::move(plan_);
  }

 private:
  Result<void> check() {
    key_width_ = c_.head_width > 0 ? c_.head_width : m_.head_width;
    all_heads_ = m_.heads(key_width_);
    all_kv_heads_ = m_.kv_heads(key_width_);
    if (all_heads_ == 0 || all_kv_heads_ == 0 || all_heads_ % all_kv_heads_ != 0) {
      return fail(ErrorCode::kShape,
                  "heads of width " + std::to_string(key_width_) + " do not fit " +
                      std::to_string(m_.query_columns) + " query and " +
                      std::to_string(m_.key_columns) + " key columns",
                  "head_width");
    }
    if (c_.head < -1 || c_.head >= all_heads_) {
      return fail(
          ErrorCode::kNotFound,
          "no head " + std::to_string(c_.head) + ": there are " + std::to_string(all_heads_),
          "head");
    }
    if (std::ranges::find(m_.layers, c_.layer) == m_.layers.end()) {
      return fail(ErrorCode::kNotFound, "no layer " + std::to_string(c_.layer) + " in the file",
                  "layer");
    }
    if (c_.to_layer < 0 || c_.to_layer >= static_cast<int>(steps_.document().model.layers.size())) {
      return fail(ErrorCode::kNotFound, "the document has no layer " + std::to_string(c_.to_layer),
                  "to_layer");
    }
    width_ = c_.width > 0 ? std::min(c_.width, m_.width) : m_.width;
    heads_ = c_.head < 0 ? all_heads_ : 1;
    kv_heads_ = c_.head < 0 ? all_kv_heads_ : 1;
    return {};
  }

  Result<void> prepare() {
    const Steps::Sizes sizes{.width = width_,
                             .heads = heads_,
                             .kv_heads = kv_heads_,
                             .key_width = key_width_,
                             .value_width = key_width_};
    if (auto ok = steps_.resize(sizes); !ok) return ok;
    const bool has = steps_.document().model.layers.front().q.bias != nullptr;
    if (m_.biases != has) {
      if (auto ok = steps_.add(action::SetBiases{m_.biases}); !ok) return ok;
    }
    if (f_.causal && !steps_.document().model.causal) {
      if (auto ok = steps_.add(action::SetCausal{true}); !ok) return ok;
    }
    if (f_.rotary) return steps_.add(action::SetPositions{PositionKind::kRope});
    return {};
  }

  Result<int> find(const std::string& name) const {
    const int at = file_.find(name);
    if (at < 0)
      return fail(ErrorCode::kNotFound, "there is no tensor '" + name + "'", file_.file_name());
    return at;
  }

  /// Head `from` of the file as head `to` of the document, with its bias. `third`: of a fused
  /// matrix.
  Result<void> weight(std::string_view part, Stage stage, int third, int to, int columns,
                      int from) {
    const auto at = find(tensor(m_, c_.layer, part, ".weight"));
    if (!at) return std::unexpected(at.error());
    const std::int64_t first =
        (f_.fused() ? std::int64_t{third} * columns : 0) + std::int64_t{from} * key_width_;
    ImportPart p;
    p.entry = *at;
    p.transpose = f_.linear;
    p.window = f_.linear ? Window{{}, first, 0, key_width_, width_}
                         : Window{{}, 0, first, width_, key_width_};
    p.at = {{c_.to_layer, stage, to}, 0, 0};
    plan_.parts.push_back(p);
    if (!m_.biases) return {};
    const auto bias = find(tensor(m_, c_.layer, part, ".bias"));
    if (!bias) return std::unexpected(bias.error());
    const Stage bias_stage = stage == Stage::kWq   ? Stage::kBq
                             : stage == Stage::kWk ? Stage::kBk
                                                   : Stage::kBv;
    plan_.parts.push_back({.entry = *bias,
                           .window = {{}, 0, first, 1, key_width_},
                           .at = {{c_.to_layer, bias_stage, to}, 0, 0}});
    return {};
  }

  /// W_O: the rows of the heads that are taken. The bias belongs to all of them together.
  Result<void> output() {
    const auto at = find(tensor(m_, c_.layer, f_.o, ".weight"));
    if (!at) return std::unexpected(at.error());
    const std::int64_t first = c_.head < 0 ? 0 : std::int64_t{c_.head} * key_width_;
    const std::int64_t rows = std::int64_t{heads_} * key_width_;
    ImportPart p;
    p.entry = *at;
    p.transpose = f_.linear;
    p.window = f_.linear ? Window{{}, 0, first, width_, rows} : Window{{}, first, 0, rows, width_};
    p.at = {{c_.to_layer, Stage::kWo, 0}, 0, 0};
    plan_.parts.push_back(p);
    if (!m_.biases) return {};
    if (c_.head >= 0)
      return steps_.add(
          action::Fill{.tensor = {c_.to_layer, Stage::kBo, 0}, .kind = FillKind::kZero});
    const auto bias = find(tensor(m_, c_.layer, f_.o, ".bias"));
    if (!bias) return std::unexpected(bias.error());
    plan_.parts.push_back({.entry = *bias,
                           .window = {{}, 0, 0, 1, width_},
                           .at = {{c_.to_layer, Stage::kBo, 0}, 0, 0}});
    return {};
  }

  Steps steps_;
  const OpenedFile& file_;
  const ModelInfo& m_;
  const Family& f_;
  const ModelChoice& c_;
  int key_width_ = 0, all_heads_ = 0, all_kv_heads_ = 0, heads_ = 0, kv_heads_ = 0, width_ = 0;
  ImportPlan plan_;
};

}  // namespace

std::vector<ModelInfo> find_models(const OpenedFile& file) {
  std::vector<ModelInfo> models;
  for (const FileEntry& entry : file.entries()) {
    for (const Family& f : kFamilies) {
      std::string prefix;
      int layer = 0;
      if (!matches(entry.name, f, prefix, layer)) continue;
      auto known = std::ranges::find_if(
          models, [&](const ModelInfo& m) { return m.family == f.name && m.prefix == prefix; });
      if (known == models.end() && models.size() < 16)
        known = models.insert(known, {std::string(f.name), prefix, {}});
      if (known != models.end()) known->layers.push_back(layer);
    }
  }
  for (ModelInfo& m : models) std::ranges::sort(m.layers);
  std::erase_if(models, [&](ModelInfo& m) { return !measure(file, family_of(m), m); });
  std::ranges::stable_sort(models, [](const ModelInfo& a, const ModelInfo& b) {
    return a.layers.size() > b.layers.size();
  });
  return models;
}

Result<ImportPlan> plan_model(const Document& document, const OpenedFile& file,
                              const ModelChoice& choice) {
  const std::vector<ModelInfo> models = find_models(file);
  if (choice.model < 0 || choice.model >= static_cast<int>(models.size())) {
    return fail(ErrorCode::kNotFound,
                "no layers of BERT, GPT-2 or Llama are known in it by their names",
                file.file_name());
  }
  return ModelPlanner(document, file, models[static_cast<std::size_t>(choice.model)], choice)
      .plan();
}

}  // namespace ap
