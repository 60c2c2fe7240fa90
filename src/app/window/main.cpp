// The window and the page: opens the place to draw in, the session, the interface, and runs.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "app/window/frame.hpp"
#include "app/window/link.hpp"
#include "app/window/session.hpp"
#include "render/screen.hpp"
#include "ui/shell/app.hpp"
#include "view/paint/image.hpp"

namespace {

using namespace ap;

constexpr const char* kUsage =
    "attention-playground [--width N] [--height N] [--scale X] [--link 'preset=NAME']\n"
    "                     [--screenshot FILE.png]  draws one picture and ends\n";

// Of a frame's 16: drawing has the rest.
constexpr double kTrainingMs = 7;

struct Arguments {
  platform::WindowOptions window;
  std::string screenshot;
};

// strtod: the page's standard library has no std::from_chars of floats.
bool read_number(const char* text, double least, double most, double& out) {
  char* end = nullptr;
  out = std::strtod(text, &end);
  return end != text && *end == '\0' && out >= least && out <= most;
}

/// False: show the usage.
bool read_arguments(int count, char** values, Arguments& arguments) {
  platform::WindowOptions& options = arguments.window;
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
    } else if (name == "--screenshot") {
      arguments.screenshot = values[i + 1];
    } else {
      return false;
    }
  }
  return true;
}

/// Everything that lives as long as the window; in a page, as long as the page.
struct Program {
  Program(std::unique_ptr<platform::Window> opened, std::string screenshot_path)
      : window(std::move(opened)),
        gui(*window),
        app(app::session(), window->ports()),
        screenshot(std::move(screenshot_path)) {}
  std::unique_ptr<platform::Window> window;
  app::Gui gui;
  ui::App app;
  std::string screenshot;
  int status = 0;
  std::uint64_t frames = 0;
};

/// Once nothing moves any more and the words are there.
void take_screenshot(Program& p, const platform::Viewport& view) {
  constexpr std::uint64_t kEnough = 5;
  if (p.frames < kEnough || p.app.animating()) {
    p.window->ports().request_frame();
    return;
  }
  const auto rgba = render::read_screen(view.pixel_width, view.pixel_height);
  Image image(view.pixel_width, view.pixel_height, Rgba{});
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = {rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], 255};
  }
  const auto png = write_png(image);
  const Result<void> saved =
      png ? p.window->save(p.screenshot,
                           {reinterpret_cast<const unsigned char*>(png->data()), png->size()})
          : Result<void>(std::unexpected(png.error()));
  if (!saved) {
    std::fprintf(stderr, "attention-playground: %s\n", saved.error().message.c_str());
    p.status = 1;
  }
  p.window->close();
}

app::Scene scene_of(Program& p) {
  app::Scene scene;
  scene.frame = [&p](float width, float height, float scale) {
    p.app.frame(width, height, scale);
    app::keep_address(p.app, p.window->ports());
  };
  scene.animating = [&p] {
    // A frame's share of training, after its picture: what was learned shows in the next.
    if (app::session().trainer().advance(kTrainingMs)) p.window->ports().request_frame();
    // After the second frame: by then the first is on the screen.
    if (++p.frames == 2) app::load_words(p.window->ports());
    return p.app.animating();
  };
  if (!p.screenshot.empty()) {
    scene.drawn = [&p](const platform::Viewport& view) { take_screenshot(p, view); };
  }
  scene.background = [&p] { return p.app.background(); };
  scene.lost = [&p] { p.app.context_lost(); };
  scene.restored = [&p] { p.app.context_restored(); };
  return scene;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read_arguments(argc, argv, arguments)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  auto window = platform::open_window(arguments.window);
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
  auto* program = new Program(std::move(*window), std::move(arguments.screenshot));
  app::attach_interface(program->app);
  const std::string link = program->window->ports().hash();
  if (const std::string lesson = app::setting(link, "lesson");
      !lesson.empty() && platform::ports_without_window() == nullptr) {
    // In a page its own script opens the lesson beside the canvas.
    program->app.lessons().toggle();
    program->app.lessons().open(lesson,
                                std::max(1, std::atoi(app::setting(link, "step").c_str())) - 1);
  }
  int status = program->gui.run(scene_of(*program));
  if (program->status != 0) status = program->status;
  if (platform::ports_without_window() == nullptr) delete program;
  return status;
}
