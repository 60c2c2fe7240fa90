// Files in memory for the tests of import: arrays whose cells tell where they are from.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "exchange/import.hpp"
#include "io/arrays/npy.hpp"
#include "support/playground_samples.hpp"

namespace ap::samples {

using Dims = std::vector<std::int64_t>;

/// Cell n of an array: n / 8, exact in every type.
inline Array counted(const Dims& shape, float from = 0) {
  Array out{shape, {}};
  std::int64_t count = 1;
  for (const std::int64_t d : shape) count *= d;
  for (std::int64_t i = 0; i < count; ++i) out.data.push_back(from + static_cast<float>(i) / 8);
  return out;
}

inline OpenedFile npy_file(const Array& array) {
  return must(OpenedFile::open("x.npy", write_npy(to_npy(array))));
}
inline OpenedFile npy_file(const Dims& shape) { return npy_file(counted(shape)); }

/// A .safetensors file, F32.
struct ModelFile {
  explicit ModelFile(const std::vector<std::pair<std::string, Dims>>& tensors) {
    std::string dims;
    header = "{";
    std::size_t at = 0;
    for (std::size_t n = 0; n < tensors.size(); ++n) {
      const Array array = counted(tensors[n].second, 100.0F * static_cast<float>(n));
      const std::size_t bytes = array.data.size() * sizeof(float);
      data.resize(at + bytes);
      std::memcpy(data.data() + at, array.data.data(), bytes);
      dims.clear();
      for (const std::int64_t d : array.shape)
        dims += (dims.empty() ? "" : ",") + std::to_string(d);
      header += (n > 0 ? ",\"" : "\"") + tensors[n].first + R"(":{"dtype":"F32","shape":[)" + dims +
                R"(],"data_offsets":[)" + std::to_string(at) + ',' + std::to_string(at + bytes) +
                "]}";
      at += bytes;
    }
    header += '}';
    start = kSafetensorsPrefix + header.size();
    file = must(OpenedFile::open_safetensors("model.safetensors", header, start + data.size()));
  }

  /// The bytes that a plan needs, and no others.
  [[nodiscard]] std::vector<Bytes> pieces(const ImportPlan& plan) const {
    std::vector<Bytes> out;
    for (const ByteRange& r : must(needs(file, plan))) {
      const auto from = data.begin() + static_cast<std::ptrdiff_t>(r.offset - start);
      out.emplace_back(from, from + static_cast<std::ptrdiff_t>(r.size));
    }
    return out;
  }
  [[nodiscard]] Document imported(const Document& document, const ImportPlan& plan) const {
    return after(document, must(make_import(file, plan, pieces(plan))));
  }

  OpenedFile file = must(OpenedFile::open_text("1"));
  std::string header;
  std::size_t start = 0;
  Bytes data;
};

inline std::string said(const Error& error) { return error.where + ": " + error.message; }
template <class T>
std::string why(const Result<T>& result) {
  return result ? "no error" : said(result.error());
}

}  // namespace ap::samples
