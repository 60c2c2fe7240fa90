// The page's window: a WebGL 2 context of the canvas, input from web_glue.js. No SDL: 43 kB
// less to download, and none of its listeners, which would prevent the default of every key, wheel
// and touch of the page.
#ifdef __EMSCRIPTEN__
#include <algorithm>
#include <cstdlib>
#include <emscripten.h>
#include <emscripten/html5.h>
#include <utility>

#include "platform/web_glue.hpp"
#include "platform/web_ports.hpp"
#include "platform/window.hpp"

namespace ap::platform {
namespace {

constexpr const char* kCanvas = "#canvas";
// The first shows what the event did; the second what that frame's layout made of it (hover,
// sizes).
constexpr int kFramesAfterInput = 2;

struct Page {
  WindowClient client;
  Viewport viewport;
  int wanted = 0;  // frames still to draw
  bool running = false;
  bool drawing = false;  // moving the DOM's focus calls back into us
  bool lost = false;     // the WebGL context
  bool again = false;    // what is shown is drawn anew
};
Page& page() {
  static Page* state = new Page;
  return *state;
}

void wake(int frames = kFramesAfterInput) {
  Page& p = page();
  p.wanted = std::max(p.wanted, frames);
  ap_glue_request_frame();
}

class WebWindow final : public Window {
 public:
  WebWindow() = default;
  [[nodiscard]] Viewport viewport() const override { return page().viewport; }
  void present() override {}
  [[nodiscard]] bool keeps_picture() const override { return !page().again; }
  void cursor(Cursor shape) override {
    if (shape == cursor_) return;
    cursor_ = shape;
    ap_glue_cursor(static_cast<int>(shape));
  }
  void text_cursor(Box) override {}
  Result<void> save(const std::string& path, std::span<const unsigned char>) override {
    return fail(ErrorCode::kUnsupported, "a page writes no files", path);
  }
  void close() override {}
  int run(WindowClient client) override {
    page().client = std::move(client);
    page().running = true;
    ap_glue_start(1);
    wake();
    return 0;
  }
  [[nodiscard]] Ports& ports() noexcept override { return web_ports(); }

 private:
  Cursor cursor_ = Cursor::kArrow;
};

}  // namespace

FrameTimes& frame_times() noexcept {
  static FrameTimes times;
  return times;
}

Ports* ports_without_window() {
  ap_glue_start(0);
  return &web_ports();
}

Result<std::unique_ptr<Window>> open_window(const WindowOptions&) {
  EmscriptenWebGLContextAttributes wanted;
  emscripten_webgl_init_context_attributes(&wanted);
  wanted.majorVersion = 2;
  wanted.alpha = wanted.depth = wanted.stencil = wanted.antialias = false;
  wanted.enableExtensionsByDefault = false;  // none is used, and each is a question to the GPU
  const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = emscripten_webgl_create_context(kCanvas, &wanted);
  if (context <= 0 || emscripten_webgl_make_context_current(context) != EMSCRIPTEN_RESULT_SUCCESS) {
    return fail(ErrorCode::kUnsupported, "this browser has no WebGL 2", "canvas");
  }
  return std::make_unique<WebWindow>();
}

}  // namespace ap::platform

// ---- calls from web_glue.js
using namespace ap::platform;

