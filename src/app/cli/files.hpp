// Files and standard streams of the command line: the only place of it that touches them.
#pragma once

#include <string>
#include <string_view>

#include "io/arrays/npy.hpp"

namespace ap::cli {

/// The whole file; "-" is standard input. Error kIo or kNotFound, `where` is the path.
[[nodiscard]] Result<Bytes> read_bytes(const std::string& path);
[[nodiscard]] Result<std::string> read_text(const std::string& path);
/// Written beside and renamed, so that a file is whole or as it was; "-" is standard output.
[[nodiscard]] Result<void> write_bytes(const std::string& path, std::string_view bytes);
[[nodiscard]] inline Result<void> write_bytes(const std::string& path, const Bytes& bytes) {
  return write_bytes(path,
                     std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}
[[nodiscard]] Result<NpyArray> read_npy_file(const std::string& path);

/// "attention: where: message" on standard error; the exit code of a failed command, 1.
int report(const Error& error);
inline constexpr int kUsage = 2;

}  // namespace ap::cli
