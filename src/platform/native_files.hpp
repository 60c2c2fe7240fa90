// Desktop file dialogs (zenity, kdialog or osascript, whichever is there) and the settings folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "platform/ports.hpp"

namespace ap::platform {

/// The chosen path; empty if cancelled; error if there is no dialog program.
[[nodiscard]] Result<std::filesystem::path> ask_open_path(std::string_view accept);
[[nodiscard]] Result<std::filesystem::path> ask_save_path(std::string_view name);

[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path);
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path,
                                      std::span<const unsigned char> bytes);

/// $XDG_DATA_HOME/attention-playground or its default; empty if there is no home.
[[nodiscard]] std::filesystem::path data_folder();

}  // namespace ap::platform
