// The desktop's window and ports: SDL2 and OpenGL 3.3 core. Waits for events; idle costs nothing.
#ifndef __EMSCRIPTEN__
#include <SDL.h>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/assets.hpp"
#include "platform/native_files.hpp"
#include "platform/native_keys.hpp"
#include "platform/native_labels.hpp"
#include "platform/window.hpp"

namespace ap::platform {
namespace {

constexpr int kFramesAfterInput = 2;

class NativePorts final : public Ports {
 public:
  explicit NativePorts(std::string link) : link_(std::move(link)) {}

  [[nodiscard]] double now() const override {
    return static_cast<double>(SDL_GetPerformanceCounter()) /
           static_cast<double>(SDL_GetPerformanceFrequency());
  }
  void request_frame() override { wanted = std::max(wanted, 1); }
  void request_frame_after(double seconds) override {
    wake_at = std::min(wake_at, now() + seconds);
  }
  [[nodiscard]] bool reduced_motion() const override { return flag("ATTENTION_REDUCED_MOTION"); }
  [[nodiscard]] bool prefers_dark() const override {
    const char* theme = std::getenv("GTK_THEME");
    return flag("ATTENTION_DARK") ||
           (theme != nullptr && std::string_view(theme).find("dark") != std::string_view::npos);
  }
  [[nodiscard]] bool coarse_pointer() const override { return false; }
  [[nodiscard]] bool embedded() const override { return false; }

  [[nodiscard]] bool edits_text() const override { return false; }
  void edit_text(const TextRequest&) override {}
  void end_text() override {}
  [[nodiscard]] std::vector<TextEvent> take_text_events() override { return {}; }
  [[nodiscard]] Gestures take_gestures() override { return {}; }
  void keep_tab(bool) override {}

  void set_clipboard_client(ClipboardClient given) override { clipboard_client = std::move(given); }
  [[nodiscard]] std::string clipboard() override {
    char* text = SDL_GetClipboardText();
    std::string result = text != nullptr ? text : "";
    SDL_free(text);
    return result;
  }
  void set_clipboard(std::string_view text) override {
    SDL_SetClipboardText(std::string(text).c_str());
  }

  void open_file(std::string_view accept, std::function<void(Result<OpenedFile>)> done) override {
    const auto path = ask_open_path(accept);
    if (!path) return done(std::unexpected(path.error()));
    if (path->empty()) return;
    done(opened(*path));
  }
  [[nodiscard]] static Result<OpenedFile> opened(const std::filesystem::path& path) {
    auto bytes = read_file(path);
    if (!bytes) return std::unexpected(bytes.error());
    return OpenedFile{path.filename().string(), std::move(*bytes)};
  }
  Result<std::string> save_file(std::string_view name, std::string_view,
                                std::span<const unsigned char> bytes) override {
    const auto asked = ask_save_path(name);
    std::error_code ignored;
    const std::filesystem::path path =
        asked ? *asked : std::filesystem::absolute(std::filesystem::path(name), ignored);
    if (path.empty()) return std::string();
    if (auto written = write_file(path, bytes); !written) return std::unexpected(written.error());
    return path.string();
  }
  void set_drop_client(std::function<void(OpenedFile)> given) override {
    drop_client = std::move(given);
  }

  [[nodiscard]] std::optional<std::string> load(std::string_view key) override {
    const auto folder = data_folder();
    if (folder.empty()) return std::nullopt;
    const auto bytes = read_file(folder / key);
    if (!bytes) return std::nullopt;
    return std::string(bytes->begin(), bytes->end());
  }
  void store(std::string_view key, std::string_view value) override {
    const auto folder = data_folder();
    if (folder.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    // What cannot be kept is not missed.
    (void)write_file(folder / key,
                     {reinterpret_cast<const unsigned char*>(value.data()), value.size()});
  }
  [[nodiscard]] std::string hash() const override { return link_; }
  void push_link(std::string_view, bool) override {}
  void on_hash(std::function<void(std::string)>) override {}
  void on_leave(std::function<void()> client) override { leave_client = std::move(client); }
  /// Of the page that links are for; without one, what `attention-playground --link` takes.
  [[nodiscard]] std::string address() const override {
    const char* page = std::getenv("ATTENTION_PLAYGROUND_PAGE");
    return page != nullptr && *page != '\0' ? page : "attention-playground:";
  }
  void open_url(std::string_view url) override { SDL_OpenURL(std::string(url).c_str()); }
  void show_theme(bool) override {}
  void announce(std::string_view) override {}
  [[nodiscard]] Label rasterise_label(std::string_view utf8, float size, LabelFace face) override {
    return rasterise_by_system(utf8, size, face);
  }
  [[nodiscard]] std::vector<LabelSpan> label_spans(std::string_view utf8, float size,
                                                   LabelFace face) override {
    return spans_by_system(utf8, size, face);
  }
  void fetch_asset(std::string_view name, std::function<void(Result<Bytes>)> done) override {
    const auto bytes = asset(name);
    if (bytes.empty()) return done(fail(ErrorCode::kNotFound, "no such asset", std::string(name)));
    done(Bytes(bytes.begin(), bytes.end()));
  }
  void offer_face(std::string_view, int, std::span<const unsigned char>) override {}

  int wanted = 0;
  double wake_at = 1e300;
  ClipboardClient clipboard_client;
  std::function<void(OpenedFile)> drop_client;
  std::function<void()> leave_client;

 private:
  static bool flag(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' && *value != '0';
  }
  std::string link_;
};

class NativeWindow final : public Window {
 public:
  NativeWindow(SDL_Window* window, SDL_GLContext context, const WindowOptions& options)
      : window_(window), context_(context), fixed_scale_(options.scale), ports_(options.link) {}
  ~NativeWindow() override {
    for (SDL_Cursor* made : cursors_) SDL_FreeCursor(made);
    SDL_GL_DeleteContext(context_);
    SDL_DestroyWindow(window_);
    SDL_Quit();
  }

