// Files in a page: the dialog for them is the page's own (web/files.js), fetched when it is asked
// for.
#include "ui/panels/panels.hpp"
#include "ui/widgets/panel_parts.hpp"
#include "ui/widgets/style.hpp"

namespace ap::ui {

void draw_export_panel(Context& context, const Rect& /*rect*/) {
  const Theme& theme = context.theme;
  heading("Import", theme);
  note("Numbers from NumPy, PyTorch, a spreadsheet or a model's weights, or a saved state.", theme);
  if (strong_button("import", "Import …", theme)) context.ports.show_files(false);
  ImGui::Dummy({0, kSpace2});
  heading("Export", theme);
  note("Numbers, code that computes them, pictures, the state, a page that works offline.", theme);
  if (strong_button("export", "Export …", theme)) context.ports.show_files(true);
  if (!context.ports.has_table()) return;
  ImGui::Dummy({0, kSpace2});
  heading("Table", theme);
  note("Any matrix as a plain table below the drawing: for screen readers, and to read and type.",
       theme);
  if (quiet_button("table", "Show or hide the table", theme, true)) context.ports.show_table();
}

}  // namespace ap::ui
