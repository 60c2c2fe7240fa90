// The whole of a .safetensors file: its header, and a window of every tensor.
#include "fuzz.hpp"

#include "exchange/model_file.hpp"

AP_FUZZ_TARGET(data, size) {
  using namespace ap;
  const auto bytes = fuzz::bytes(data, size);
  const auto length = safetensors_header_bytes(bytes, size, "fuzz");
  if (!length) return 0;
  const auto text =
      fuzz::text(data, size).substr(kSafetensorsPrefix, static_cast<std::size_t>(*length));
  const auto tensors = read_safetensors_header(text, size, "fuzz");
  if (!tensors) return 0;
  for (const SafeTensor& tensor : *tensors) {
    fuzz::require(tensor.offset <= size && tensor.bytes <= size - tensor.offset);
    const Extent extent = matrix_extent(tensor.shape);
    Window window{
        {}, 0, 0, std::min<std::int64_t>(extent.rows, 7), std::min<std::int64_t>(extent.cols, 5)};
    window.row = extent.rows - window.rows;
    window.col = extent.cols - window.cols;
    const auto ranges = byte_ranges(tensor, window);
    if (!ranges) continue;
    std::vector<Bytes> pieces;
    for (const ByteRange& r : *ranges) {
      fuzz::require(r.offset <= size && r.size <= size - r.offset);
      const auto part =
          bytes.subspan(static_cast<std::size_t>(r.offset), static_cast<std::size_t>(r.size));
      pieces.emplace_back(part.begin(), part.end());
    }
    fuzz::require(read_window(tensor, window, pieces).has_value());
  }
  const auto file = OpenedFile::open_safetensors("fuzz.safetensors", text, size);
  fuzz::require(file.has_value());
  (void)find_models(*file);
  return 0;
}
