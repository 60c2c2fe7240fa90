// What an .npy file says before its items are read, and those that are text.
#include <bit>
#include <charconv>
#include <cstring>
#include <tuple>

#include "io/arrays/npy_header.hpp"
#include "io/arrays/utf.hpp"

namespace ap {
namespace {

/// Characters of an item of text, and bytes of each; 0: it is no text.
struct TextItem {
  std::size_t length = 0;
  std::size_t width = 0;
};
TextItem text_item(const NpyHeader& header) {
  constexpr std::size_t kLongestText = 1 << 20;
  std::string_view descr = header.descr;
  if (descr.size() < 2 || header.shape.size() > 1) return {};
  if (std::string_view("<>=|").find(descr[0]) != std::string_view::npos) descr.remove_prefix(1);
  TextItem out{0, descr[0] == 'U' ? 4U : descr[0] == 'S' ? 1U : 0U};
  const char* end = descr.data() + descr.size();
  const auto [stop, error] = std::from_chars(descr.data() + 1, end, out.length);
  if (error != std::errc{} || stop != end || out.length > kLongestText) return {};
  return out;
}

}  // namespace

Result<NpyOutline> outline_npy(std::span<const unsigned char> bytes, std::string_view where) {
  auto front = read_npy_front(bytes, where);
  if (!front) return std::unexpected(front.error());
  NpyHeader& header = front->header;
  NpyOutline out;
  if (header.known) {
    out.dtype = name(header.dtype);
    out.boolean = header.dtype == Dtype::kBool;
  } else {
    std::tie(out.dtype, out.problem) = describe_npy_type(header);
    out.text = text_item(header).width > 0;
  }
  out.shape = std::move(header.shape);
  return out;
}

Result<std::vector<std::string>> read_npy_texts(std::span<const unsigned char> bytes,
                                                std::string_view where) {
  const auto front = read_npy_front(bytes, where);
  if (!front) return std::unexpected(front.error());
  const TextItem item = text_item(front->header);
  if (item.width == 0)
    return fail(ErrorCode::kUnsupported, "is no list of texts", std::string(where));
  const std::size_t size = item.length * item.width;
  const auto data = npy_items(bytes, *front, size, "text", where);
  if (!data) return std::unexpected(data.error());
  const bool big = front->header.descr.starts_with('>');
  // Texts of no length have no bytes: as many as are asked for would be any number.
  std::vector<std::string> out(size == 0 ? 0 : data->size() / size);
  for (std::size_t i = 0; i < out.size(); ++i) {
    for (std::size_t c = 0; c < item.length; ++c) {
      const unsigned char* at = data->data() + i * size + c * item.width;
      std::uint32_t code = *at;
      if (item.width == 4) {
        std::memcpy(&code, at, 4);
        if (big) code = std::byteswap(code);
      }
      if (code == 0) break;  // the rest is filled up
      if (item.width == 1) {
        out[i] += static_cast<char>(code);  // bytes, UTF-8 if anything
      } else {
        append_utf8(out[i], code);
      }
    }
  }
  return out;
}

}  // namespace ap
