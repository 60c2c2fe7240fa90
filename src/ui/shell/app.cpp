#include "ui/shell/app.hpp"

#include <algorithm>
#include <imgui_internal.h>

#include "ui/lessons/view.hpp"
#include "ui/panels/panels.hpp"
#include "ui/shell/view_link.hpp"
#include "ui/shell/view_store.hpp"
#include "ui/widgets/style.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::ui {
namespace {

constexpr const char* kStored = "view";
constexpr double kStoreAfter = 1.0;

constexpr ImGuiWindowFlags kFixed = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                    ImGuiWindowFlags_NoSavedSettings |
                                    ImGuiWindowFlags_NoBringToFrontOnFocus |
                                    ImGuiWindowFlags_NoScrollWithMouse | ImGuiWindowFlags_NoNav;

/// A region as a window of its own, without any decoration.
struct Region {
  Region(const char* id, const Rect& r, ImGuiWindowFlags flags = 0) {
    ImGui::SetNextWindowPos({r.x, r.y});
    ImGui::SetNextWindowSize({std::max(1.F, r.w), std::max(1.F, r.h)});
    ImGui::Begin(id, nullptr, kFixed | flags);
  }
  ~Region() { ImGui::End(); }
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
};

}  // namespace

App::App(Session& session, platform::Ports& ports)
    : session_(session),
      ports_(ports),
      lessons_(session, ports),
      labels_(ports),
      sheet_(session, ports, labels_) {
  // In somebody's page each starts as its author made it.
  if (const auto stored = ports.embedded() ? std::nullopt : ports.load(kStored)) {
    stored_ = *stored;
    read_view(stored_, view_);
  }
  make_passes();
  platform::ClipboardClient clipboard;
  clipboard.copy = [this](bool cut) { return sheet_.copy(cut); };
  clipboard.paste = [this](std::string text) {
    sheet_.paste(std::move(text));
    ports_.request_frame();
  };
  ports.set_clipboard_client(std::move(clipboard));
}

App::~App() { ports_.set_clipboard_client({}); }

void App::make_passes() {
  auto pass = render::HeatmapPass::make();
  if (pass) {
    heatmaps_ = std::move(*pass);
  } else {
    ports_.announce(pass.error().message);
  }
}

void App::context_lost() {
  lost_ = true;
  labels_.lost();
  if (heatmaps_) heatmaps_->lost();
}

void App::context_restored() {
  lost_ = false;
  if (!heatmaps_) {
    make_passes();
  } else if (auto done = heatmaps_->restore(); !done) {
    ports_.announce(done.error().message);
  }
  ports_.request_frame();
}

const Theme& App::current_theme() const {
  const bool dark = view_.theme == ThemeChoice::kDark ||
                    (view_.theme == ThemeChoice::kAuto && ports_.prefers_dark());
  return theme(dark ? Mode::kDark : Mode::kLight);
}

Rgba App::background() const { return current_theme().background; }

bool App::animating() const { return !lost_ && sheet_.moving(); }

void App::global_keys(Context& context) {
  const ImGuiIO& io = ImGui::GetIO();
  if (editing_text()) return;
  const bool command = io.KeyCtrl || io.KeySuper;
  bool done = false;
  if (command && ImGui::IsKeyPressed(ImGuiKey_Z)) {
    done = io.KeyShift ? session_.redo() : session_.undo();
  } else if (command && ImGui::IsKeyPressed(ImGuiKey_Y)) {
    done = session_.redo();
  }
  if (done) {
    notice_ = {};
    ports_.request_frame();
  }
  if (ImGui::IsKeyPressed(ImGuiKey_F1, false)) context.view.help = !context.view.help;
}

