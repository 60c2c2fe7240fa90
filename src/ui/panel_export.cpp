// Files: the whole state out and in, and the sheet as a picture.
#include "playground/state_json.hpp"
#include "ui/panel_parts.hpp"
#include "ui/panels.hpp"
#include "ui/style.hpp"
#include "view/sheet_render.hpp"

namespace ap::ui {
namespace {

void save(Context& context, std::string_view name, std::string_view mime, std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto where = context.ports.save_file(name, mime, {bytes, text.size()});
  if (where) {
    context.say("Saved " + std::string(name) + " to " + *where);
  } else {
    context.show_error(where.error());
  }
}

/// The answer comes after this frame, so it may hold only what outlives the frame.
void open(Context& context) {
  Session& session = context.session;
  Notice& notice = context.notice;
  platform::Ports& ports = context.ports;
  ports.open_file(".json", [&session, &notice, &ports](Result<platform::OpenedFile> file) {
    const auto refuse = [&](const Error& e) {
      notice = {e.where.empty() ? e.message : e.where + ": " + e.message, {}, true, ports.now() + 8};
      ports.announce(notice.text);
      ports.request_frame();
      ports.request_frame_after(8);
    };
    if (!file) return refuse(file.error());
    const std::string_view text(reinterpret_cast<const char*>(file->bytes.data()),
                                file->bytes.size());
    auto document = document_from_json(text);
    if (!document) return refuse(document.error());
    const auto done = session.dispatch(action::LoadDocument{std::move(*document)});
    if (!done) return refuse(done.error());
    ports.request_frame();
  });
}

std::string picture(const Context& context) {
  RenderOptions options;
  options.mode = context.theme.mode;
  options.layer = context.view.layer;
  options.head = context.view.head;
  options.folded = context.view.folded;
  return render_sheet_svg(context.trace(), context.tokens, context.labels, context.document().query.text,
                          options);
}

}  // namespace

void draw_export_panel(Context& context, const Rect& /*rect*/) {
  const Theme& theme = context.theme;
  heading("State", theme);
  note("Everything on the sheet, to the last bit, as one JSON file.", theme);
  const float half = (ImGui::GetContentRegionAvail().x - kSpace2) / 2;
  if (strong_button("save", "Save", theme, half)) {
    save(context, "attention.json", "application/json", to_json(context.document()));
  }
  ImGui::SameLine(0, kSpace2);
  if (quiet_button("open", "Open …", theme, true, half)) open(context);
  ImGui::Dummy({0, kSpace2});
  heading("Picture", theme);
  note("The sheet as it stands, as a drawing that stays sharp at any size.", theme);
  if (quiet_button("svg", "Save as SVG", theme, true)) {
    save(context, "attention.svg", "image/svg+xml", picture(context));
  }
  if (!context.ports.has_table()) return;
  ImGui::Dummy({0, kSpace2});
  heading("Table", theme);
  note("Any matrix as a plain table below the drawing: for screen readers, and to read and type.",
       theme);
  if (quiet_button("table", "Show or hide the table", theme, true)) context.ports.show_table();
}

}  // namespace ap::ui
