#include "exchange/file_reader.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace ap {
namespace {

struct Closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

bool seek(std::FILE* file, std::uint64_t offset, int from) {
#if defined(_WIN32)
  return _fseeki64(file, static_cast<std::int64_t>(offset), from) == 0;
#else
  return fseeko(file, static_cast<off_t>(offset), from) == 0;
#endif
}

Result<Bytes> read_at(std::FILE* file, std::uint64_t offset, std::uint64_t size,
                      const std::string& path) {
  Bytes bytes(static_cast<std::size_t>(size));
  if (!seek(file, offset, SEEK_SET) ||
      std::fread(bytes.data(), 1, bytes.size(), file) != bytes.size()) {
    return fail(ErrorCode::kIo, "cannot be read", path);
  }
  return bytes;
}

std::string file_name(const std::string& path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

Result<OpenedFile> open_from_disk(const std::string& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) return fail(ErrorCode::kIo, "is a folder", path);
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(ErrorCode::kNotFound, "cannot be opened", path);
  if (!seek(file.get(), 0, SEEK_END)) return fail(ErrorCode::kIo, "cannot be read", path);
  const long end = std::ftell(file.get());
  if (end < 0) return fail(ErrorCode::kIo, "cannot be read", path);
  const auto size = static_cast<std::uint64_t>(end);
  const std::string name = file_name(path);
  if (!is_safetensors(name)) {
    if (size > kMaxWholeFile) return fail(ErrorCode::kTooLarge, "is larger than 256 MB", path);
    const auto bytes = read_at(file.get(), 0, size, path);
    if (!bytes) return std::unexpected(bytes.error());
    return OpenedFile::open(name, *bytes);
  }
  if (size < kSafetensorsPrefix) return fail(ErrorCode::kParse, "is not a .safetensors file", path);
  const auto prefix = read_at(file.get(), 0, kSafetensorsPrefix, path);
  if (!prefix) return std::unexpected(prefix.error());
  const auto length = safetensors_header_bytes(*prefix, size, name);
  if (!length) return std::unexpected(length.error());
  const auto header = read_at(file.get(), kSafetensorsPrefix, *length, path);
  if (!header) return std::unexpected(header.error());
  return OpenedFile::open_safetensors(
      name, {reinterpret_cast<const char*>(header->data()), header->size()}, size);
}

Result<std::vector<Bytes>> read_pieces(const std::string& path, const OpenedFile& file,
                                       const ImportPlan& plan) {
  const auto ranges = needs(file, plan);
  if (!ranges) return std::unexpected(ranges.error());
  std::vector<Bytes> pieces;
  if (ranges->empty()) return pieces;
  const File opened(std::fopen(path.c_str(), "rb"));
  if (!opened) return fail(ErrorCode::kNotFound, "cannot be opened", path);
  for (const ByteRange& range : *ranges) {
    auto bytes = read_at(opened.get(), range.offset, range.size, path);
    if (!bytes) return std::unexpected(bytes.error());
    pieces.push_back(std::move(*bytes));
  }
  return pieces;
}

Result<SiteFiles> read_site(const std::string& folder) {
  SiteFiles files;
  const auto add = [&](const std::string& name) -> Result<void> {
    const std::string path = (std::filesystem::path(folder) / name).string();
    std::error_code code;
    const auto size = std::filesystem::file_size(path, code);
    const File file(code ? nullptr : std::fopen(path.c_str(), "rb"));
    if (!file) return fail(ErrorCode::kNotFound, "cannot be opened", path);
    const auto bytes = read_at(file.get(), 0, size, path);
    if (!bytes) return std::unexpected(bytes.error());
    files.emplace_back(name, std::string(bytes->begin(), bytes->end()));
    return {};
  };
  for (const std::string& name : standalone_files()) {
    if (auto ok = add(name); !ok) return std::unexpected(ok.error());
  }
  for (const std::string& name : standalone_extras()) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(std::filesystem::path(folder) / name, code)) continue;
    if (auto ok = add(name); !ok) return std::unexpected(ok.error());
  }
  return files;
}

}  // namespace ap
