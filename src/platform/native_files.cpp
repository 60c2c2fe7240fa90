#ifndef __EMSCRIPTEN__
#include "platform/native_files.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace ap::platform {
namespace {

constexpr std::uintmax_t kMaxFile = std::uintmax_t{1} << 28;

/// One argument for the shell, whatever is in it.
std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

bool on_path(std::string_view program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const std::size_t end = rest.find(':');
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::path(rest.substr(0, end)) / program, ignored)) {
      return true;
    }
    rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
  }
  return false;
}

Result<std::filesystem::path> output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return fail(ErrorCode::kIo, "the file dialog did not start", "dialog");
  std::string line;
  char part[512];
  while (std::fgets(part, sizeof part, pipe) != nullptr) line += part;
  pclose(pipe);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return std::filesystem::path(line);
}

Result<std::filesystem::path> no_dialog() {
  return fail(ErrorCode::kUnsupported,
              "no file dialog here: install zenity or kdialog, or drop a file on the window",
              "dialog");
}

/// ".json,.npy" -> "*.json *.npy"
std::string patterns(std::string_view accept) {
  std::string result;
  for (const char c : accept) {
    if (c == '.') result += '*';
    result += c == ',' ? ' ' : c;
  }
  return result.empty() ? "*" : result;
}

}  // namespace

Result<std::filesystem::path> ask_open_path(std::string_view accept) {
  if (on_path("zenity")) {
    return output_of("zenity --file-selection --file-filter=" + shell_quoted(patterns(accept)));
  }
  if (on_path("kdialog"))
    return output_of("kdialog --getopenfilename . " + shell_quoted(patterns(accept)));
  if (on_path("osascript")) return output_of("osascript -e 'POSIX path of (choose file)'");
  return no_dialog();
}

Result<std::filesystem::path> ask_save_path(std::string_view name) {
  if (on_path("zenity")) {
    return output_of("zenity --file-selection --save --confirm-overwrite --filename=" +
                     shell_quoted(name));
  }
  if (on_path("kdialog")) return output_of("kdialog --getsavefilename " + shell_quoted(name));
  if (on_path("osascript")) {
    return output_of("osascript -e 'POSIX path of (choose file name)'");
  }
  return no_dialog();
}

Result<Bytes> read_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::kIo, "cannot be read: " + error.message(), path.string());
  if (size > kMaxFile) return fail(ErrorCode::kTooLarge, "the file is over 256 MB", path.string());
  Bytes bytes(static_cast<std::size_t>(size));
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) return fail(ErrorCode::kIo, "cannot be read", path.string());
  return bytes;
}

Result<void> write_file(const std::filesystem::path& path, std::span<const unsigned char> bytes) {
  std::filesystem::path partial = path;
  partial += ".part";
  {
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    if (!file) return fail(ErrorCode::kIo, "cannot be written", path.string());
  }
  std::error_code error;
  std::filesystem::rename(partial, path, error);
  if (error) return fail(ErrorCode::kIo, "cannot be written: " + error.message(), path.string());
  return {};
}

std::filesystem::path data_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    return std::filesystem::path(data) / "attention-playground";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return std::filesystem::path(home) / ".local/share/attention-playground";
  }
  return {};
}

}  // namespace ap::platform
#endif
