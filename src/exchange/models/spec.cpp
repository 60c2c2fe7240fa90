#include "exchange/models/spec.hpp"

#include <algorithm>

#include "exchange/models/rules.hpp"

namespace ap {
namespace {

class SpecReader {
 public:
  SpecReader(const TensorNames& names, const Config& config, std::string_view where)
      : names_(names),
        family_(names.family()),
        config_(config),
        where_(where),
        spec_(family_.start) {}

  Result<Spec> read() {
    for (const Key& key : family_.keys) {
      if (auto ok = read_key(key); !ok) return std::unexpected(ok.error());
    }
    if (auto ok = check_counts(); !ok) return std::unexpected(ok.error());
    if (auto ok = from_shapes(); !ok) return std::unexpected(ok.error());
    if (auto ok = activation(); !ok) return std::unexpected(ok.error());
    if (!missing_.empty()) return ask();
    if (auto ok = check_counts(); !ok) return std::unexpected(ok.error());
    if (auto ok = check_sizes(); !ok) return std::unexpected(ok.error());
    if (family_.more != nullptr) {
      if (auto ok = family_.more(config_, spec_); !ok) return std::unexpected(ok.error());
    }
    if (auto ok = context(); !ok) return std::unexpected(ok.error());
    if (auto ok = check_layers(); !ok) return std::unexpected(ok.error());
    return std::move(spec_);
  }

 private:
  Result<bool> set(std::string_view name, const Field& field) {
    if (!config_.has(name)) return false;
    const auto put = [&](auto member, const auto& value) -> Result<bool> {
      if (!value) return std::unexpected(value.error());
      if constexpr (std::is_same_v<decltype(member), Answer Spec::*>) {
        spec_.*member = **value ? Answer::kYes : Answer::kNo;
      } else {
        spec_.*member = **value;
      }
      return true;
    };
    if (const auto* i = std::get_if<int Spec::*>(&field)) return put(*i, config_.integer(name));
    if (const auto* f = std::get_if<float Spec::*>(&field)) return put(*f, config_.number(name));
    if (const auto* b = std::get_if<bool Spec::*>(&field)) return put(*b, config_.boolean(name));
    return put(std::get<Answer Spec::*>(field), config_.boolean(name));
  }

  Result<void> read_key(const Key& key) {
    for (const std::string_view name : key.names) {
      const auto done = set(name, key.field);
      if (!done) return std::unexpected(done.error());
      if (*done) return {};
    }
    const bool asked = key.otherwise == Otherwise::kMust ||
                       (key.otherwise == Otherwise::kDefault && !config_.given());
    if (asked) missing_.emplace_back(key.names.front());
    return {};
  }

  /// A key that must be given may yet be said by the shapes: TransformerLens's heads, Qwen 3's.
  void found(std::string_view key) { std::erase(missing_, key); }

  const StoredTensor* tensor(Slot slot) const {
    const auto part = std::ranges::find(family_.parts, slot, &Part::slot);
    return part == family_.parts.end() ? nullptr : names_.find(*part);
  }
  Layout layout(Slot slot) const {
    return std::ranges::find(family_.parts, slot, &Part::slot)->layout;
  }
  /// One dimension of a tensor, 0 where it has no such.
  static int dimension(const StoredTensor* t, std::size_t d, std::size_t rank) {
    if (!t || t->shape.size() != rank || t->shape[d] > (1 << 28)) return 0;
    return static_cast<int>(t->shape[d]);
  }
  static void fill(int& out, int value) {
    if (out == 0) out = value;
  }