void App::panel(Context& context, const Regions& regions) {
  Rect r = regions.panel;
  if (r.empty() || view_.panel == PanelKind::kNone) return;
  const Theme& t = context.theme;
  const Region region("##panel", r);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled({r.x, r.y}, {r.right(), r.bottom()}, im(t.panel));
  float head = 48;
  if (regions.narrow) {
    list.AddLine({r.x, r.y + 0.5F}, {r.right(), r.y + 0.5F}, im(t.line));
    // The bottom sheet's handle: drag it, or tap it for the whole height.
    ImGui::SetCursorScreenPos({r.x, r.y});
    if (ImGui::InvisibleButton("##lift", {r.w - 56, head})) {
      if (ImGui::GetMouseDragDelta(0).y == 0)
        view_.panel_lift = view_.panel_lift < 0.7F ? 0.9F : 0.5F;
    }
    if (ImGui::IsItemActive() && ImGui::GetIO().MouseDelta.y != 0) {
      const float height = ImGui::GetIO().DisplaySize.y;
      view_.panel_lift = std::clamp(
          view_.panel_lift - ImGui::GetIO().MouseDelta.y / std::max(1.F, height), 0.2F, 0.95F);
      if (view_.panel_lift <= 0.21F) view_.panel = PanelKind::kNone;
    }
    list.AddRectFilled({r.centre().x - 20, r.y + 6}, {r.centre().x + 20, r.y + 10}, im(t.line), 2);
  } else {
    list.AddLine({r.x + 0.5F, r.y}, {r.x + 0.5F, r.bottom()}, im(t.line));
  }
  const PanelInfo& info = panel_info(view_.panel);
  const Font font = fonts().get(FontRole::kBodyBold);
  list.AddText(font.font, font.size,
               {r.x + 16, r.y + (head - font.size) / 2 + (regions.narrow ? 3.F : 0.F)}, im(t.ink),
               info.name);
  ImGui::SetCursorScreenPos({r.right() - target_height() - 8, r.y + (head - target_height()) / 2});
  if (icon_button("close-panel", Icon::kClose, t, "Close")) context.open_panel(PanelKind::kNone);
  const Rect inner{r.x + 1, r.y + head, r.w - 1, r.h - head};
  ImGui::SetCursorScreenPos({inner.x, inner.y});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {16, 4});
  ImGui::PushID(static_cast<int>(view_.panel));
  ImGui::BeginChild("##content", {inner.w, inner.h}, ImGuiChildFlags_AlwaysUseWindowPadding,
                    ImGuiWindowFlags_NoBackground);
  ImGui::PopStyleVar();
  if (view_.panel != PanelKind::kNone) draw_panel(context, inner);
  ImGui::EndChild();
  ImGui::PopID();
}

void App::command(std::string_view lines) {
  commands_ += lines;
  ports_.request_frame();
}

void App::tell(std::string text, bool error) {
  constexpr double kSeconds = 10;
  notice_ = {std::move(text), std::nullopt, error, ports_.now() + kSeconds};
  ports_.announce(notice_.text);
  ports_.request_frame();
  ports_.request_frame_after(kSeconds);
}

float App::natural_height() const {
  const Rect& bounds = sheet_.model().sheet().bounds;
  const float whole = around_ + fit_width(bounds, sheet_.region()).zoom * bounds.h + 24;
  return std::min(whole, 1.4F * sheet_.region().w);
}

void App::store_view() {
  const std::string text = view_text(view_);
  if (text == stored_ || ports_.embedded()) {
    store_at_ = 0;
    return;
  }
  const double now = ports_.now();
  if (store_at_ == 0) {
    store_at_ = now + kStoreAfter;
    ports_.request_frame_after(kStoreAfter);
  } else if (now >= store_at_) {
    stored_ = text;
    store_at_ = 0;
    ports_.store(kStored, text);
  }
}

