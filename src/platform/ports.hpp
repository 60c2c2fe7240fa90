// Ports: all that the playground asks of the place it runs in. web.cpp (a page) and native.cpp (a
// desktop) implement it; tests may with a fake. Everything here is called on the one thread.
// What a place cannot do is silently absent: no storage in a sandboxed frame, no label rasterizer
// on the desktop. Positions are CSS pixels (points) from the window's or canvas's top left corner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "view/paint/word_pixels.hpp"

namespace ap::platform {

struct Box {
  float x = 0;
  float y = 0;
  float w = 0;
  float h = 0;
};

using Bytes = std::vector<unsigned char>;

struct OpenedFile {
  std::string name;
  Bytes bytes;
};

/// One text field that a real DOM <input> edits on behalf of a drawn one.
struct TextRequest {
  std::uint32_t id = 0;  // the drawn field's; never 0
  Box box;               // where its text is, without the frame around it
  std::string_view text;
  std::string_view label;  // its accessible name
  float font_size = 15;    // points
  bool mono = false;
  bool numeric = false;        // a number keyboard where there is a soft one
  bool keep_tab = false;       // Tab and Shift+Tab go to the field (TextKey) instead of leaving it
  bool keep_vertical = false;  // likewise the up and down arrows
  bool multiline = false;
  int select_from = -1;  // selection at the start in code points; -1: all
  int select_to = -1;
  std::uint32_t colour = 0xFF000000;  // 0xAABBGGRR
};

enum class TextKey : std::uint8_t { kNone, kEnter, kEscape, kTab, kBackTab, kUp, kDown, kBlur };

/// What happened in the field since the last frame, in order.
struct TextEvent {
  std::uint32_t id = 0;
  TextKey key = TextKey::kNone;  // kNone: the text changed
  std::string text;              // whole, also with a key
};

/// Two fingers and long presses since the last frame; wheel and one finger come as mouse.
struct Gestures {
  bool pinching = false;  // two fingers are down
  float scale = 1;        // distance now / distance last frame
  float pan_x = 0;        // movement of their middle
  float pan_y = 0;
  float centre_x = 0;
  float centre_y = 0;
  bool long_press = false;  // one begins here
  bool holding = false;     // its finger is still down, and may have moved since
  float press_x = 0;
  float press_y = 0;
};

/// One line of text: what takes the colour that it will be drawn with, and what has its own
/// (emoji).
struct Label {
  int width = 0;  // device pixels
  int height = 0;
  float left = 0;      // device pixels from the left edge to the pen's start
  float baseline = 0;  // device pixels from the top
  float advance = 0;   // device pixels
  WordPixels pixels;
  [[nodiscard]] bool empty() const noexcept { return pixels.ink.empty(); }
};

/// Where one character of a label stands, in device pixels from the pen's start: from the edge it
/// begins at to the one it ends at, which is to its left where the script runs so.
struct LabelSpan {
  float from = 0;
  float to = 0;
};

enum class LabelFace : std::uint8_t { kText, kBold, kMono };

/// Copy and paste of what is selected on the sheet; text fields have their own.
struct ClipboardClient {
  std::function<std::optional<std::string>(bool cut)> copy;  // nothing selected: nullopt
  std::function<void(std::string text)> paste;
};

class Ports {
 public:
  Ports() = default;
  Ports(const Ports&) = delete;
  Ports& operator=(const Ports&) = delete;
  virtual ~Ports() = default;

  // --- clock and frames
  /// Seconds, monotonic.
  [[nodiscard]] virtual double now() const = 0;
  /// One more frame, soon; or after so many seconds.
  virtual void request_frame() = 0;
  virtual void request_frame_after(double seconds) = 0;

  // --- what the person prefers
  [[nodiscard]] virtual bool reduced_motion() const = 0;
  [[nodiscard]] virtual bool prefers_dark() const = 0;
  /// The main pointer is a finger: larger targets, no hover.
  [[nodiscard]] virtual bool coarse_pointer() const = 0;
  /// Inside someone else's page.
  [[nodiscard]] virtual bool embedded() const = 0;

