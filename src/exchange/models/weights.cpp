#include "exchange/models/weights.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "exchange/models/gather.hpp"
#include "tensor/array.hpp"

namespace ap {
namespace {

std::string needed_text(const std::vector<std::int64_t>& shape) {
  if (!shape.empty() && shape[0] < 0) return "(1 or more, " + std::to_string(shape[1]) + ")";
  return shape_text(shape);
}

/// Equal but for dimensions of 1 in front: minGPT's positions are (1, T, D).
bool shape_fits(std::vector<std::int64_t> shape, const std::vector<std::int64_t>& needed) {
  while (shape.size() > needed.size() && shape.front() == 1) shape.erase(shape.begin());
  if (shape.size() != needed.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (needed[i] < 0 ? shape[i] < 1 : shape[i] != needed[i]) return false;
  return true;
}

class Loader {
 public:
  Loader(const TensorNames& names, const Spec& spec, std::string_view where)
      : names_(names), family_(names.family()), spec_(spec), where_(where) {}

  Result<Weights> load() {
    if (auto ok = refuse(); !ok) return std::unexpected(ok.error());
    for (const Part& part : family_.parts) {
      if (auto ok = load(part); !ok) return std::unexpected(ok.error());
    }
    list_unused();
    for (const std::string_view type : types_)
      out_.stored += (out_.stored.empty() ? "" : " and ") + std::string(type);
    return std::move(out_);
  }

 private:
  std::unexpected<Error> bad(ErrorCode code, const StoredTensor& t, const std::string& what) const {
    return fail(code, "tensor '" + t.name.substr(0, 100) + "' " + what, std::string(where_));
  }

  Result<void> refuse() const {
    for (const auto& [name, tensor] : names_.table().tensors())
      for (const Refused& r : family_.refused)
        if (name.find(r.name) != std::string::npos)
          return bad(ErrorCode::kUnsupported, tensor,
                     "is of " + std::string(r.why) + ", which cannot be computed as " +
                         std::string(family_.name));
    return {};
  }

  /// Whether the part is to be there: kUnknown where it may.
  Answer wanted(const Part& part) const {
    if (part.slot == Slot::kPositions && spec_.positions != PositionKind::kLearned)
      return Answer::kNo;
    if (part.when != nullptr && spec_.*part.when != Answer::kUnknown) return spec_.*part.when;
    switch (part.need) {
      case Need::kAlways: return Answer::kYes;
      case Need::kEven: return Answer::kUnknown;
      case Need::kUntied:
        return spec_.tied == Answer::kUnknown ? Answer::kUnknown
               : spec_.tied == Answer::kYes   ? Answer::kNo
                                              : Answer::kYes;
    }
    return Answer::kYes;
  }

  Result<void> load(const Part& part) {
    Answer wanted_here = wanted(part);
    const int layers = layered(part.slot) ? spec_.layers : 1;
    for (int l = 0; l < layers && wanted_here != Answer::kNo; ++l) {
      const StoredTensor* tensor = names_.find(part, l);
      if (wanted_here == Answer::kUnknown) wanted_here = tensor ? Answer::kYes : Answer::kNo;
      if (!tensor && wanted_here == Answer::kYes) return missing(part, l);
      if (!tensor) continue;
      auto matrix = read(part, *tensor);
      if (!matrix) return std::unexpected(matrix.error());
      out_.matrices[part.slot].push_back(std::move(*matrix));
    }
    // In no layer or in all: one that comes later is a mistake too.
    for (int l = 1; l < layers && wanted(part) == Answer::kUnknown && wanted_here == Answer::kNo;
         ++l) {
      if (const auto* tensor = names_.find(part, l))
        return bad(ErrorCode::kShape, *tensor,
                   "is there, and layer 0 has none such: some layers are of another model");
    }
    return {};
  }

  std::unexpected<Error> missing(const Part& part, int layer) const {
    std::string what = "there is no tensor '" + names_.name(part, layer) + "'";
    if (part.slot == Slot::kTransform || part.slot == Slot::kLogitBias ||
        part.slot == Slot::kFinalNormGain)
      what += ", which the predictions need: it is a model without its head, or not a " +
              std::string(family_.name);
    else if (layered(part.slot))
      what += ": of " + std::to_string(spec_.layers) +
              " layers each needs one; the file is of another model, or a part of one";
    return fail(ErrorCode::kNotFound, std::move(what), std::string(where_));
  }

  Result<SharedMatrix> read(const Part& part, const StoredTensor& tensor) {
    used_.insert(tensor.name);
    const auto needed = tensor_shape(part.slot, part.layout, spec_);
    if (!shape_fits(tensor.shape, needed))
      return bad(ErrorCode::kShape, tensor,
                 "is " + shape_text(tensor.shape) + "; as " + std::string(family_.name) +
                     " of this configuration it needs " + needed_text(needed));
    if (tensor.type == StoredType::kOther)
      return bad(
          ErrorCode::kUnsupported, tensor,
          "is stored as " + tensor.dtype + "; F32, F16, BF16, Q8_0 and Q4_0 can be computed with");
    types_.insert(name(tensor.type));
    const SlotShape shape = slot_shape(part.slot, spec_);
    Matrix matrix(static_cast<Eigen::Index>(shape.rows), static_cast<Eigen::Index>(shape.cols));
    const std::vector<Run> runs = runs_of(part.slot, part.layout, spec_);
    const bool whole = runs.size() == 1 && runs[0].step == 1 && matrix.size() == tensor.size();
    if (whole) {
      decode(tensor, 0, tensor.size(), matrix.data());
    } else {
      gather(decoded(tensor), runs, matrix);
    }
    if (auto ok = check_numbers(tensor, matrix); !ok) return std::unexpected(ok.error());
    return share(std::move(matrix));
  }

  /// The tensor as floats: three slots of a fused one follow each other.
  const float* decoded(const StoredTensor& tensor) {
    if (scratch_of_ != &tensor) {
      scratch_.resize(static_cast<std::size_t>(tensor.size()));
      decode(tensor, 0, tensor.size(), scratch_.data());
      scratch_of_ = &tensor;
    }
    return scratch_.data();
  }

  Result<void> check_numbers(const StoredTensor& tensor, const Matrix& m) const {
    float largest = 0.0F;
    bool finite = true;
    for (const float *x = m.data(), *end = x + m.size(); x != end; ++x) {
      const float size = std::abs(*x);
      finite = finite && size <= kMaxCell;  // false for NaN
      largest = size > largest ? size : largest;
    }
    if (finite) return {};
    if (std::isfinite(largest) && largest > kMaxCell)
      return bad(ErrorCode::kRange, tensor,
                 "holds numbers above a million: it is damaged, or no weight");
    return bad(ErrorCode::kNotFinite, tensor,
               "holds numbers that are none (NaN or infinity): the file is damaged, get it once "
               "more");
  }

  void list_unused() {
    for (const auto& [name, tensor] : names_.table().tensors()) {
      const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
      if (used_.contains(name) || std::ranges::any_of(family_.ignored, ends)) continue;
      out_.unused.push_back(name);
    }
  }

  const TensorNames& names_;
  const Family& family_;
  const Spec& spec_;
  std::string_view where_;
  Weights out_;
  std::set<std::string, std::less<>> used_;
  std::set<std::string_view> types_;
  std::vector<float> scratch_;
  const StoredTensor* scratch_of_ = nullptr;
};

}  // namespace

SharedMatrix Weights::find(Slot slot, int layer) const {
  const auto at = matrices.find(slot);
  if (at == matrices.end() || static_cast<std::size_t>(layer) >= at->second.size()) return nullptr;
  return at->second[static_cast<std::size_t>(layer)];
}

std::uint64_t weight_bytes(const TensorNames& names, const Spec& spec) {
  std::uint64_t numbers = 0;
  for (const Part& part : names.family().parts) {
    if (!names.find(part)) continue;
    const SlotShape shape = slot_shape(part.slot, spec);
    numbers += static_cast<std::uint64_t>(shape.rows * shape.cols) *
               static_cast<std::uint64_t>(layered(part.slot) ? spec.layers : 1);
  }
  return numbers * sizeof(float);
}

Result<Weights> read_weights(const TensorNames& names, const Spec& spec, std::string_view where) {
  return Loader(names, spec, where).load();
}

}  // namespace ap
