#include "io/containers/gguf.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace ap {
namespace {

static_assert(std::endian::native == std::endian::little);

enum ValueType : std::uint32_t {
  kU8 = 0,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64
};

struct TensorKind {
  std::uint32_t number;
  std::string_view name;
  StoredType type;
};
constexpr std::array<TensorKind, 21> kTensorKinds{
    {{0, "F32", StoredType::kF32},     {1, "F16", StoredType::kF16},
     {2, "Q4_0", StoredType::kQ4_0},   {3, "Q4_1", StoredType::kOther},
     {6, "Q5_0", StoredType::kOther},  {7, "Q5_1", StoredType::kOther},
     {8, "Q8_0", StoredType::kQ8_0},   {9, "Q8_1", StoredType::kOther},
     {10, "Q2_K", StoredType::kOther}, {11, "Q3_K", StoredType::kOther},
     {12, "Q4_K", StoredType::kOther}, {13, "Q5_K", StoredType::kOther},
     {14, "Q6_K", StoredType::kOther}, {15, "Q8_K", StoredType::kOther},
     {24, "I8", StoredType::kOther},   {25, "I16", StoredType::kOther},
     {26, "I32", StoredType::kOther},  {27, "I64", StoredType::kOther},
     {28, "F64", StoredType::kOther},  {30, "BF16", StoredType::kBF16},
     {39, "MXFP4", StoredType::kOther}}};

constexpr std::uint64_t kMaxTensors = 1 << 20;
constexpr std::uint64_t kMaxValues = 1 << 16;
constexpr std::uint32_t kMaxDimensions = 8;

/// Reads forward; once something is missing, everything after it is zero and `bad()`.
class Reader {
 public:
  explicit Reader(std::span<const unsigned char> bytes) : bytes_(bytes) {}

  template <class T>
  T number() noexcept {
    T value{};
    if (!has(sizeof(T))) return value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::string string() {
    const auto length = number<std::uint64_t>();
    if (!has(length)) return {};
    std::string text(reinterpret_cast<const char*>(bytes_.data()) + at_,
                     static_cast<std::size_t>(length));
    at_ += static_cast<std::size_t>(length);
    return text;
  }
  /// Whether so many items of at least so many bytes each can still come.
  bool has_items(std::uint64_t count, std::uint64_t bytes) noexcept {
    return count <= (bytes_.size() - at_) / bytes ? true : fail();
  }
  [[nodiscard]] bool bad() const noexcept { return bad_; }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }

 private:
  bool has(std::uint64_t size) noexcept {
    return !bad_ && size <= bytes_.size() - at_ ? true : fail();
  }
  bool fail() noexcept {
    bad_ = true;
    return false;
  }
  std::span<const unsigned char> bytes_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

/// Bytes of one number of the type; 0 for what is no number.
std::uint64_t number_bytes(std::uint32_t type) noexcept {
  switch (type) {
    case kU8:
    case kI8:
    case kBool: return 1;
    case kU16:
    case kI16: return 2;
    case kU32:
    case kI32:
    case kF32: return 4;
    case kU64:
    case kI64:
    case kF64: return 8;
    default: return 0;
  }
}

double read_number(Reader& in, std::uint32_t type) noexcept {
  switch (type) {
    case kU8: return in.number<std::uint8_t>();
    case kI8: return in.number<std::int8_t>();
    case kU16: return in.number<std::uint16_t>();
    case kI16: return in.number<std::int16_t>();
    case kU32: return in.number<std::uint32_t>();
    case kI32: return in.number<std::int32_t>();
    case kF32: return static_cast<double>(in.number<float>());
    case kBool: return in.number<std::uint8_t>() != 0 ? 1.0 : 0.0;
    case kU64: return static_cast<double>(in.number<std::uint64_t>());
    case kI64: return static_cast<double>(in.number<std::int64_t>());
    case kF64: return in.number<double>();
    default: return 0.0;
  }
}

class Parser {
 public:
  Parser(const SharedBytes& file, std::string_view where)
      : file_(file), where_(where), in_(file.bytes) {}

  Result<Gguf> parse() {
    if (!is_gguf(file_.bytes)) return bad("is not a GGUF file");
    in_.number<std::uint32_t>();
    const auto version = in_.number<std::uint32_t>();
    if (in_.bad()) return cut_off("its first line");
    if (version != 2 && version != 3) {
      return bad("is GGUF of version " + std::to_string(version) +
                     "; versions 2 and 3 can be read, little-endian",
                 ErrorCode::kUnsupported);
    }
    const auto tensors = in_.number<std::uint64_t>();
    const auto values = in_.number<std::uint64_t>();
    if (in_.bad()) return cut_off("its first line");
    if (tensors > kMaxTensors || values > kMaxValues)
      return bad("says that it has " + std::to_string(tensors) + " tensors and " +
                     std::to_string(values) + " values: that is no model",
                 ErrorCode::kTooLarge);
    for (std::uint64_t i = 0; i < values; ++i) {
      if (auto ok = value(); !ok) return std::unexpected(ok.error());
    }
    std::vector<Entry> entries;
    for (std::uint64_t i = 0; i < tensors; ++i) {
      auto entry = tensor();
      if (!entry) return std::unexpected(entry.error());
      entries.push_back(std::move(*entry));
    }
    if (auto ok = place(std::move(entries)); !ok) return std::unexpected(ok.error());
    return std::move(out_);
  }