  Result<void> from_shapes() {
    const StoredTensor* table = tensor(Slot::kTable);
    fill(spec_.vocabulary, dimension(table, 0, 2));
    fill(spec_.width, dimension(table, 1, 2));
    if (spec_.layers == 0) {
      const auto query = std::ranges::find(family_.parts, Slot::kQ, &Part::slot);
      while (spec_.layers <= kMaxLayers && names_.find(*query, spec_.layers)) ++spec_.layers;
    }
    const Layout queries = layout(Slot::kQ);
    const StoredTensor* q = tensor(Slot::kQ);
    const StoredTensor* k = tensor(Slot::kK);
    if (queries == Layout::kHeads) {
      fill(spec_.heads, dimension(q, 0, 3));
      fill(spec_.head_width, dimension(q, 2, 3));
      fill(spec_.kv_heads, dimension(k, 0, 3));
    }
    fill(spec_.head_width, dimension(tensor(Slot::kQNorm), 0, 1));
    const bool linear = queries == Layout::kLinear || queries == Layout::kLinearPaired;
    if (linear && spec_.heads == 0 && tensor(Slot::kQNorm) && spec_.head_width > 0) {
      spec_.heads = dimension(q, 0, 2) / spec_.head_width;
      if (spec_.heads > 0) found("num_attention_heads");
    }
    if (spec_.head_width == 0 && spec_.heads > 0) {
      if (spec_.width % spec_.heads != 0)
        return fail(ErrorCode::kShape,
                    std::to_string(spec_.heads) + " heads do not divide a width of " +
                        std::to_string(spec_.width) + "; the number of heads or the width is wrong",
                    place());
      spec_.head_width = spec_.width / spec_.heads;
    }
    if (linear && spec_.head_width > 0) fill(spec_.kv_heads, dimension(k, 0, 2) / spec_.head_width);
    fill(spec_.kv_heads, spec_.heads);
    const bool plain = layout(Slot::kUp) == Layout::kPlain;
    fill(spec_.mlp_width, dimension(tensor(Slot::kUp), plain ? 1 : 0, 2));
    return {};
  }

  /// The most tokens: as many as there are positions.
  Result<void> context() {
    const StoredTensor* table = tensor(Slot::kPositions);
    if (spec_.positions != PositionKind::kLearned || spec_.context > 0 || !table) return {};
    const std::size_t rank = table->shape.size();
    spec_.context = rank >= 2 ? dimension(table, rank - 2, rank) - spec_.position_offset : 0;
    return {};
  }

  Result<void> activation() {
    std::string name(family_.default_activation);
    std::string key = family_.activation.empty() ? "" : std::string(family_.activation.front());
    for (const std::string_view candidate : family_.activation) {
      const auto value = config_.text(candidate);
      if (!value) return std::unexpected(value.error());
      if (!*value) continue;
      name = **value;
      key = candidate;
      break;
    }
    const bool said = !key.empty() && config_.has(key);
    // nanoGPT has had two GELUs and says neither; a type of model_type has its default.
    const bool known = said || family_.activation.empty() || config_.has("model_type");
    if (!known || name.empty()) {
      missing_.push_back(key);
      return {};
    }
    spec_.mlp = activation_kind(name, family_.gated);
    if (spec_.mlp == MlpKind::kNone) {
      return config_.wrong(ErrorCode::kUnsupported, key,
                           "'" + name.substr(0, 40) + "'" + (family_.gated ? " as a gate" : "") +
                               " cannot be computed; gelu, gelu_new, relu, quick_gelu can, with a "
                               "gate silu and gelu_pytorch_tanh");
    }
    return {};
  }

  std::unexpected<Error> ask() const {
    std::string list, flags;
    for (const std::string& key : missing_) {
      list += (list.empty() ? "" : ", ") + key;
      flags += " --config " + key + "=...";
    }
    return fail(ErrorCode::kNotFound,
                std::string(config_.given() ? "does not say "
                                            : "there is no config.json, and the "
                                              "tensors do not say ") +
                    list + ": give" + flags,
                place());
  }

  std::string place() const {
    return config_.where().empty() ? std::string(where_) : config_.where();
  }

  /// Before shapes are asked: 0 is not known yet.
  Result<void> check_counts() const {
    const auto range = [&](int value, int most, const char* what) -> Result<void> {
      if (value >= 0 && value <= most) return {};
      return fail(value < 0 ? ErrorCode::kRange : ErrorCode::kTooLarge,
                  std::to_string(value) + " " + what + "; it can be 1 to " + std::to_string(most),
                  place());
    };
    if (auto ok = range(spec_.width, kMaxWidth, "is the width"); !ok) return ok;
    if (auto ok = range(spec_.layers, kMaxLayers, "is the number of layers"); !ok) return ok;
    if (auto ok = range(spec_.heads, kMaxHeads, "is the number of heads"); !ok) return ok;
    if (auto ok = range(spec_.kv_heads, kMaxHeads, "is the number of key heads"); !ok) return ok;
    if (auto ok = range(spec_.head_width, kMaxWidth, "is the width of a head"); !ok) return ok;
    if (auto ok = range(spec_.mlp_width, 1 << 20, "is the width of the MLP"); !ok) return ok;
    if (auto ok = range(spec_.context, 1 << 28, "is the longest text"); !ok) return ok;
    return range(spec_.vocabulary, kMaxTableRows, "is the size of the vocabulary");
  }

