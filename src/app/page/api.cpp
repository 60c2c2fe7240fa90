// What web/playground.js calls: JSON strings and copies of numbers over the Session. Every string
// given to us was allocated by the caller and stays theirs; every string returned is theirs to
// free. No exception leaves and no pointer into our memory is kept by JavaScript.
#include <emscripten.h>

#include "app/page/api_json.hpp"
#include "app/window/debug.hpp"
#include "app/window/link.hpp"
#include "app/window/session.hpp"
#include "platform/web_glue.hpp"
#include "playground/actions/action_json.hpp"
#include "playground/json/state_json.hpp"
#include "ui/shell/view_link.hpp"

using namespace ap;
using app::given;
using app::session;

extern "C" {

/// 1: tell the page of changes. Once, when the page is ready for them.
EMSCRIPTEN_KEEPALIVE void ap_api_listen() {
  session().subscribe([] { ap_glue_emit("change"); });
}

EMSCRIPTEN_KEEPALIVE char* ap_api_state() { return given(to_json(session().document())); }

EMSCRIPTEN_KEEPALIVE double ap_api_revision() { return static_cast<double>(session().revision()); }

/// Null: done. Else the error.
EMSCRIPTEN_KEEPALIVE char* ap_api_dispatch(const char* json, std::size_t size, int gesture) {
  const auto action = action_from_json({json, size});
  if (!action) return given(action.error());
  const auto done = session().dispatch(*action, static_cast<std::uint64_t>(gesture));
  return done ? nullptr : given(done.error());
}
EMSCRIPTEN_KEEPALIVE void ap_api_end_gesture() { session().end_gesture(); }
EMSCRIPTEN_KEEPALIVE int ap_api_new_gesture() { return static_cast<int>(session().new_gesture()); }
EMSCRIPTEN_KEEPALIVE int ap_api_undo() { return session().undo() ? 1 : 0; }
EMSCRIPTEN_KEEPALIVE int ap_api_redo() { return session().redo() ? 1 : 0; }

EMSCRIPTEN_KEEPALIVE char* ap_api_tensor(const char* stage, int layer, int head) {
  return app::tensor_json(session().document(), session().trace(), stage, layer, head);
}
EMSCRIPTEN_KEEPALIVE char* ap_api_stages(int layer) {
  return app::stages_json(session().document(), session().trace(), layer);
}
EMSCRIPTEN_KEEPALIVE char* ap_api_explain(const char* stage, int row, int col, int layer,
                                          int head) {
  return app::explain_json(session().trace(), stage, row, col, layer, head);
}
EMSCRIPTEN_KEEPALIVE char* ap_api_presets() { return app::presets_json(); }

EMSCRIPTEN_KEEPALIVE char* ap_api_history() {
  const History& h = session().history();
  return given(app::Json{{"undo", h.undo_name()}, {"redo", h.redo_name()}});
}

/// {"link":"s=..."} of everything as it is now, or the error.
EMSCRIPTEN_KEEPALIVE char* ap_api_link() {
  SharedView view;
  if (app::shown_app() != nullptr) view = ui::shared_view(app::shown_app()->view());
  const auto link = encode_share_link({session().document(), view}, session().words());
  return link ? given(app::Json{{"link", *link}}) : given(link.error());
}
/// A link, or a state as JSON. Null: done.
EMSCRIPTEN_KEEPALIVE char* ap_api_open(const char* text, std::size_t size) {
  const auto done = app::open_link({text, size});
  return done ? nullptr : given(done.error());
}
/// "view=graph&step=3&theme=dark&hide=panel"
EMSCRIPTEN_KEEPALIVE void ap_api_show(const char* settings, std::size_t size) {
  app::apply_settings({settings, size});
  ap_glue_request_frame();
}
/// {"stage","layer","head","row","col","rows","cols"}, or null: nothing is selected.
EMSCRIPTEN_KEEPALIVE char* ap_api_selection() {
  ui::App* shown = app::shown_app();
  if (shown == nullptr || !shown->view().selection) return given(app::Json());
  const ui::Selection& s = *shown->view().selection;
  app::Json json = app::address(s.focus.tensor);
  json["row"] = s.row();
  json["col"] = s.col();
  json["rows"] = s.rows();
  json["cols"] = s.cols();
  return given(json);
}
/// Why the last link did not open: {"code","message","where"}; an empty message: it did.
EMSCRIPTEN_KEEPALIVE char* ap_api_problem() { return given(app::last_problem()); }
/// CSS pixels that the whole sheet would need at this width; 0 without a picture.
EMSCRIPTEN_KEEPALIVE double ap_api_height() {
  return app::shown_app() != nullptr ? static_cast<double>(app::shown_app()->natural_height()) : 0;
}
}
