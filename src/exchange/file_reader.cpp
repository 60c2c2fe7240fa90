#include "exchange/file_reader.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

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

std::optional<std::uint64_t> position(std::FILE* file) {
#if defined(_WIN32)
  const auto at = _ftelli64(file);
#else
  const auto at = ftello(file);
#endif
  return at < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(at));
}

std::string file_name(const std::string& path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string beside(const std::string& path, const std::string& name) {
  return (std::filesystem::path(path).parent_path() / name).string();
}

constexpr std::uint64_t kMaxConfig = std::uint64_t{1} << 20;

/// What config.json in the same folder says; nothing where there is none.
Result<void> take_config(const std::string& path, OpenedFile& file) {
  const std::string config = beside(path, "config.json");
  std::error_code code;
  const auto size = std::filesystem::file_size(config, code);
  if (code || size > kMaxConfig) return {};
  const File opened(std::fopen(config.c_str(), "rb"));
  if (!opened) return {};
  const auto text = read_at(opened.get(), 0, size, config);
  if (!text) return std::unexpected(text.error());
  const auto hints =
      read_model_hints({reinterpret_cast<const char*>(text->data()), text->size()}, "config.json");
  if (!hints) return std::unexpected(hints.error());
  file.set_hints(*hints);
  return {};
}

Result<OpenedFile> open_tensors(std::FILE* file, std::uint64_t size, const std::string& path) {
  const std::string name = file_name(path);
  if (size < kSafetensorsPrefix) return fail(ErrorCode::kParse, "is not a .safetensors file", path);
  const auto prefix = read_at(file, 0, kSafetensorsPrefix, path);
  if (!prefix) return std::unexpected(prefix.error());
  const auto length = safetensors_header_bytes(*prefix, size, name);
  if (!length) return std::unexpected(length.error());
  const auto header = read_at(file, kSafetensorsPrefix, *length, path);
  if (!header) return std::unexpected(header.error());
  return OpenedFile::open_safetensors(
      name, {reinterpret_cast<const char*>(header->data()), header->size()}, size);
}

/// All files of a model that is cut into several, by their list.
Result<OpenedFile> open_shards(const std::vector<std::string>& names, const std::string& path) {
  std::optional<OpenedFile> all;
  for (const std::string& name : names) {
    auto shard = open_from_disk(beside(path, name));
    if (!shard) return shard;
    if (shard->kind() != FileKind::kSafetensors)
      return fail(ErrorCode::kUnsupported, "is not a .safetensors file", beside(path, name));
    if (all) {
      all->append(std::move(*shard));
    } else {
      all = std::move(*shard);
    }
  }
  return std::move(*all);
}

}  // namespace

Result<OpenedFile> open_from_disk(const std::string& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) return fail(ErrorCode::kIo, "is a folder", path);
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(ErrorCode::kNotFound, "cannot be opened", path);
  if (!seek(file.get(), 0, SEEK_END)) return fail(ErrorCode::kIo, "cannot be read", path);
  const auto size = position(file.get());
  if (!size) return fail(ErrorCode::kIo, "cannot be read", path);
  const std::string name = file_name(path);
  if (is_safetensors(name)) {
    auto opened = open_tensors(file.get(), *size, path);
    if (!opened) return opened;
    if (auto ok = take_config(path, *opened); !ok) return std::unexpected(ok.error());
    return opened;
  }
  if (*size > kMaxWholeFile) return fail(ErrorCode::kTooLarge, "is larger than 256 MB", path);
  const auto bytes = read_at(file.get(), 0, *size, path);
  if (!bytes) return std::unexpected(bytes.error());
  if (name.ends_with(".json")) {
    const auto shards =
        shard_names({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, name);
    if (shards && !shards->empty()) return open_shards(*shards, path);
  }
  return OpenedFile::open(name, *bytes);
}

Result<std::vector<Bytes>> read_pieces(const std::string& path, const OpenedFile& file,
                                       const ImportPlan& plan) {
  const auto ranges = needs(file, plan);
  if (!ranges) return std::unexpected(ranges.error());
  std::vector<Bytes> pieces;
  std::vector<File> opened(file.sources().size());
  for (const ByteRange& range : *ranges) {
    // The path is that of the file itself, or of the list of a model's files.
    const std::string from =
        is_safetensors(path) ? path : beside(path, file.sources()[range.source]);
    File& source = opened[range.source];
    if (!source) source.reset(std::fopen(from.c_str(), "rb"));
    if (!source) return fail(ErrorCode::kNotFound, "cannot be opened", from);
    auto bytes = read_at(source.get(), range.offset, range.size, from);
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
