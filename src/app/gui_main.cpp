// The window and the page: opens the place to draw in, the session, the interface, and runs.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "app/gui_frame.hpp"
#include "app/gui_session.hpp"
#include "ui/app.hpp"

namespace {

using namespace ap;

constexpr const char* kUsage =
    "attention-playground [--width N] [--height N] [--scale X] [--link 'preset=NAME']\n";

// strtod: the page's standard library has no std::from_chars of floats.
bool read_number(const char* text, double least, double most, double& out) {
  char* end = nullptr;
  out = std::strtod(text, &end);
  return end != text && *end == '\0' && out >= least && out <= most;
}

/// False: show the usage.
bool read_arguments(int count, char** values, platform::WindowOptions& options) {
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = values[i];
    if (i + 1 >= count) return false;
    double number = 0;
    if (name == "--width" && read_number(values[i + 1], 320, 16384, number)) {
      options.width = static_cast<int>(number);
    } else if (name == "--height" && read_number(values[i + 1], 240, 16384, number)) {
      options.height = static_cast<int>(number);
    } else if (name == "--scale" && read_number(values[i + 1], 0.5, 8, number)) {
      options.scale = static_cast<float>(number);
    } else if (name == "--link") {
      options.link = values[i + 1];
    } else {
      return false;
    }
  }
  return true;
}

/// Everything that lives as long as the window; in a page, as long as the page.
struct Program {
  explicit Program(std::unique_ptr<platform::Window> opened)
      : window(std::move(opened)), gui(*window), app(app::session(), window->ports()) {}
  std::unique_ptr<platform::Window> window;
  app::Gui gui;
  ui::App app;
  bool words_asked = false;
};

app::Scene scene_of(Program& p) {
  app::Scene scene;
  scene.frame = [&p](float width, float height, float scale) { p.app.frame(width, height, scale); };
  scene.animating = [&p] {
    if (!p.words_asked) app::load_words(p.window->ports());  // the first frame is on the screen
    p.words_asked = true;
    return p.app.animating();
  };
  scene.background = [&p] { return p.app.background(); };
  scene.lost = [&p] { p.app.context_lost(); };
  scene.restored = [&p] { p.app.context_restored(); };
  return scene;
}

}  // namespace

int main(int argc, char** argv) {
  platform::WindowOptions options;
  if (!read_arguments(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  auto window = platform::open_window(options);
  if (!window) {
    platform::Ports* ports = platform::ports_without_window();
    if (ports == nullptr) {
      std::fprintf(stderr, "attention-playground: %s\n", window.error().message.c_str());
      return 1;
    }
    app::start_session(*ports);  // the page's table and scripts work without the picture
    app::load_words(*ports);
    return 0;
  }
  app::start_session((*window)->ports());
  // In a page main returns and the browser calls back: the program must outlive it.
  auto* program = new Program(std::move(*window));
  const int status = program->gui.run(scene_of(*program));
  if (platform::ports_without_window() == nullptr) delete program;
  return status;
}
