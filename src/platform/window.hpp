// Window: the desktop's window (or the page's canvas), its OpenGL context, and the pump that turns
// input into calls on an InputSink. Frames are on demand: one is drawn after an event, a request,
// or while the last one asked for more; an idle window draws nothing. Leaves out: what is drawn,
// and which toolkit reads the input.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/keys.hpp"
#include "platform/ports.hpp"

namespace ap::platform {

enum class PointerKind : std::uint8_t { kMouse, kTouch, kPen };

/// Input, already rid of what the page or the system keeps for itself.
class InputSink {
 public:
  virtual ~InputSink() = default;
  virtual void pointer(float x, float y, PointerKind kind) = 0;
  virtual void pointer_gone() = 0;
  virtual void button(int index, bool down, PointerKind kind) = 0;  // 0 left, 1 right, 2 middle
  virtual void wheel(float dx, float dy) = 0;                       // notches
  virtual void modifiers(bool ctrl, bool shift, bool alt, bool super) = 0;
  virtual void key(Key which, bool down) = 0;
  virtual void text(const char* utf8) = 0;
  virtual void focus(bool gained) = 0;
};

struct WindowClient {
  InputSink* sink = nullptr;
  /// Draws one frame; true: more are wanted.
  std::function<bool()> frame;
  std::function<void()> context_lost;
  std::function<void()> context_restored;
};

struct Viewport {
  float width = 0;  // points
  float height = 0;
  int pixel_width = 0;
  int pixel_height = 0;
  float scale = 1;  // device pixels a point
};

struct WindowOptions {
  int width = 1280;
  int height = 800;
  float scale = 0;   // desktop: 0 asks the system
  std::string link;  // desktop: what a page has behind '#'
};

struct FrameTimes {
  std::uint64_t frames = 0;
  double last_ms = 0;   // main-thread work of the last frame
  double worst_ms = 0;  // since reset
  double total_ms = 0;
};

class Window {
 public:
  virtual ~Window() = default;
  [[nodiscard]] virtual Viewport viewport() const = 0;
  /// Shows what was drawn.
  virtual void present() = 0;
  /// What was shown last stays there until something else is drawn, whatever passed over it.
  [[nodiscard]] virtual bool keeps_picture() const = 0;
  virtual void cursor(Cursor shape) = 0;
  /// Desktop: where the input method's candidates go.
  virtual void text_cursor(Box box) = 0;
  /// Desktop: writes a file where it is told (for screenshots). Page: unsupported.
  virtual Result<void> save(const std::string& path, std::span<const unsigned char> bytes) = 0;
  /// Desktop: run() returns after this frame.
  virtual void close() = 0;
  /// Desktop: until the window is closed. Page: returns at once, the browser calls.
  virtual int run(WindowClient client) = 0;
  [[nodiscard]] virtual Ports& ports() noexcept = 0;
};

/// Ports alone, for a page without WebGL 2; null on the desktop, where there is nothing to do then.
[[nodiscard]] Ports* ports_without_window();
[[nodiscard]] Result<std::unique_ptr<Window>> open_window(const WindowOptions& options);
[[nodiscard]] FrameTimes& frame_times() noexcept;

}  // namespace ap::platform