void App::frame(float width, float height, float /*scale*/) {
  const Theme& t = current_theme();
  const bool dark = t.mode == Mode::kDark;
  if (shown_dark_ != (dark ? 1 : 0)) {
    shown_dark_ = dark ? 1 : 0;
    ports_.show_theme(dark);
  }
  apply_style(t, ports_.coarse_pointer());
  // Arrows and Enter work in menus; on the sheet they move between cells.
  int& flags = ImGui::GetIO().ConfigFlags;
  const bool menu = ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopupId);
  flags = menu ? flags | ImGuiConfigFlags_NavEnableKeyboard
               : flags & ~ImGuiConfigFlags_NavEnableKeyboard;
  labels_.begin_frame();
  if (heatmaps_) {
    heatmaps_->begin_frame();
    if (const auto problem = heatmaps_->take_problem()) ports_.announce(problem->message);
  }
  if (std::string notice = session_.take_notice(); !notice.empty())
    tell(std::move(notice) + ".", false);
  const std::string commands = lessons_.take_view_commands() + std::exchange(commands_, {});
  arrange_view(view_, commands);  // first: what the rest is framed in
  LayoutInput in{width,
                 height,
                 view_.panel != PanelKind::kNone,
                 view_.panel_lift,
                 ports_.coarse_pointer(),
                 session_.document().cross,
                 !view_.welcome_done && !ports_.embedded() && !is_hidden(view_, kHideHints) &&
                     !lessons_.shown()};
  in.no_top = is_hidden(view_, kHideTop);
  in.no_steps = is_hidden(view_, kHideSteps);
  in.no_rail = is_hidden(view_, kHidePanel);
  in.no_status = is_hidden(view_, kHideStatus);
  const float column = lessons_.column() ? std::min(kLessonWidth, width * 0.45F) : 0.F;
  in.width -= column;
  const Regions regions = shifted(arrange(in), column);
  view_.narrow = regions.narrow;
  view_.pointed = std::exchange(view_.pointed_next, std::nullopt);
  around_ = height - regions.sheet.h;
  sheet_.update(view_, regions.sheet);
  Context context{session_,
                  ports_,
                  view_,
                  labels_,
                  t,
                  heatmaps_.get(),
                  sheet_.model().sheet(),
                  sheet_.model().values(),
                  sheet_.model().labels(),
                  notice_,
                  &lessons_};
  global_keys(context);
  steps_.advance(context, sheet_);
  if (!commands.empty()) apply_view_commands(context, sheet_, commands);
  if (column > 0) {
    const Region region("##lesson", {0, 0, column, height});
    draw_lesson_column(context, lessons_, {0, 0, column, height});
  }
  {
    const Region region("##sheet", regions.sheet, ImGuiWindowFlags_NoBackground);
    sheet_.draw(context);
  }
  if (!regions.steps.empty()) {
    const Region region("##steps", regions.steps, ImGuiWindowFlags_NoBackground);
    steps_.draw(context, sheet_, regions);
  }
  if (!regions.hints.empty()) {
    const Region region("##hints", regions.hints, ImGuiWindowFlags_NoBackground);
    draw_welcome(context, regions.hints);
  }
  if (!regions.status.empty()) {
    const Region region("##status", regions.status, ImGuiWindowFlags_NoBackground);
    draw_status(context, sheet_, regions.status);
  }
  if (!regions.top.empty()) {
    const Region region("##top", regions.top);
    top_.draw(context, regions);
  }
  if (regions.panel_over) {
    // A panel lies over these, whichever was opened last; the sheet is the lowest.
    for (const char* below : {"##steps", "##hints", "##status", "##sheet"}) {
      if (ImGuiWindow* window = ImGui::FindWindowByName(below))
        ImGui::BringWindowToDisplayBack(window);
    }
  }
  if (!regions.rail.empty()) {
    const Region region("##railbar", regions.rail);
    draw_rail(context, regions);
  }
  panel(context, regions);
  sheet_.draw_over(context);
  draw_notice(context, regions.sheet);
  if (view_.help) draw_help(context, width, height);
  if (tooltip_waits()) ports_.request_frame_after(0.1);
  store_view();
}

}  // namespace ap::ui