  // --- text fields: true if a DOM input does the editing (then begin_text ... take_text)
  [[nodiscard]] virtual bool edits_text() const = 0;
  /// Every frame that the field is edited; the first one focuses it. A new id ends the old one.
  virtual void edit_text(const TextRequest& request) = 0;
  /// The drawn field is gone or done; focus returns to the canvas.
  virtual void end_text() = 0;
  [[nodiscard]] virtual std::vector<TextEvent> take_text_events() = 0;

  // --- pointer and keyboard beyond the mouse
  [[nodiscard]] virtual Gestures take_gestures() = 0;
  /// While true, Tab on the canvas is a key for the playground; else it moves the page's focus.
  virtual void keep_tab(bool keep) = 0;

  // --- clipboard
  virtual void set_clipboard_client(ClipboardClient client) = 0;
  [[nodiscard]] virtual std::string clipboard() = 0;  // web: what was pasted last
  virtual void set_clipboard(std::string_view text) = 0;

  // --- files, as bytes
  /// accept: ".json,.npy"; `done` is not called when the person cancels.
  virtual void open_file(std::string_view accept, std::function<void(Result<OpenedFile>)> done) = 0;
  /// Where it went, for a message ("Downloads", a path).
  virtual Result<std::string> save_file(std::string_view name, std::string_view mime,
                                        std::span<const unsigned char> bytes) = 0;
  /// Files dropped on the window.
  virtual void set_drop_client(std::function<void(OpenedFile)> client) = 0;

  // --- small texts kept for next time, and the address
  [[nodiscard]] virtual std::optional<std::string> load(std::string_view key) = 0;
  virtual void store(std::string_view key, std::string_view value) = 0;
  /// Without '#'; on the desktop the command line's `--link`.
  [[nodiscard]] virtual std::string hash() const = 0;
  /// The address names this document now (a share link): a step that the back button takes back.
  /// `replace`: the step that it already stands at. Other settings of the address stay. Nothing
  /// inside someone else's page, and on the desktop.
  virtual void push_link(std::string_view link, bool replace) = 0;
  /// The hash was changed by a link or the back button.
  virtual void on_hash(std::function<void(std::string hash)> client) = 0;
  /// The page is left or the window closed: the moment to store.
  virtual void on_leave(std::function<void()> client) = 0;
  /// The page's address without hash; on the desktop a public address or "".
  [[nodiscard]] virtual std::string address() const = 0;
  virtual void open_url(std::string_view url) = 0;
  /// The theme in use, for what is around the canvas (the page's own DOM).
  virtual void show_theme(bool dark) = 0;
  /// To scripts that listen: "select", "error".
  virtual void tell(std::string_view event) { (void)event; }
  /// A polite message for screen readers.
  virtual void announce(std::string_view text) = 0;
  /// The same numbers as a real table, beside the drawing: only a page has one.
  [[nodiscard]] virtual bool has_table() const { return false; }
  virtual void show_table() {}
  /// The prose of lessons is the page's own text: opens or closes it. False: there is no such page.
  virtual bool show_lessons() { return false; }
  /// Import and export are the page's own dialog, fetched when it is asked for. False: there is no
  /// such page.
  virtual bool show_files(bool save) {
    (void)save;
    return false;
  }

  // --- what is drawn or fetched for us
  /// Text in any script at `size` device pixels; empty: the caller falls back to its own faces.
  [[nodiscard]] virtual Label rasterise_label(std::string_view utf8, float size,
                                              LabelFace face) = 0;
  /// Of the label's code points, and one more, empty, at its end. Nothing where a DOM input edits.
  [[nodiscard]] virtual std::vector<LabelSpan> label_spans(std::string_view utf8, float size,
                                                           LabelFace face) {
    (void)utf8, (void)size, (void)face;
    return {};
  }
  /// "assets/words.bin": embedded (at once) or fetched beside the module.
  virtual void fetch_asset(std::string_view name, std::function<void(Result<Bytes>)> done) = 0;
  /// A face embedded in the program, for the DOM's own text; nothing on the desktop.
  virtual void offer_face(std::string_view family, int weight,
                          std::span<const unsigned char> ttf) = 0;
};

}  // namespace ap::platform
