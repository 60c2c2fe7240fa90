#include "app/window/frame.hpp"

#include <algorithm>
#include <array>
#include <imgui.h>
#include <imgui_internal.h>
#include <utility>

#include "base/assets.hpp"
#include "render/picture_mark.hpp"
#include "render/screen.hpp"
#include "ui/widgets/fonts.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::app {
namespace {

// ImGui takes fast input apart (down and up of one click come in two frames): frames without
// drawing until it is all read, so that nothing lags behind the hand.
constexpr int kMaxFramesAtOnce = 4;
constexpr float kLongestStep = 0.1F;  // seconds

void clipboard_from(platform::Ports& ports) {
  ImGuiIO& io = ImGui::GetIO();
  io.ClipboardUserData = &ports;
  io.GetClipboardTextFn = [](void* user) {
    static std::string text;
    text = static_cast<platform::Ports*>(user)->clipboard();
    return text.c_str();
  };
  io.SetClipboardTextFn = [](void* user, const char* text) {
    static_cast<platform::Ports*>(user)->set_clipboard(text);
  };
}

void offer_faces(platform::Ports& ports) {
  ports.offer_face("Attention Text", 420, asset("assets/fonts/Inter-Regular.ttf"));
  ports.offer_face("Attention Text", 620, asset("assets/fonts/Inter-SemiBold.ttf"));
  ports.offer_face("Attention Mono", 420, asset("assets/fonts/JetBrainsMono-Regular.ttf"));
}

}  // namespace

Gui::Gui(platform::Window& window) : window_(window) {
  ImGui::CreateContext();
  make_pass();  // the driver compiles while the letters are baked
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NavNoCaptureKeyboard;
  // A blinking caret would draw frames for ever.
  io.ConfigInputTextCursorBlink = false;
  io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
  io.BackendPlatformName = "attention-playground";
  io.BackendPlatformUserData = &window;
  io.SetPlatformImeDataFn = [](ImGuiViewport*, ImGuiPlatformImeData* data) {
    auto* w = static_cast<platform::Window*>(ImGui::GetIO().BackendPlatformUserData);
    w->text_cursor({data->InputPos.x, data->InputPos.y, 1, data->InputLineHeight});
  };
  clipboard_from(window.ports());
  ui::fonts().refresh(std::max(1.F, window.viewport().scale));
  if (pass_) pass_->atlas();
}

Gui::~Gui() {
  pass_.reset();
  ImGui::DestroyContext();
}

void Gui::make_pass() {
  auto pass = render::UiPass::make();
  if (pass) {
    pass_ = std::move(*pass);
  } else {
    window_.ports().announce(pass.error().message);
  }
}

void Gui::check_pass() {
  if (std::exchange(checked_, true) || !pass_) return;
  if (const auto fine = pass_->check(); !fine) window_.ports().announce(fine.error().message);
}

int Gui::run(Scene scene) {
  scene_ = std::move(scene);
  platform::WindowClient client;
  client.sink = &input_;
  client.frame = [this] { return frame(); };
  client.context_lost = [this] {
    if (scene_.lost) scene_.lost();
    if (pass_) pass_->lost();
  };
  client.context_restored = [this] {
    checked_ = false;
    shown_ = 0;
    if (!pass_) {
      make_pass();
    } else if (const auto done = pass_->restore(); !done) {
      window_.ports().announce(done.error().message);
    }
    if (scene_.restored) scene_.restored();
  };
  return window_.run(std::move(client));
}

bool Gui::frame() {
  const platform::Viewport view = window_.viewport();
  if (view.pixel_width <= 0 || view.pixel_height <= 0) return false;
  ImGuiContext& context = *ImGui::GetCurrentContext();
  for (int i = 1; i <= kMaxFramesAtOnce; ++i) {
    update(view);
    if (context.InputEventsQueue.empty()) break;
  }
  ImGui::Render();
  draw(view);
  window_.cursor(cursor_shape());
  if (!faces_offered_) offer_faces(window_.ports());  // the first picture does not wait for them
  if (faces_offered_) check_pass();
  faces_offered_ = true;
  const bool more = scene_.animating && scene_.animating();
  return more || !context.InputEventsQueue.empty() || ui::fonts().pending();
}

bool Gui::is_shown(const platform::Viewport& view) {
  render::PictureMark mark;
  mark.add(*ImGui::GetDrawData());
  mark.add(scene_.background());
  mark.add(std::array{view.pixel_width, view.pixel_height});
  mark.add(render::pictures_made());
  return std::exchange(shown_, mark.value()) == mark.value();
}

void Gui::draw(const platform::Viewport& view) {
  if (window_.keeps_picture() && is_shown(view)) return;
  render::clear_screen(view.pixel_width, view.pixel_height, scene_.background());
  if (pass_) pass_->draw(*ImGui::GetDrawData());
  if (scene_.drawn) scene_.drawn(view);
  window_.present();
}

void Gui::update(const platform::Viewport& view) {
  ImGuiIO& io = ImGui::GetIO();
  // The first frame is drawn with the few characters that are baked already.
  const bool baked = ImGui::GetFrameCount() == 0 && ui::fonts().scale() == view.scale;
  if (!baked && ui::fonts().refresh(view.scale) && pass_) {
    pass_->atlas();
    shown_ = 0;  // the same places in the atlas may hold other letters
  }
  io.DisplaySize = {view.width, view.height};
  io.DisplayFramebufferScale = {static_cast<float>(view.pixel_width) / view.width,
                                static_cast<float>(view.pixel_height) / view.height};
  const double now = window_.ports().now();
  const double passed = now - std::exchange(last_time_, now);
  io.DeltaTime = std::clamp(static_cast<float>(passed), 1e-4F, kLongestStep);
  // Nothing jumps after a rest, but it was a rest: two slow clicks are no double click.
  if (passed > kLongestStep) ImGui::GetCurrentContext()->Time += passed - kLongestStep;
  ImGuiContext& context = *ImGui::GetCurrentContext();
  order_.hold(context);
  ImGui::NewFrame();
  order_.give_back(context);
  scene_.frame(view.width, view.height, view.scale);
  ui::finish_text_fields(window_.ports());
  ImGui::EndFrame();
}

}  // namespace ap::app
