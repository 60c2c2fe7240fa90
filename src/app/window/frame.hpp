// Gui: the ImGui context and what draws it, around ui::App; one frame is input, App, pixels.
// Survives the loss of the graphics context.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "app/window/input.hpp"
#include "platform/window.hpp"
#include "render/ui_pass.hpp"
#include "ui/widgets/input_order.hpp"
#include "view/paint/colour.hpp"

namespace ap::app {

/// What is drawn: ui::App in the program.
struct Scene {
  std::function<void(float width, float height, float scale)> frame;
  std::function<bool()> animating;
  std::function<Rgba()> background;
  std::function<void(const platform::Viewport&)> drawn;  // before it is shown; may be empty
  std::function<void()> lost;      // the graphics context with all its objects is gone
  std::function<void()> restored;  // a new one is there
};

class Gui {
 public:
  explicit Gui(platform::Window& window);
  ~Gui();
  Gui(const Gui&) = delete;
  Gui& operator=(const Gui&) = delete;

  /// Draws until the window is closed (desktop), or leaves that to the browser (page).
  int run(Scene scene);

 private:
  bool frame();
  void update(const platform::Viewport& view);
  /// Whether the last picture was the same; this one is the last from now on.
  bool is_shown(const platform::Viewport& view);
  void draw(const platform::Viewport& view);
  void make_pass();
  /// Whether the driver took the shaders: asked after the first picture, which so need not wait.
  void check_pass();

  platform::Window& window_;
  std::unique_ptr<render::UiPass> pass_;
  GuiInput input_;
  ui::InputOrder order_;
  Scene scene_;
  double last_time_ = 0;
  std::uint64_t shown_ = 0;  // the mark of the picture on the screen; 0: none
  bool faces_offered_ = false;
  bool checked_ = false;
};

}  // namespace ap::app
