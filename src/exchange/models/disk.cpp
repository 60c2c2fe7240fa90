#include "exchange/models/disk.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#if (defined(__unix__) || defined(__APPLE__)) && !defined(__EMSCRIPTEN__)
#define AP_MAP_FILES 1
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace ap {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kEndings{".safetensors", ".gguf", ".npz",
                                                   ".bin",         ".json", ".index.json"};

struct Closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

Result<SharedBytes> read_whole(const std::string& path, std::uint64_t size) {
  if (size > SIZE_MAX / 2) return fail(ErrorCode::kTooLarge, "is larger than the memory", path);
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(ErrorCode::kNotFound, "cannot be opened", path);
  const auto count = static_cast<std::size_t>(size);
  // Not a vector: nothing of it need be zero before it is read.
  const std::shared_ptr<unsigned char[]> bytes(new (std::nothrow) unsigned char[count + 1]);
  if (!bytes) return fail(ErrorCode::kTooLarge, "is larger than the memory that is free", path);
  if (std::fread(bytes.get(), 1, count, file.get()) != count)
    return fail(ErrorCode::kIo, "cannot be read to its end", path);
  return SharedBytes{bytes, {bytes.get(), count}};
}

#if AP_MAP_FILES
/// Null where it cannot be mapped: a pipe, an empty file, some network disks.
SharedBytes map_file(const std::string& path, std::uint64_t size) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const auto count = static_cast<std::size_t>(size);
  void* at = ::mmap(nullptr, count, PROT_READ, MAP_PRIVATE, file, 0);
  ::close(file);
  if (at == MAP_FAILED) return {};
  const std::shared_ptr<const void> owner(
      at, [count](const void* p) { ::munmap(const_cast<void*>(p), count); });
  return {owner, {static_cast<const unsigned char*>(at), count}};
}
#endif

Result<SharedBytes> read_file(const std::string& path) {
  std::error_code code;
  const std::uint64_t size = fs::file_size(path, code);
  if (code) return fail(ErrorCode::kNotFound, "cannot be opened", path);
#if AP_MAP_FILES
  constexpr std::uint64_t kSmall = 1 << 20;
  if (size > kSmall) {
    if (SharedBytes mapped = map_file(path, size); mapped.owner) return mapped;
  }
#endif
  return read_whole(path, size);
}

}  // namespace

bool is_model_path(const std::string& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) return true;
  return std::ranges::any_of(kEndings.begin(), kEndings.begin() + 4,
                             [&](std::string_view end) { return path.ends_with(end); });
}

Result<ModelFiles> files_on_disk(const std::string& path) {
  std::error_code code;
  const bool folder = fs::is_directory(path, code);
  if (!folder && !fs::exists(path, code))
    return fail(ErrorCode::kNotFound, "is not there: give a folder or a file of a model", path);
  const fs::path root = folder ? fs::path(path) : fs::absolute(path, code).parent_path();
  ModelFiles files;
  files.where = path;
  if (!folder) files.chosen = fs::path(path).filename().string();
  constexpr std::size_t kMostFiles = 10000;
  for (fs::directory_iterator it(root, code), end; !code && it != end; it.increment(code)) {
    if (it->is_regular_file(code)) files.names.push_back(it->path().filename().string());
    if (files.names.size() > kMostFiles)
      return fail(ErrorCode::kTooLarge, "has more than 10000 files: it is no model's folder", path);
  }
  if (code && files.names.empty()) return fail(ErrorCode::kIo, "cannot be read", path);
  std::ranges::sort(files.names);
  files.read = [root](const std::string& name) { return read_file((root / name).string()); };
  return files;
}

std::uint64_t memory_for_models() {
  if constexpr (sizeof(void*) == 4) return std::uint64_t{1700} << 20;  // of 2 GB
  // What can be had without swapping, where the system says it.
  std::ifstream info("/proc/meminfo");
  std::string key, unit;
  std::uint64_t kilobytes = 0;
  while (info >> key >> kilobytes) {
    std::getline(info, unit);
    if (key == "MemAvailable:") return kilobytes * 1024;
  }
  return 0;
}

}  // namespace ap
