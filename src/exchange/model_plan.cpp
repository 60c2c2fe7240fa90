// A layer of a model file into the document: which windows of its tensors go where.
#include <algorithm>

#include "exchange/model_families.hpp"
#include "playground/document/names.hpp"

namespace ap {
namespace {

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
    plan_.note = note();
    plan_.before = steps_.take();
    return std::move(plan_);
  }

 private:
  [[nodiscard]] std::string note() const {
    std::string out = "W_Q, W_K, W_V and W_O" + std::string(m_.biases ? " with biases" : "") +
                      "; embeddings, norms and MLP stay as they are" +
                      (width_ < m_.width ? "; only the first " + std::to_string(width_) + " of " +
                                               std::to_string(m_.width) + " dimensions"
                                         : "") +
                      ".";
    if (!without_bias_.empty()) out += " The model has no " + without_bias_ + ": zero.";
    if (m_.qk_norms) {
      out +=
          " The model norms queries and keys (q_norm, k_norm): these norms are left out, so that "
          "the attention shown is not the model's.";
    }
    if (!f_.rotary) return out;
    const auto base = std::to_string(static_cast<std::int64_t>(m_.rope_base));
    out += m_.rope_base > 0 ? " The base of RoPE is " + base + ", from config.json."
                            : " The base of RoPE is taken to be 10000; Llama 3 has 500000, Qwen 3 "
                              "1000000: config.json beside the file would say it.";
    if (m_.rope_scaled) out += " RoPE's scaling for long texts is left out.";
    return out;
  }

  Result<void> check() {
    if (auto ok = check_layers(); !ok) return ok;
    if (c_.head_width <= 0 && !m_.head_known) {
      const std::string guess = std::to_string(m_.head_width);
      return fail(ErrorCode::kNotFound,
                  "the width of a head stands in no tensor: give it (" + guess + " would make " +
                      std::to_string(m_.heads(m_.head_width)) +
                      " heads), or put the model's config.json beside the file",
                  "head_width");
    }
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
    width_ = c_.width > 0 ? std::min(c_.width, m_.width) : m_.width;
    heads_ = c_.head < 0 ? all_heads_ : 1;
    kv_heads_ = c_.head < 0 ? all_kv_heads_ : 1;
    return {};
  }

  Result<void> check_layers() const {
    if (std::ranges::find(m_.partial, c_.layer) != m_.partial.end()) {
      const std::string_view part = lacks(file_, f_, m_, c_.layer);
      const bool cut = file_.file_name().find("-of-") != std::string::npos;
      return fail(ErrorCode::kNotFound,
                  cut ? std::string(part.substr(part.rfind('.') + 1)) + " of layer " +
                            std::to_string(c_.layer) +
                            " is in another file of the model; open its .safetensors.index.json"
                      : "there is no tensor '" + tensor(m_, c_.layer, part, ".weight") + "'",
                  file_.file_name());
    }
    if (std::ranges::find(m_.layers, c_.layer) == m_.layers.end()) {
      return fail(ErrorCode::kNotFound, "no layer " + std::to_string(c_.layer) + " in the file",
                  "layer");
    }
    if (c_.to_layer < 0 || c_.to_layer >= static_cast<int>(steps_.document().model.layers.size())) {
      return fail(ErrorCode::kNotFound, "the document has no layer " + std::to_string(c_.to_layer),
                  "to_layer");
    }
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
    if (!f_.rotary) return {};
    return steps_.add(action::SetPositions{
        PositionKind::kRope, m_.rope_base > 0 ? m_.rope_base : 10000.0F, m_.rotary_width});
  }

  [[nodiscard]] Result<int> find(const std::string& name) const {
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
    const Stage bias_stage = stage == Stage::kWq   ? Stage::kBq
                             : stage == Stage::kWk ? Stage::kBk
                                                   : Stage::kBv;
    const int bias = file_.find(tensor(m_, c_.layer, part, ".bias"));
    if (bias < 0) return zero({c_.to_layer, bias_stage, to});
    plan_.parts.push_back({.entry = bias,
                           .window = {{}, 0, first, 1, key_width_},
                           .at = {{c_.to_layer, bias_stage, to}, 0, 0}});
    return {};
  }

  /// A bias that the model does not have, where it has others.
  Result<void> zero(TensorId id) {
    const std::string name(symbol(id.stage));
    if (without_bias_.find(name) == std::string::npos)
      without_bias_ += (without_bias_.empty() ? "" : ", ") + name;
    return steps_.add(action::Fill{.tensor = id, .kind = FillKind::kZero});
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
    const TensorId to{c_.to_layer, Stage::kBo, 0};
    if (c_.head >= 0) return steps_.add(action::Fill{.tensor = to, .kind = FillKind::kZero});
    const int bias = file_.find(tensor(m_, c_.layer, f_.o, ".bias"));
    if (bias < 0) return zero(to);
    plan_.parts.push_back({.entry = bias, .window = {{}, 0, 0, 1, width_}, .at = {to, 0, 0}});
    return {};
  }

  Steps steps_;
  const OpenedFile& file_;
  const ModelInfo& m_;
  const Family& f_;
  const ModelChoice& c_;
  int key_width_ = 0, all_heads_ = 0, all_kv_heads_ = 0, heads_ = 0, kv_heads_ = 0, width_ = 0;
  std::string without_bias_;
  ImportPlan plan_;
};

}  // namespace

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