 private:
  struct Entry {
    StoredTensor tensor;
    std::uint64_t offset = 0;
  };

  std::unexpected<Error> bad(std::string message, ErrorCode code = ErrorCode::kParse) const {
    return fail(code, std::move(message), where_);
  }
  std::unexpected<Error> cut_off(const std::string& what) const {
    return bad("ends within " + what + ": it is cut off; get it once more");
  }

  Result<void> value() {
    std::string key = in_.string();
    const auto type = in_.number<std::uint32_t>();
    const std::string name = "the value of '" + key.substr(0, 80) + "'";
    GgufValue value;
    if (type == kString) {
      value = in_.string();
    } else if (type == kBool) {
      value = in_.number<std::uint8_t>() != 0;
    } else if (type == kArray) {
      auto list = array(name);
      if (!list) return std::unexpected(list.error());
      value = std::move(*list);
    } else if (number_bytes(type) != 0) {
      value = read_number(in_, type);
    } else if (!in_.bad()) {
      return bad("has " + name + " of the unknown type " + std::to_string(type));
    }
    if (in_.bad()) return cut_off(key.empty() ? "its values" : name);
    if (!out_.values.try_emplace(std::move(key), std::move(value)).second)
      return bad("has " + name + " twice");
    return {};
  }

  Result<GgufValue> array(const std::string& name) {
    const auto type = in_.number<std::uint32_t>();
    const auto count = in_.number<std::uint64_t>();
    const std::uint64_t bytes = type == kString ? 8 : number_bytes(type);
    if (in_.bad()) return cut_off(name);
    if (bytes == 0)
      return bad("has " + name + " as a list of the type " + std::to_string(type) +
                     "; lists of numbers and of texts can be read",
                 ErrorCode::kUnsupported);
    if (!in_.has_items(count, bytes)) return cut_off(name);
    if (type == kString) {
      std::vector<std::string> texts;
      texts.reserve(static_cast<std::size_t>(count));
      for (std::uint64_t i = 0; i < count && !in_.bad(); ++i) texts.push_back(in_.string());
      return GgufValue(std::move(texts));
    }
    std::vector<double> numbers(static_cast<std::size_t>(count));
    for (double& x : numbers) x = read_number(in_, type);
    return GgufValue(std::move(numbers));
  }

  Result<Entry> tensor() {
    Entry entry;
    StoredTensor& t = entry.tensor;
    t.name = in_.string();
    const auto dimensions = in_.number<std::uint32_t>();
    if (!in_.bad() && dimensions > kMaxDimensions)
      return bad("has tensor '" + t.name.substr(0, 80) + "' of " + std::to_string(dimensions) +
                 " dimensions");
    for (std::uint32_t d = 0; d < dimensions && !in_.bad(); ++d) {
      const auto size = in_.number<std::uint64_t>();
      if (size > (std::uint64_t{1} << 40))
        return bad("has tensor '" + t.name.substr(0, 80) + "' with a shape that is too large",
                   ErrorCode::kTooLarge);
      t.shape.push_back(static_cast<std::int64_t>(size));
    }
    std::ranges::reverse(t.shape);  // GGUF counts from the innermost
    const auto number = in_.number<std::uint32_t>();
    entry.offset = in_.number<std::uint64_t>();
    if (in_.bad()) return cut_off("its list of tensors");
    const auto* kind = std::ranges::find(kTensorKinds, number, &TensorKind::number);
    const bool known = kind != kTensorKinds.end();
    t.type = known ? kind->type : StoredType::kOther;
    t.dtype = known ? std::string(kind->name) : "ggml type " + std::to_string(number);
    return entry;
  }

  Result<void> place(std::vector<Entry> entries) {
    std::uint64_t alignment = 32;
    if (const auto* given = out_.find<double>("general.alignment")) {
      if (!(*given >= 1 && *given <= 1 << 20))
        return bad("has an alignment of no use (general.alignment)");
      alignment = static_cast<std::uint64_t>(*given);
    }
    const std::uint64_t start = (in_.at() + alignment - 1) / alignment * alignment;
    const std::uint64_t size = file_.bytes.size();
    for (Entry& entry : entries) {
      StoredTensor& t = entry.tensor;
      const std::string where = where_ + ", tensor '" + t.name.substr(0, 80) + "'";
      const auto bytes = stored_bytes(t.type, t.shape, where);
      if (!bytes) return std::unexpected(bytes.error());
      if (start > size || entry.offset > size - start || *bytes > size - start - entry.offset) {
        return bad("ends within tensor '" + t.name.substr(0, 80) +
                   "': it is cut off; get it once more");
      }
      t.data = file_.part(start + entry.offset, *bytes);
      if (auto ok = out_.tensors.add(std::move(t), where_); !ok) return ok;
    }
    return {};
  }

  const SharedBytes& file_;
  std::string where_;
  Reader in_;
  Gguf out_;
};

}  // namespace

bool is_gguf(std::span<const unsigned char> bytes) noexcept {
  return bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0;
}

Result<Gguf> read_gguf(const SharedBytes& file, std::string_view where) {
  return Parser(file, where).parse();
}

}  // namespace ap