  [[nodiscard]] Viewport viewport() const override;
  void present() override { SDL_GL_SwapWindow(window_); }
  [[nodiscard]] bool keeps_picture() const override { return false; }
  void cursor(Cursor shape) override {
    SDL_Cursor*& made = cursors_[static_cast<std::size_t>(shape)];
    if (made == nullptr) made = SDL_CreateSystemCursor(system_cursor(shape));
    SDL_SetCursor(made);
  }
  void text_cursor(Box box) override {
    const float unit = event_unit();
    const SDL_Rect rect{static_cast<int>(box.x / unit), static_cast<int>(box.y / unit),
                        std::max(1, static_cast<int>(box.w / unit)),
                        std::max(1, static_cast<int>(box.h / unit))};
    SDL_SetTextInputRect(&rect);
  }
  Result<void> save(const std::string& path, std::span<const unsigned char> bytes) override {
    return write_file(path, bytes);
  }
  void close() override {
    SDL_Event event{};
    event.type = SDL_QUIT;
    SDL_PushEvent(&event);
  }
  int run(WindowClient client) override;
  [[nodiscard]] Ports& ports() noexcept override { return ports_; }

 private:
  bool handle(const SDL_Event& event);  // false: the window was closed
  bool clipboard_key(const SDL_KeyboardEvent& event);
  /// Points an SDL coordinate: on X11 SDL counts pixels, on macOS points.
  [[nodiscard]] float event_unit() const;
  void draw();
  void loop();