extern "C" {

EMSCRIPTEN_KEEPALIVE void ap_web_frame() {
  Page& p = page();
  if (!p.running || p.lost || p.drawing || p.viewport.pixel_width == 0) return;
  p.drawing = true;
  const double start = emscripten_get_now();
  p.wanted = std::max(0, p.wanted - 1);
  const bool more = p.client.frame();
  p.drawing = false;
  FrameTimes& times = frame_times();
  ++times.frames;
  times.last_ms = emscripten_get_now() - start;
  times.worst_ms = std::max(times.worst_ms, times.last_ms);
  times.total_ms += times.last_ms;
  if (more || p.wanted > 0) ap_glue_request_frame();
}

/// So that the canvas can be read before this turn of the browser ends.
EMSCRIPTEN_KEEPALIVE void ap_web_paint() {
  page().again = true;
  ap_web_frame();
  page().again = false;
}

EMSCRIPTEN_KEEPALIVE void ap_web_wake() {
  if (page().running) wake();
}

EMSCRIPTEN_KEEPALIVE void ap_web_resize(double width, double height, int pixel_width,
                                        int pixel_height) {
  page().viewport = {static_cast<float>(width), static_cast<float>(height), pixel_width,
                     pixel_height, static_cast<float>(pixel_width / std::max(1.0, width))};
  wake();
}

EMSCRIPTEN_KEEPALIVE void ap_web_context(int restored) {
  Page& p = page();
  p.lost = restored == 0;
  if (p.lost) {
    p.client.context_lost();
  } else {
    p.client.context_restored();
    wake();
  }
}

EMSCRIPTEN_KEEPALIVE void ap_web_modifiers(int ctrl, int shift, int alt, int super) {
  page().client.sink->modifiers(ctrl != 0, shift != 0, alt != 0, super != 0);
}
EMSCRIPTEN_KEEPALIVE void ap_web_pointer(double x, double y, int kind) {
  page().client.sink->pointer(static_cast<float>(x), static_cast<float>(y),
                              static_cast<PointerKind>(kind));
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_pointer_gone() {
  page().client.sink->pointer_gone();
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_button(int index, int down, int kind) {
  page().client.sink->button(index, down != 0, static_cast<PointerKind>(kind));
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_wheel(double dx, double dy) {
  page().client.sink->wheel(static_cast<float>(dx), static_cast<float>(dy));
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_key(int code, int down) {
  page().client.sink->key(static_cast<Key>(code), down != 0);
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_typed(char* text) {
  page().client.sink->text(text);
  std::free(text);
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_focus(int gained) {
  page().client.sink->focus(gained != 0);
  wake();
}

EMSCRIPTEN_KEEPALIVE void ap_web_pinch(double scale, double dx, double dy, double x, double y) {
  Gestures& g = web_ports().gestures;
  g.pinching = true;
  g.scale *= static_cast<float>(scale);
  g.pan_x += static_cast<float>(dx);
  g.pan_y += static_cast<float>(dy);
  g.centre_x = static_cast<float>(x);
  g.centre_y = static_cast<float>(y);
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_pinch_end() {
  web_ports().gestures.pinching = false;
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_long_press(double x, double y) {
  Gestures& g = web_ports().gestures;
  g.long_press = g.holding = true;
  g.press_x = static_cast<float>(x);
  g.press_y = static_cast<float>(y);
  wake();
}
/// The finger of a long press moves, or is lifted.
EMSCRIPTEN_KEEPALIVE void ap_web_hold(double x, double y, int down) {
  Gestures& g = web_ports().gestures;
  g.holding = down != 0;
  g.press_x = static_cast<float>(x);
  g.press_y = static_cast<float>(y);
  wake();
}

EMSCRIPTEN_KEEPALIVE void ap_web_text(std::uint32_t id, int key, char* text) {
  if (text != nullptr) {
    web_ports().text_events.push_back({id, static_cast<TextKey>(key), text});
    std::free(text);
  }
  wake();
}

/// The selection as text that JavaScript frees, or null.
EMSCRIPTEN_KEEPALIVE char* ap_web_copy(int cut) {
  const auto& client = web_ports().clipboard_client;
  if (!client.copy) return nullptr;
  const auto text = client.copy(cut != 0);
  wake();
  if (!text) return nullptr;
  char* copy = static_cast<char*>(std::malloc(text->size() + 1));
  if (copy != nullptr) std::copy_n(text->c_str(), text->size() + 1, copy);
  return copy;
}
EMSCRIPTEN_KEEPALIVE void ap_web_paste(char* text) {
  if (text == nullptr) return;
  WebPorts& ports = web_ports();
  ports.pasted = text;
  std::free(text);
  if (ports.clipboard_client.paste) ports.clipboard_client.paste(ports.pasted);
  wake();
}

EMSCRIPTEN_KEEPALIVE void ap_web_hash(char* hash) {
  if (hash == nullptr) return;
  const std::string text(hash);
  std::free(hash);
  if (web_ports().hash_client) web_ports().hash_client(text);
  wake();
}

EMSCRIPTEN_KEEPALIVE void ap_web_leave() {
  if (web_ports().leave_client) web_ports().leave_client();
}

/// Token 0: dropped on the canvas.
EMSCRIPTEN_KEEPALIVE void ap_web_file(int token, char* name, unsigned char* bytes,
                                      std::size_t size) {
  WebPorts& ports = web_ports();
  OpenedFile file{name != nullptr ? name : "", {}};
  std::free(name);
  if (bytes != nullptr) file.bytes.assign(bytes, bytes + size);
  const bool read = bytes != nullptr;
  std::free(bytes);
  if (token == 0) {
    if (read && ports.drop_client) ports.drop_client(std::move(file));
  } else if (auto node = ports.opening.extract(token); !node.empty()) {
    if (read) {
      node.mapped()(std::move(file));
    } else {
      node.mapped()(ap::fail(ap::ErrorCode::kTooLarge, "the file cannot be read or is over 256 MB",
                             file.name));
    }
  }
  wake();
}
EMSCRIPTEN_KEEPALIVE void ap_web_fetched(int token, unsigned char* bytes, std::size_t size) {
  auto node = web_ports().fetching.extract(token);
  if (!node.empty()) {
    if (bytes != nullptr) {
      node.mapped()(Bytes(bytes, bytes + size));
    } else {
      node.mapped()(ap::fail(ap::ErrorCode::kIo, "could not be fetched", "asset"));
    }
  }
  std::free(bytes);
  wake();
}

EMSCRIPTEN_KEEPALIVE int ap_web_has_window() { return page().running ? 1 : 0; }
EMSCRIPTEN_KEEPALIVE double ap_web_frames() { return static_cast<double>(frame_times().frames); }
EMSCRIPTEN_KEEPALIVE double ap_web_frame_ms(int which) {
  const FrameTimes& t = frame_times();
  return which == 0 ? t.last_ms : which == 1 ? t.worst_ms : t.total_ms;
}
EMSCRIPTEN_KEEPALIVE void ap_web_reset_times() { frame_times() = {frame_times().frames, 0, 0, 0}; }
}
#endif
