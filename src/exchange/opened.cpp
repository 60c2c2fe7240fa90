#include "exchange/opened.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "io/arrays/csv.hpp"
#include "io/arrays/json_arrays.hpp"
#include "io/arrays/number_text.hpp"
#include "io/arrays/text_array.hpp"
#include "io/arrays/utf.hpp"
#include "playground/json/state_json.hpp"

namespace ap {
namespace {

bool ends_in(std::string_view name, std::string_view lower) noexcept {
  if (name.size() < lower.size()) return false;
  name.remove_prefix(name.size() - lower.size());
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = name[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

std::string_view as_text(std::span<const unsigned char> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Pictures, pickles, programs: control characters are in no table and no JSON.
bool is_binary(std::string_view text) noexcept {
  return std::ranges::any_of(text.substr(0, 4096), [](char c) {
    return static_cast<unsigned char>(c) < 9 || (c > 13 && c < 32);
  });
}

Matrix cut(const Array& array, std::uint64_t index, const Window& w) {
  const Extent extent = matrix_extent(array.shape);
  const float* from =
      array.data.data() + static_cast<std::ptrdiff_t>(index) * extent.rows * extent.cols;
  Matrix out(static_cast<int>(w.rows), static_cast<int>(w.cols));
  for (std::int64_t i = 0; i < w.rows; ++i) {
    const float* row = from + (w.row + i) * extent.cols + w.col;
    std::copy_n(row, w.cols, out.data() + i * w.cols);
  }
  return out;
}

}  // namespace

std::string_view name(FileKind kind) noexcept {
  constexpr std::array<std::string_view, 7> kNames{"npy",   "npz",         "table", "json",
                                                   "state", "safetensors", "text"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool is_safetensors(std::string_view file_name) noexcept {
  return ends_in(file_name, ".safetensors");
}

void OpenedFile::add(std::string name, std::string dtype, Array array, bool boolean) {
  entries_.push_back({std::move(name), std::move(dtype), array.shape, boolean});
  arrays_.push_back(std::move(array));
}

void OpenedFile::add_words(std::string name, std::vector<std::string> words) {
  const auto count = static_cast<std::int64_t>(words.size());
  entries_.push_back(
      {std::move(name), "str", {count}, false, "holds text, not numbers", std::move(words)});
  arrays_.emplace_back();
}

Result<OpenedFile> OpenedFile::open(std::string file_name, std::span<const unsigned char> bytes) {
  OpenedFile file;
  file.file_name_ = std::move(file_name);
  if (bytes.size() > kMaxWholeFile)
    return fail(ErrorCode::kTooLarge, "is larger than 256 MB", file.file_name_);
  if (auto ok = file.read_whole(bytes); !ok) return std::unexpected(ok.error());
  return file;
}

Result<void> OpenedFile::read_whole(std::span<const unsigned char> bytes) {
  const std::string_view text = as_text(bytes);
  if (text.starts_with("\x93NUMPY")) {
    kind_ = FileKind::kNpy;
    const auto npy = read_npy(bytes, file_name_);
    if (!npy) return std::unexpected(npy.error());
    add("", std::string(name(npy->dtype)), to_array(*npy), npy->dtype == Dtype::kBool);
    return {};
  }
  if (text.starts_with("PK") && text.substr(0, 4096).find("/data.pkl") != std::string_view::npos) {
    return fail(ErrorCode::kUnsupported,
                "is a PyTorch file of pickled objects; save it as .safetensors or .npz",
                file_name_);
  }
  if (text.starts_with("PK")) return read_archive(bytes);
  if (is_safetensors(file_name_)) {
    return fail(ErrorCode::kUnsupported, "is read in parts", file_name_);
  }
  for (const char* kind : {".npy", ".npz"}) {
    if (ends_in(file_name_, kind))
      return fail(ErrorCode::kParse, std::string("is no ") + kind + " file, whatever its name says",
                  file_name_);
  }
  const auto wide = text_of_utf16(text);
  return read_plain(wide ? *wide : text);
}

Result<void> OpenedFile::read_archive(std::span<const unsigned char> bytes) {
  kind_ = FileKind::kNpz;
  auto members = list_npz(bytes, file_name_);
  if (!members) return std::unexpected(members.error());
  members_ = std::move(*members);
  archive_.assign(bytes.begin(), bytes.end());
  for (const NpzMember& m : members_) {
    const NpyOutline& o = m.outline;
    FileEntry entry{m.name, o.dtype, o.shape, o.boolean, o.problem};
    if (o.text && o.shape.size() == 1 && o.shape[0] <= kMaxTokens) {
      const auto file = unpack_npz(archive_, m, m.name);
      auto words = file ? read_npy_texts(*file, m.name) : std::unexpected(file.error());
      if (words) entry.words = std::move(*words);
    }
    entries_.push_back(std::move(entry));
  }
  return {};
}

Result<void> OpenedFile::read_plain(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (is_binary(text)) {
    return fail(ErrorCode::kUnsupported, "is neither text nor a .npy, .npz or .safetensors file",
                file_name_);
  }
  const std::string_view start = trimmed(text.substr(0, 4096));
  if (ends_in(file_name_, ".json") || start.starts_with('{')) return read_json(text);
  if (start.starts_with(kLongHeader)) {
    kind_ = FileKind::kTable;
    auto all = read_long_csv(text, file_name_);
    if (!all) return std::unexpected(all.error());
    for (auto& [key, array] : *all) add(key, "text", std::move(array), false);
    return {};
  }
  if (ends_in(file_name_, ".csv") || ends_in(file_name_, ".tsv")) {
    kind_ = FileKind::kTable;
    auto table = read_table(text, file_name_);
    if (!table) return std::unexpected(table.error());
    add("", "text", std::move(table->array), table->boolean);
    return {};
  }
  kind_ = FileKind::kText;
  auto array = read_text_array(text, file_name_);
  if (!array) return std::unexpected(array.error());
  add("", "text", std::move(array->array), array->boolean);
  return {};
}

Result<void> OpenedFile::read_json(std::string_view text) {
  kind_ = FileKind::kJson;
  const auto shards = shard_names(text, file_name_);
  if (!shards) return std::unexpected(shards.error());
  if (!shards->empty()) {
    std::string names;
    for (const std::string& name : *shards) names += (names.empty() ? "" : ", ") + name;
    return fail(ErrorCode::kUnsupported,
                "is the list of a model's files; the weights are in them: open " +
                    names.substr(0, 400) + (names.size() > 400 ? " ..." : ""),
                file_name_);
  }
  const auto quoted = without_bare_words(text);
  if (quoted) text = *quoted;
  auto json = read_json_arrays(text, file_name_);
  if (!json) return std::unexpected(json.error());
  if (json->state) {
    kind_ = FileKind::kState;
    auto document = document_from_json(text, nullptr, &older_);
    if (!document) {
      Error error = document.error();
      error.where =
          file_name_ + (file_name_.empty() || error.where.empty() ? "" : ": ") + error.where;
      return std::unexpected(std::move(error));
    }
    document_ = std::move(*document);
  }
  for (NamedText& entry : json->arrays) {
    if (!entry.words.empty()) {
      add_words(entry.name, std::move(entry.words));
      continue;
    }
    add(entry.name, "text", std::move(entry.array.array), entry.array.boolean);
    entries_.back().problem = std::move(entry.problem);
  }
  return {};
}

Result<OpenedFile> OpenedFile::open_text(std::string_view text) {
  return open("", {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

Result<OpenedFile> OpenedFile::open_safetensors(std::string file_name, std::string_view header,
                                                std::uint64_t file_size) {
  auto tensors = read_safetensors_header(header, file_size, file_name);
  if (!tensors) return std::unexpected(tensors.error());
  OpenedFile file;
  file.kind_ = FileKind::kSafetensors;
  file.file_name_ = std::move(file_name);
  file.sources_ = {file.file_name_};
  file.tensors_ = std::move(*tensors);
  for (const SafeTensor& t : file.tensors_)
    file.entries_.push_back({t.name, t.dtype, t.shape, t.dtype == "BOOL", unreadable_because(t)});
  return file;
}

void OpenedFile::append(OpenedFile shard) {
  const auto source = static_cast<std::uint32_t>(sources_.size());
  for (SafeTensor& tensor : shard.tensors_) {
    tensor.source += source;
    tensors_.push_back(std::move(tensor));
  }
  const auto join = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  join(entries_, shard.entries_);
  join(sources_, shard.sources_);
}

int OpenedFile::find(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

int OpenedFile::only() const noexcept {
  int found = -1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].problem.empty()) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

Result<std::shared_ptr<const Array>> OpenedFile::array_of(std::size_t entry) const {
  if (kind_ != FileKind::kNpz) {
    return std::shared_ptr<const Array>(std::shared_ptr<const Array>(), &arrays_[entry]);
  }
  if (unpacked_ && unpacked_entry_ == entry) return unpacked_;
  unpacked_.reset();
  const std::string where = file_name_ + ":" + members_[entry].name + ".npy";
  const auto file = unpack_npz(archive_, members_[entry], where);
  if (!file) return std::unexpected(file.error());
  const auto npy = read_npy(*file, where);
  if (!npy) return std::unexpected(npy.error());
  unpacked_ = std::make_shared<const Array>(to_array(*npy));
  unpacked_entry_ = entry;
  return unpacked_;
}

Result<std::vector<ByteRange>> OpenedFile::needs(int entry, const Window& window) const {
  if (kind_ != FileKind::kSafetensors) return std::vector<ByteRange>{};
  return byte_ranges(tensors_[static_cast<std::size_t>(entry)], window);
}

Result<Matrix> OpenedFile::read(int entry, const Window& window,
                                std::span<const Bytes> pieces) const {
  const auto at = static_cast<std::size_t>(entry);
  if (kind_ == FileKind::kSafetensors) return read_window(tensors_[at], window, pieces);
  if (!entries_[at].problem.empty())
    return fail(ErrorCode::kUnsupported, entries_[at].problem,
                file_name_ + ": " + entries_[at].name);
  const auto held = array_of(at);
  if (!held) return std::unexpected(held.error());
  const Array& array = **held;
  const Extent extent = matrix_extent(array.shape);
  const auto index = matrix_index(array.shape, window, file_name_);
  if (!index) return std::unexpected(index.error());
  const auto inside = [](std::int64_t first, std::int64_t count, std::int64_t limit) {
    return first >= 0 && count >= 0 && first <= limit && count <= limit - first;
  };
  if (!inside(window.row, window.rows, extent.rows) ||
      !inside(window.col, window.cols, extent.cols)) {
    return fail(ErrorCode::kShape, "the window does not lie in " + shape_text(array.shape),
                file_name_);
  }
  return cut(array, *index, window);
}

}  // namespace ap
