// text_field: the one way to edit text in the interface. On the desktop it is ImGui's; in a page
// the field is drawn here while a real DOM input, laid over it, does the editing, so that input
// methods, soft keyboards, the clipboard, undo in the field and any script work. Same results
// either way.
#pragma once

#include <imgui.h>
#include <string>

#include "platform/ports.hpp"
#include "ui/widgets/fonts.hpp"
#include "ui/widgets/labels.hpp"

namespace ap::ui {

struct TextFieldOptions {
  float width = 0;   // 0: what is left of the line
  float height = 0;  // 0: from the font
  FontRole font = FontRole::kBody;
  const char* hint = nullptr;  // shown while empty
  bool numeric = false;
  bool multiline = false;
  bool focus = false;          // start editing in this frame
  bool select_all = true;      // at the start; else the caret is at the end
  bool frame = true;           // ground and outline
  bool keep_tab = false;       // Tab ends editing and is reported, instead of leaving the canvas
  bool keep_vertical = false;  // likewise up and down
  std::size_t max_bytes = 1 << 16;
  Labels* labels = nullptr;  // draws scripts that the embedded faces lack
};

struct TextFieldResult {
  bool began = false;  // editing starts with this frame
  bool editing = false;
  bool changed = false;    // `text` is another than before
  bool committed = false;  // Enter, Tab, up, down, or the focus went elsewhere
  bool cancelled = false;  // Escape: `text` is again what it was when editing began
  platform::TextKey key = platform::TextKey::kNone;  // what ended it
};

/// `id` is ImGui's (unique in its window), `label` is for screen readers.
TextFieldResult text_field(platform::Ports& ports, const char* id, const char* label,
                           std::string& text, const TextFieldOptions& options = {});

/// Ends the editing that was under way, if its field was not drawn this frame. Once a frame, last.
void finish_text_fields(platform::Ports& ports);

/// A text field has the keyboard.
[[nodiscard]] bool editing_text();

}  // namespace ap::ui