  SDL_Window* window_;
  SDL_GLContext context_;
  float fixed_scale_;
  NativePorts ports_;
  WindowClient client_;
  SDL_Cursor* cursors_[kCursors] = {};
};

Viewport NativeWindow::viewport() const {
  Viewport v;
  int width = 0;
  SDL_GL_GetDrawableSize(window_, &v.pixel_width, &v.pixel_height);
  SDL_GetWindowSize(window_, &width, nullptr);
  v.scale = static_cast<float>(v.pixel_width) / static_cast<float>(std::max(1, width));
  if (fixed_scale_ > 0) {
    v.scale = fixed_scale_;
  } else if (v.scale <= 1) {
    float dpi = 96;
    if (SDL_GetDisplayDPI(std::max(0, SDL_GetWindowDisplayIndex(window_)), nullptr, &dpi,
                          nullptr) == 0 &&
        dpi > 120) {
      v.scale = std::clamp(dpi / 96, 1.F, 4.F);
    }
  }
  v.width = static_cast<float>(v.pixel_width) / v.scale;
  v.height = static_cast<float>(v.pixel_height) / v.scale;
  return v;
}

float NativeWindow::event_unit() const {
  int width = 0;
  SDL_GetWindowSize(window_, &width, nullptr);
  return viewport().width / static_cast<float>(std::max(1, width));
}

/// Copy, cut and paste of cells; while a text field is edited SDL_TEXTINPUT is on and it has its
/// own.
bool NativeWindow::clipboard_key(const SDL_KeyboardEvent& event) {
  const ClipboardClient& c = ports_.clipboard_client;
  if ((event.keysym.mod & (KMOD_CTRL | KMOD_GUI)) == 0) return false;
  const SDL_Keycode code = event.keysym.sym;
  if ((code == SDLK_c || code == SDLK_x) && c.copy) {
    const auto text = c.copy(code == SDLK_x);
    if (text) ports_.set_clipboard(*text);
    return text.has_value();
  }
  if (code == SDLK_v && c.paste) c.paste(ports_.clipboard());
  return false;
}

bool NativeWindow::handle(const SDL_Event& event) {
  InputSink& sink = *client_.sink;
  const float unit = event_unit();
  switch (event.type) {
    case SDL_QUIT: return false;
    case SDL_MOUSEMOTION:
      sink.pointer(
          static_cast<float>(event.motion.x) * unit, static_cast<float>(event.motion.y) * unit,
          event.motion.which == SDL_TOUCH_MOUSEID ? PointerKind::kTouch : PointerKind::kMouse);
      break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: {
      const int index = event.button.button == SDL_BUTTON_LEFT    ? 0
                        : event.button.button == SDL_BUTTON_RIGHT ? 1
                                                                  : 2;
      const bool down = event.type == SDL_MOUSEBUTTONDOWN;
      SDL_CaptureMouse(down ? SDL_TRUE : SDL_FALSE);
      sink.button(index, down, PointerKind::kMouse);
      break;
    }
    case SDL_MOUSEWHEEL: sink.wheel(-event.wheel.preciseX, event.wheel.preciseY); break;
    case SDL_KEYDOWN:
    case SDL_KEYUP: {
      const auto mod = event.key.keysym.mod;
      sink.modifiers((mod & KMOD_CTRL) != 0, (mod & KMOD_SHIFT) != 0, (mod & KMOD_ALT) != 0,
                     (mod & KMOD_GUI) != 0);
      const bool down = event.type == SDL_KEYDOWN;
      if (down && clipboard_key(event.key)) break;
      sink.key(key_of(event.key.keysym.sym), down);
      break;
    }
    case SDL_TEXTINPUT: sink.text(event.text.text); break;
    case SDL_WINDOWEVENT:
      if (event.window.event == SDL_WINDOWEVENT_LEAVE) sink.pointer_gone();
      if (event.window.event == SDL_WINDOWEVENT_FOCUS_GAINED) sink.focus(true);
      if (event.window.event == SDL_WINDOWEVENT_FOCUS_LOST) sink.focus(false);
      break;
    case SDL_DROPFILE: {
      auto file = NativePorts::opened(event.drop.file);
      SDL_free(event.drop.file);
      if (file && ports_.drop_client) ports_.drop_client(std::move(*file));
      break;
    }
    default: return true;
  }
  ports_.wanted = kFramesAfterInput;
  return true;
}

void NativeWindow::draw() {
  const double start = ports_.now();
  ports_.wanted = std::max(0, ports_.wanted - 1);
  if (client_.frame()) ports_.request_frame();
  FrameTimes& times = frame_times();
  ++times.frames;
  times.last_ms = (ports_.now() - start) * 1000;
  times.worst_ms = std::max(times.worst_ms, times.last_ms);
  times.total_ms += times.last_ms;
}

int NativeWindow::run(WindowClient client) {
  client_ = std::move(client);
  loop();
  if (ports_.leave_client) ports_.leave_client();
  return 0;
}

void NativeWindow::loop() {
  ports_.wanted = kFramesAfterInput;
  SDL_StartTextInput();
  while (true) {
    SDL_Event event;
    if (ports_.wanted == 0) {
      const double wait = (ports_.wake_at - ports_.now()) * 1000;
      const int timeout = wait > 1e6 ? -1 : std::max(0, static_cast<int>(wait) + 1);
      if (SDL_WaitEventTimeout(&event, timeout) != 0 && !handle(event)) return;
    }
    while (SDL_PollEvent(&event) != 0) {
      if (!handle(event)) return;
    }
    if (ports_.now() >= ports_.wake_at) {
      ports_.wake_at = 1e300;
      ports_.request_frame();
    }
    if (ports_.wanted > 0) draw();
  }
}

}  // namespace

FrameTimes& frame_times() noexcept {
  static FrameTimes times;
  return times;
}

Ports* ports_without_window() { return nullptr; }

Result<std::unique_ptr<Window>> open_window(const WindowOptions& options) {
  SDL_SetHint(SDL_HINT_IME_SHOW_UI, "1");
  if (SDL_Init(SDL_INIT_VIDEO) != 0) return fail(ErrorCode::kUnsupported, SDL_GetError(), "SDL");
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_FLAGS, SDL_GL_CONTEXT_FORWARD_COMPATIBLE_FLAG);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
  SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
  SDL_Window* window = SDL_CreateWindow(
      "Attention Playground", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, options.width,
      options.height, SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  if (window == nullptr) return fail(ErrorCode::kUnsupported, SDL_GetError(), "window");
  SDL_GLContext context = SDL_GL_CreateContext(window);
  if (context == nullptr) {
    const std::string reason = SDL_GetError();
    SDL_DestroyWindow(window);
    return fail(ErrorCode::kUnsupported, "no OpenGL 3.3: " + reason, "window");
  }
  SDL_SetWindowMinimumSize(window, 320, 240);
  SDL_GL_SetSwapInterval(1);
  return std::make_unique<NativeWindow>(window, context, options);
}

}  // namespace ap::platform
#endif
