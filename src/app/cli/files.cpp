#include "app/cli/files.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

namespace ap::cli {
namespace {

struct Closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

/// Larger files are refused: nothing this program does needs them.
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 31;

Result<Bytes> read_stream(std::FILE* file, const std::string& path) {
  Bytes bytes;
  unsigned char buffer[1 << 16];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file)) {
    if (bytes.size() + n > kMaxFileBytes)
      return fail(ErrorCode::kTooLarge, "is larger than 2 GB", path);
    bytes.insert(bytes.end(), buffer, buffer + n);
  }
  if (std::ferror(file) != 0) return fail(ErrorCode::kIo, "cannot be read", path);
  return bytes;
}

}  // namespace

Result<Bytes> read_bytes(const std::string& path) {
  if (path == "-") return read_stream(stdin, "standard input");
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) return fail(ErrorCode::kIo, "is a folder", path);
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return fail(ErrorCode::kNotFound, "cannot be opened", path);
  return read_stream(file.get(), path);
}

Result<std::string> read_text(const std::string& path) {
  const auto bytes = read_bytes(path);
  if (!bytes) return std::unexpected(bytes.error());
  return std::string(bytes->begin(), bytes->end());
}

Result<void> write_bytes(const std::string& path, std::string_view bytes) {
  const auto failed = [&] { return fail(ErrorCode::kIo, "cannot be written", path); };
  if (path == "-") {
    const bool done = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
    return done && std::fflush(stdout) == 0 ? Result<void>{} : failed();
  }
  // A pipe or a device, such as /dev/stdout, is written as it is.
  std::error_code code;
  const bool plain =
      !std::filesystem::exists(path, code) || std::filesystem::is_regular_file(path, code);
  const std::string target = plain ? path + ".part" : path;
  File file(std::fopen(target.c_str(), "wb"));
  if (!file) return failed();
  bool done = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  done = std::fclose(file.release()) == 0 && done;
  if (plain && done) {
    std::filesystem::rename(target, path, code);
    done = !code;
  }
  if (plain && !done) std::filesystem::remove(target, code);
  return done ? Result<void>{} : failed();
}

Result<NpyArray> read_npy_file(const std::string& path) {
  const auto bytes = read_bytes(path);
  if (!bytes) return std::unexpected(bytes.error());
  return read_npy(*bytes, path);
}

int report(const Error& error) {
  std::string text = error.where.empty() ? error.message : error.where + ": " + error.message;
  std::ranges::replace(text, '\n', ' ');
  std::cerr << "attention: " << text << '\n';
  return 1;
}

}  // namespace ap::cli