  Result<void> check_sizes() const {
    for (const auto& [value, what] : {std::pair{spec_.width, "the width"},
                                      {spec_.layers, "the number of layers"},
                                      {spec_.heads, "the number of heads"},
                                      {spec_.kv_heads, "the number of key heads"},
                                      {spec_.head_width, "the width of a head"},
                                      {spec_.mlp_width, "the width of the MLP"},
                                      {spec_.vocabulary, "the size of the vocabulary"}})
      if (value <= 0)
        return fail(ErrorCode::kShape,
                    std::string("neither the configuration nor a tensor says ") + what +
                        ": a tensor is missing or has another shape than " +
                        std::string(family_.name) + "'s",
                    place());
    if (spec_.heads % spec_.kv_heads != 0)
      return fail(ErrorCode::kShape,
                  std::to_string(spec_.kv_heads) + " key heads do not divide " +
                      std::to_string(spec_.heads) + " heads",
                  place());
    return {};
  }

  /// A layer past the last that the configuration counts: one of the two is of another model.
  Result<void> check_layers() const {
    const auto query = std::ranges::find(family_.parts, Slot::kQ, &Part::slot);
    const StoredTensor* next = names_.find(*query, spec_.layers);
    if (!next) return {};
    return fail(ErrorCode::kShape,
                "says " + std::to_string(spec_.layers) + " layers, and the file has '" +
                    next->name.substr(0, 80) + "' of a further one: they are of different models",
                place());
  }

  const TensorNames& names_;
  const Family& family_;
  const Config& config_;
  std::string_view where_;
  Spec spec_;
  std::vector<std::string> missing_;
};

}  // namespace

Result<Spec> read_spec(const TensorNames& names, const Config& config, std::string_view where) {
  return SpecReader(names, config, where).read();
}

SlotShape slot_shape(Slot slot, const Spec& s) noexcept {
  const std::int64_t d = s.width;
  const std::int64_t queries = std::int64_t{s.heads} * s.head_width;
  const std::int64_t keys = std::int64_t{s.kv_heads} * s.head_width;
  switch (slot) {
    case Slot::kTable:
    case Slot::kUnembedding: return {s.vocabulary, d};
    case Slot::kPositions: return {std::int64_t{s.context} + s.position_offset, d};
    case Slot::kTransform: return {d, d};
    case Slot::kLogitBias: return {1, s.vocabulary, 1, true};
    case Slot::kRopeFactors:
      return {1, (s.rotary_width > 0 ? s.rotary_width : s.head_width) / 2, 1, true};
    case Slot::kQ: return {d, queries, s.heads};
    case Slot::kQBias: return {1, queries, s.heads, true};
    case Slot::kK:
    case Slot::kV: return {d, keys, s.kv_heads};
    case Slot::kKBias:
    case Slot::kVBias: return {1, keys, s.kv_heads, true};
    case Slot::kO: return {queries, d};
    case Slot::kQNorm:
    case Slot::kKNorm: return {1, s.head_width, 1, true};
    case Slot::kGate:
    case Slot::kUp: return {d, s.mlp_width};
    case Slot::kGateBias:
    case Slot::kUpBias: return {1, s.mlp_width, 1, true};
    case Slot::kDown: return {s.mlp_width, d};
    default: return {1, d, 1, true};  // norms, biases of what is added, the segment
  }
}

std::int64_t fused_columns(const Spec& s) noexcept {
  return (std::int64_t{s.heads} + 2 * std::int64_t{s.kv_heads}) * s.head_width;
}

int third_of(Slot slot) noexcept {
  return slot == Slot::kQ || slot == Slot::kQBias   ? 0
         : slot == Slot::kK || slot == Slot::kKBias ? 1
                                                    : 2;
}

std::int64_t fused_offset(Slot slot, const Spec& s) noexcept {
  const int third = third_of(slot);
  return third == 0
             ? 0
             : (std::int64_t{s.heads} + (third - 1) * std::int64_t{s.kv_heads}) * s.head_width;
}

}  // namespace ap
