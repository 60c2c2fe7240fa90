// OpenedFile: what is inside a file that somebody gives: arrays by name with type and shape, or a
// whole document. Knows .npy .npz .csv .tsv .json .safetensors and pasted text by their bytes first
// and their name last. What is in it and cannot be read is listed with the reason. Of a
// .safetensors file only the header is held, and numbers come from the byte ranges that a window
// needs; an .npz archive is held packed, and one member of it at a time unpacked. Pure: whoever has
// the file reads.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/model_hints.hpp"
#include "io/arrays/npy.hpp"
#include "io/arrays/safetensors.hpp"
#include "io/arrays/zip.hpp"
#include "playground/document/document.hpp"

namespace ap {

enum class FileKind : std::uint8_t { kNpy, kNpz, kTable, kJson, kState, kSafetensors, kText };
[[nodiscard]] std::string_view name(FileKind kind) noexcept;  // "npy", ..., "state"

struct FileEntry {
  std::string name;
  std::string dtype;  // "float32", "BF16", "text", ...
  std::vector<std::int64_t> shape;
  bool boolean = false;
  std::string problem = {};             // why its numbers cannot be read; empty: they can
  std::vector<std::string> words = {};  // a list of texts, that the sentence can take as tokens
};

/// Files that are read whole are refused above this.
inline constexpr std::size_t kMaxWholeFile = std::size_t{256} << 20;
[[nodiscard]] bool is_safetensors(std::string_view file_name) noexcept;

class OpenedFile {
 public:
  [[nodiscard]] static Result<OpenedFile> open(std::string file_name,
                                               std::span<const unsigned char> bytes);
  /// `header`: the text after the first 8 bytes.
  [[nodiscard]] static Result<OpenedFile> open_safetensors(std::string file_name,
                                                           std::string_view header,
                                                           std::uint64_t file_size);
  /// Another file of the same model: its tensors too.
  void append(OpenedFile shard);
  /// What config.json beside the file says.
  void set_hints(const ModelHints& hints) noexcept { hints_ = hints; }
  [[nodiscard]] const std::optional<ModelHints>& hints() const noexcept { return hints_; }
  /// The files that byte ranges are of, by ByteRange::source.
  [[nodiscard]] const std::vector<std::string>& sources() const noexcept { return sources_; }
  /// Pasted.
  [[nodiscard]] static Result<OpenedFile> open_text(std::string_view text);

  [[nodiscard]] FileKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& file_name() const noexcept { return file_name_; }
  [[nodiscard]] const std::vector<FileEntry>& entries() const noexcept { return entries_; }
  /// The document of a state file.
  [[nodiscard]] const std::optional<Document>& document() const noexcept { return document_; }
  [[nodiscard]] bool older() const noexcept { return older_; }  // the document: see state_json.hpp
  /// Index of the entry of this name, or -1.
  [[nodiscard]] int find(std::string_view name) const noexcept;
  /// The one entry whose numbers can be read, or -1 if there are none or several.
  [[nodiscard]] int only() const noexcept;

  /// What `read` needs of the file; nothing where the file is held.
  [[nodiscard]] Result<std::vector<ByteRange>> needs(int entry, const Window& window) const;
  [[nodiscard]] Result<Matrix> read(int entry, const Window& window,
                                    std::span<const Bytes> pieces) const;

 private:
  void add(std::string name, std::string dtype, Array array, bool boolean);
  void add_words(std::string name, std::vector<std::string> words);
  Result<void> read_whole(std::span<const unsigned char> bytes);
  Result<void> read_archive(std::span<const unsigned char> bytes);
  Result<void> read_plain(std::string_view text);
  Result<void> read_json(std::string_view text);
  [[nodiscard]] Result<std::shared_ptr<const Array>> array_of(std::size_t entry) const;

  FileKind kind_ = FileKind::kText;
  std::string file_name_;
  std::vector<FileEntry> entries_;
  std::vector<Array> arrays_;  // of the entries, but for safetensors and npz
  Bytes archive_;              // npz
  std::vector<NpzMember> members_;
  // The member that was unpacked last: a matrix is read one head after the other.
  mutable std::shared_ptr<const Array> unpacked_;
  mutable std::size_t unpacked_entry_ = 0;
  std::vector<SafeTensor> tensors_;
  std::vector<std::string> sources_;
  std::optional<ModelHints> hints_;
  std::optional<Document> document_;
  bool older_ = false;
};

}  // namespace ap
