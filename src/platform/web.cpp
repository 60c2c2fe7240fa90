// The page's window: SDL makes the canvas's WebGL 2 context; input comes from web_glue.js, because
// SDL's own listeners prevent the default of every key, wheel and touch of the page.
#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#include <emscripten/html5.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "platform/web_glue.hpp"
#include "platform/web_ports.hpp"
#include "platform/window.hpp"

namespace ap::platform {
namespace {

constexpr const char* kCanvas = "#canvas";
// The first shows what the event did; the second what that frame's layout made of it (hover, sizes).
constexpr int kFramesAfterInput = 2;

struct Page {
  WindowClient client;
  Viewport viewport;
  int wanted = 0;        // frames still to draw
  bool running = false;
  bool drawing = false;  // moving the DOM's focus calls back into us
  bool lost = false;     // the WebGL context
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

/// Takes SDL's listeners off again; a null callback removes what was registered for the target.
void remove_sdl_listeners() {
  emscripten_set_mousemove_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_mousedown_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_mouseup_callback(EMSCRIPTEN_EVENT_TARGET_DOCUMENT, nullptr, false, nullptr);
  emscripten_set_mouseenter_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_mouseleave_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_wheel_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_touchstart_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_touchend_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_touchmove_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_touchcancel_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_keydown_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_keyup_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_keypress_callback(kCanvas, nullptr, false, nullptr);
  emscripten_set_focus_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, nullptr, false, nullptr);
  emscripten_set_blur_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, nullptr, false, nullptr);
  emscripten_set_resize_callback(EMSCRIPTEN_EVENT_TARGET_WINDOW, nullptr, false, nullptr);
  emscripten_set_visibilitychange_callback(nullptr, false, nullptr);
}

class WebWindow final : public Window {
 public:
  WebWindow() = default;
  [[nodiscard]] Viewport viewport() const override { return page().viewport; }
  void present() override { SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT); }
  void cursor(SDL_SystemCursor shape) override {
    SDL_Cursor*& made = cursors_[shape];
    if (made == nullptr) made = SDL_CreateSystemCursor(shape);
    SDL_SetCursor(made);
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
  SDL_Cursor* cursors_[SDL_NUM_SYSTEM_CURSORS] = {};
};

}  // namespace

const char* glsl_version() noexcept { return "#version 300 es"; }

FrameTimes& frame_times() noexcept {
  static FrameTimes times;
  return times;
}

Ports* ports_without_window() {
  ap_glue_start(0);
  return &web_ports();
}

Result<std::unique_ptr<Window>> open_window(const WindowOptions&) {
  // Before the window is made: else SDL would listen to the keys of the whole page.
  SDL_SetHint(SDL_HINT_EMSCRIPTEN_KEYBOARD_ELEMENT, kCanvas);
  SDL_SetHint(SDL_HINT_EMSCRIPTEN_ASYNCIFY, "0");
  if (SDL_Init(SDL_INIT_VIDEO) != 0) return fail(ErrorCode::kUnsupported, SDL_GetError(), "SDL");
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_ES);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 0);
  SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
  SDL_GL_SetAttribute(SDL_GL_STENCIL_SIZE, 0);
  double width = 0;
  double height = 0;
  emscripten_get_element_css_size(kCanvas, &width, &height);
  // No title: SDL would write it into the host page's.
  SDL_Window* window =
      SDL_CreateWindow(nullptr, 0, 0, std::max(1, static_cast<int>(width)),
                       std::max(1, static_cast<int>(height)),
                       SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (window == nullptr) return fail(ErrorCode::kUnsupported, SDL_GetError(), "canvas");
  remove_sdl_listeners();
  if (SDL_GL_CreateContext(window) == nullptr) {
    return fail(ErrorCode::kUnsupported, "this browser has no WebGL 2", "canvas");
  }
  SDL_StopTextInput();
  return std::make_unique<WebWindow>();
}

}  // namespace ap::platform

/// SDL would look OpenGL functions up by name, which keeps all 300 of them in the page. Nobody asks
/// it to: ours are linked by name. Defined here, Emscripten's own table is left out.
extern "C" void* eglGetProcAddress(const char*) { return nullptr; }

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
  page().client.sink->key(code, down != 0);
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
  g.long_press = true;
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
EMSCRIPTEN_KEEPALIVE double ap_web_frames() {
  return static_cast<double>(frame_times().frames);
}
EMSCRIPTEN_KEEPALIVE double ap_web_frame_ms(int which) {
  const FrameTimes& t = frame_times();
  return which == 0 ? t.last_ms : which == 1 ? t.worst_ms : t.total_ms;
}
EMSCRIPTEN_KEEPALIVE void ap_web_reset_times() { frame_times() = {frame_times().frames, 0, 0, 0}; }
}
#endif
