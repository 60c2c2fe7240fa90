// Token texts by id and back. Holds views of a TokenizerSpec that must live as long.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "text/tokenizers/spec.hpp"

namespace ap {

class Vocabulary {
 public:
  /// kRange, kParse: ids out of range, twice, or an added token that contradicts the list.
  [[nodiscard]] static Result<Vocabulary> make(const TokenizerSpec& spec);

  [[nodiscard]] int size() const noexcept { return static_cast<int>(entries_.size()); }
  [[nodiscard]] bool has(int id) const noexcept {
    return id >= 0 && id < size() && entries_[static_cast<std::size_t>(id)].present;
  }
  [[nodiscard]] std::string_view raw(int id) const noexcept {
    return has(id) ? entries_[static_cast<std::size_t>(id)].text : std::string_view{};
  }
  [[nodiscard]] bool special(int id) const noexcept {
    return has(id) && entries_[static_cast<std::size_t>(id)].special;
  }
  /// Found before the model sees the text; what it says is its content, nothing else.
  [[nodiscard]] bool added(int id) const noexcept {
    return has(id) && entries_[static_cast<std::size_t>(id)].added;
  }
  /// -1 if there is none; of equal texts the lowest id.
  [[nodiscard]] int find(std::string_view text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? -1 : found->second;
  }
  /// Likewise, among what the model itself may make: not what was only added.
  [[nodiscard]] int find_model(std::string_view text) const {
    const int id = find(text);
    return id >= 0 && entries_[static_cast<std::size_t>(id)].of_model ? id : -1;
  }

 private:
  struct Entry {
    std::string_view text;
    bool present = false, special = false, added = false, of_model = false;
  };
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, int> ids_;
};

/// A token text for a message: quoted, not too long.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace ap
