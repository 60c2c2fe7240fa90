#include "ui/widgets/context.hpp"

namespace ap::ui {
namespace {

/// The cell that an action is about, to say beside it why it was refused.
std::optional<CellId> place_of(const Action& action) {
  if (const auto* a = std::get_if<action::SetCell>(&action)) return a->cell;
  if (const auto* a = std::get_if<action::SetBlock>(&action)) return a->at;
  if (const auto* a = std::get_if<action::Fill>(&action)) return CellId{a->tensor, a->row, a->col};
  return std::nullopt;
}

}  // namespace

bool Context::dispatch(const Action& action, std::uint64_t gesture, std::optional<CellId> at,
                       Error* error) {
  auto done = session.dispatch(action, gesture);
  ports.request_frame();
  if (done) {
    if (notice.error) notice = {};
    return true;
  }
  if (error != nullptr) {
    *error = std::move(done.error());
  } else {
    show_error(done.error(), at ? at : place_of(action));
  }
  return false;
}

void Context::say(std::string text, double seconds) {
  notice = {std::move(text), std::nullopt, false, ports.now() + seconds};
  ports.announce(notice.text);
  ports.request_frame_after(seconds);
}

void Context::show_error(const Error& error, std::optional<CellId> at) {
  constexpr double kSeconds = 6;
  std::string text = error.message;
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  notice = {std::move(text), at, true, ports.now() + kSeconds};
  ports.announce(notice.text);
  ports.request_frame_after(kSeconds);
}

TensorId Context::tensor(Stage stage) const {
  const Model& model = trace().model;
  TensorId id{trace().home(stage, view.layer), stage, 0};
  if (per_head(stage)) {
    id.head = trace().head_count(stage) == model.heads ? head() : model.kv_head(head());
  }
  return id;
}

void Context::go_to(CellId cell) {
  view.selection = Selection{cell, cell};
  view.reveal = cell;
  ports.request_frame();
}

void Context::point_at(CellId cell) {
  view.pointed_next = cell;
  if (view.pointed != view.pointed_next) ports.request_frame();
}

void Context::pin(CellId cell) {
  auto& pinned = view.pinned;
  std::erase(pinned, cell);
  pinned.push_back(cell);
  if (pinned.size() > 2) pinned.erase(pinned.begin());
  ports.request_frame();
}

void Context::open_panel(PanelKind panel) {
  view.panel = panel;
  view.panel_lent = false;
  ports.request_frame();
}

void switch_gradient(Context& context) {
  ViewState& v = context.view;
  if (!v.gradient && !has_targets(context.document())) {
    return context.say("There is no loss yet: paint a target first (T)");
  }
  v.gradient = !v.gradient;
  v.sensitivity.reset();
  context.ports.request_frame();
}

}  // namespace ap::ui
