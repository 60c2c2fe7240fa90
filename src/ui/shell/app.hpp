// App: the whole interface over one Session. A frame reads as a table of contents: regions, sheet,
// bars, panel, what lies over them. It holds no document and draws only when asked to.
#pragma once

#include <memory>

#include "render/heatmap_pass.hpp"
#include "ui/lessons/player.hpp"
#include "ui/sheet/view.hpp"
#include "ui/shell/bars.hpp"
#include "ui/shell/layout.hpp"
#include "ui/widgets/context.hpp"

namespace ap::ui {

class App {
 public:
  App(Session& session, platform::Ports& ports);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Between ImGui::NewFrame and EndFrame; points and device pixels a point.
  void frame(float width, float height, float scale);
  /// More frames are needed now.
  [[nodiscard]] bool animating() const;
  [[nodiscard]] Rgba background() const;

  void context_lost();
  void context_restored();

  /// For scripts and lessons: how the document is looked at.
  [[nodiscard]] ViewState& view() noexcept { return view_; }
  [[nodiscard]] const SheetView& sheet() const noexcept { return sheet_; }
  [[nodiscard]] LessonPlayer& lessons() noexcept { return lessons_; }
  /// For scripts and links: commands for the view as in ui/lessons/view.hpp, a line each; next
  /// frame.
  void command(std::string_view lines);
  /// Shows a message at the bottom of the sheet.
  void tell(std::string text, bool error);
  /// Points that the window would need for the whole sheet at its present width, at most 1.4 times
  /// that width.
  [[nodiscard]] float natural_height() const;

 private:
  void make_passes();
  void global_keys(Context& context);
  void panel(Context& context, const Regions& regions);
  void store_view();
  [[nodiscard]] const Theme& current_theme() const;

  Session& session_;
  platform::Ports& ports_;
  LessonPlayer lessons_;
  ViewState view_;
  Labels labels_;
  Notice notice_;
  std::unique_ptr<render::HeatmapPass> heatmaps_;
  SheetView sheet_;
  TopBar top_;
  StepBar steps_;
  std::string stored_;
  double store_at_ = 0;
  std::string commands_;
  float around_ = 0;  // points above and below the sheet
  int shown_dark_ = -1;
  bool lost_ = false;
};

}  // namespace ap::ui
