// InlineEditor: the field that opens over a cell (a number), a token's label (a word), or a row
// that is to be learned (a share, or the word that an output should be like). What cannot be read
// stays in the field with the reason below it, and the value is kept.
#pragma once

#include "ui/sheet/model.hpp"
#include "ui/widgets/context.hpp"

namespace ap::ui {

/// Where to go when the field is done.
enum class After : std::uint8_t { kStay, kDown, kUp, kNext, kPrevious };

class InlineEditor {
 public:
  /// `typed`: what started it replaces the value; empty: the value, all of it selected.
  void edit_cell(CellId cell, float value, std::string_view typed);
  /// What a weight should learn to be.
  void edit_share(CellId cell, float share, std::string_view typed);
  /// The word that the cell's row of the output should be like; empty: none.
  void edit_word(CellId cell, std::string_view word);
  void edit_token(TokenPlace place, CellId label, std::string_view text, bool insert = false);
  [[nodiscard]] bool open() const noexcept { return open_; }
  [[nodiscard]] bool on_token() const noexcept { return open_ && what_ == What::kToken; }
  [[nodiscard]] CellId cell() const noexcept { return cell_; }
  [[nodiscard]] bool refused() const noexcept { return open_ && !error_.empty(); }
  void close() noexcept { open_ = false; }

  /// Draws the field over `box` (screen). Where to go, once it is done.
  std::optional<After> draw(Context& context, const Rect& box, const Rect& region);

 private:
  enum class What : std::uint8_t { kNumber, kToken, kShare, kWord };

  void start(What what, CellId cell, std::string_view text, bool typed);
  [[nodiscard]] bool numeric() const noexcept {
    return what_ == What::kNumber || what_ == What::kShare;
  }
  [[nodiscard]] Result<Action> meant(const Context& context) const;
  void take_early_keys();
  bool commit(Context& context);
  void draw_error(Context& context, const Rect& field, const Rect& region) const;

  bool open_ = false;
  What what_ = What::kNumber;
  bool insert_ = false;
  bool focus_ = false;
  bool typed_ = false;
  bool fresh_ = false;     // opened in this frame by the characters that are in its queue
  bool has_keys_ = false;  // ImGui gives what is typed to the field
  CellId cell_;
  TokenPlace place_;
  std::string text_;
  std::string error_;
};

}  // namespace ap::ui
