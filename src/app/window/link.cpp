#include "app/window/link.hpp"

#include <charconv>
#include <imgui.h>
#include <optional>
#include <utility>

#include "app/window/debug.hpp"
#include "app/window/session.hpp"
#include "io/link/link.hpp"
#include "playground/json/state_json.hpp"
#include "ui/shell/view_link.hpp"
#include "ui/widgets/text_field.hpp"

namespace ap::app {
namespace {

constexpr double kRest = 0.35;  // seconds without a change before the address follows
constexpr std::size_t kMaxAddressCells = 200'000;
constexpr int kMaxSteps = 32;  // of undo, that one step of the browser may be

/// Between the address and the interface, which may not be there yet or never be.
struct State {
  std::optional<SharedView> view;
  std::string settings;
  Error problem{ErrorCode::kIo, {}, {}};
  std::string link;               // of the document, as last said to or by the address
  std::uint64_t revision = 0;     // of the session, when `link` was made
  std::optional<Document> first;  // what the address stood for before anything was done
  std::uint64_t seen = 0;
  double changed_at = 0;
  std::optional<ui::Selection> selection;
};
State& state() {
  static State* instance = new State;
  return *instance;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr ==
            text.data() + i + 3) {
      result += static_cast<char>(value);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// A step of the browser's history is one or more steps of ours: undo or redo until it is there.
template <class Step, class Back>
bool walk_to(const Document& wanted, Step step, Back back) {
  int count = 0;
  while (count < kMaxSteps && step()) {
    ++count;
    if (session().document() == wanted) return true;
  }
  while (count-- > 0) back();
  return false;
}

/// "softmax": as links, lessons and attributes call a step.
std::string step_word(Step step) {
  std::string word(name(step));
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return word;
}

Result<void> show(Document document, bool older) {
  Session& s = session();
  if (s.document() == document) return {};
  return s.dispatch(action::LoadDocument{std::move(document), older});
}

Result<SharedState> read_link(std::string_view text) {
  if (const std::size_t first = text.find_first_not_of(" \n\t");
      first != std::string_view::npos && text[first] == '{') {
    bool older = false;
    auto document = document_from_json(text, nullptr, &older);
    if (!document) return std::unexpected(std::move(document).error());
    return SharedState{std::move(*document), {}, older};
  }
  return decode_share_link(text, session().words());
}

void show_view() {
  ui::App* app = shown_app();
  if (app == nullptr) return;
  State& s = state();
  if (s.view) {
    ui::apply_view(app->view(), *s.view);
    // A step is framed for this window, whatever the sender's was.
    if (s.view->step >= 0 && app->view().step)
      app->command("step " + step_word(*app->view().step) + '\n');
    s.view.reset();
  }
  if (!s.problem.message.empty()) {
    app->tell("The link was not opened: " + s.problem.message + ". This is the default.", true);
  }
  apply_settings(std::exchange(s.settings, {}));
}

void report(platform::Ports& ports, Error error) {
  State& s = state();
  s.problem = std::move(error);
  if (shown_app() == nullptr) ports.announce("The link was not opened: " + s.problem.message);
  ports.tell("error");
}

std::size_t cells_of(const Document& d) {
  const auto layers = d.model.layers.size();
  return static_cast<std::size_t>(d.model.width) *
         static_cast<std::size_t>(4 * d.model.heads * d.model.key_width + 3 * d.model.mlp_width) *
         layers;
}

/// Of the document alone: the address is not to change with every move of the camera.
std::string link_of(const Document& document) {
  if (cells_of(document) > kMaxAddressCells) return {};
  auto link = encode_share_link({document, {}}, session().words());
  return link && link->size() <= kMaxLinkCharacters ? std::move(*link) : std::string();
}

}  // namespace

std::string setting(std::string_view hash, std::string_view key) {
  while (!hash.empty()) {
    const std::size_t end = hash.find('&');
    const std::string_view pair = hash.substr(0, end);
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
      return percent_decoded(pair.substr(key.size() + 1));
    }
    hash = end == std::string_view::npos ? std::string_view() : hash.substr(end + 1);
  }
  return {};
}

Result<void> open_link(std::string_view text) {
  auto read = read_link(text);
  if (!read) return std::unexpected(std::move(read).error());
  State& s = state();
  s.problem.message.clear();
  if (auto done = show(std::move(read->document), read->older); !done) return done;
  s.view = std::move(read->view);
  show_view();
  return {};
}

bool open_address(platform::Ports& ports, std::string_view hash) {
  State& s = state();
  s.problem.message.clear();
  if (const std::size_t at = hash.find('#'); at != std::string_view::npos)
    hash.remove_prefix(at + 1);
  s.settings = hash;
  Result<void> opened;
  std::string link = setting(hash, "s");
  const std::string preset = setting(hash, "preset");
  const bool by_json = link.empty() && !setting(hash, "state").empty();
  if (!link.empty())
    link = "s=" + link;
  else if (by_json)
    link = setting(hash, "state");
  else if (!preset.empty())
    link = "preset=" + preset;
  if (link.empty()) {
    show_view();
    return false;
  }
  auto read = read_link(link);
  if (!read) {
    report(ports, std::move(read).error());
  } else {
    Session& session_now = session();
    const Document& wanted = read->document;
    const bool walked =
        session_now.document() == wanted ||
        walk_to(
            wanted, [&] { return session_now.undo(); }, [&] { session_now.redo(); }) ||
        walk_to(wanted, [&] { return session_now.redo(); }, [&] { session_now.undo(); });
    if (!walked) {
      if (auto done = show(std::move(read->document), read->older); !done)
        report(ports, std::move(done).error());
    }
    // A preset or a walk through history says nothing of the view.
    if (!(read->view == SharedView{})) s.view = std::move(read->view);
    session_now.end_gesture();
    s.first.reset();
    s.link = link_of(session_now.document());
    s.revision = s.seen = session_now.revision();
  }
  show_view();
  return true;
}

void apply_settings(std::string_view settings) {
  ui::App* app = shown_app();
  if (app == nullptr) {
    state().settings = settings;
    return;
  }
  std::string commands;
  const auto add = [&commands](std::string_view verb, std::string_view what) {
    commands += verb;
    commands += what;
    commands += '\n';
  };
  if (const std::string view = setting(settings, "view"); !view.empty()) {
    if (view == "sheet") add("panel ", "none");
    if (const auto stage = stage_from(view))
      add("step ", step_word(step_of(*stage)));
    else if (view != "sheet")
      add("panel ", view);
  }
  const bool of_lesson = !setting(settings, "lesson").empty();  // the step is the lesson's
  if (const std::string step = setting(settings, "step"); !step.empty() && !of_lesson) {
    const int number = step.size() == 1 ? step[0] - '0' : 0;
    if (number >= 1 && number <= kStepCount)
      add("step ", step_word(static_cast<Step>(number - 1)));
    else if (step == "all" || step == "0")
      add("fit", "");
    else
      add("step ", step);
  }
  const std::string theme = setting(settings, "theme");
  if (theme == "light") app->view().theme = ui::ThemeChoice::kLight;
  if (theme == "dark") app->view().theme = ui::ThemeChoice::kDark;
  if (theme == "auto") app->view().theme = ui::ThemeChoice::kAuto;
  if (const std::string hide = setting(settings, "hide"); !hide.empty()) {
    app->view().hidden = hide == "none" ? 0 : ui::hidden_from(hide);
  }
  app->command(commands);
}

const Error& last_problem() { return state().problem; }

void settle_address() {
  State& s = state();
  const std::uint64_t revision = session().revision();
  if (s.revision != 0 && s.revision + 1 != revision)
    return;  // an edit is still waiting for its rest
  s.revision = s.seen = revision;
  if (!s.link.empty()) s.link = link_of(session().document());
}

void attach_interface(ui::App& app) {
  shown_app() = &app;
  show_view();
}

void keep_address(ui::App& app, platform::Ports& ports) {
  State& s = state();
  if (s.selection != app.view().selection) {
    s.selection = app.view().selection;
    ports.tell("select");
  }
  const std::uint64_t revision = session().revision();
  if (s.revision == 0) s.revision = s.seen = revision;
  if (!session().history().can_undo() && !session().history().can_redo())
    s.first = session().document();
  if (revision == s.revision || ports.embedded()) return;
  const double now = ports.now();
  const bool busy = ImGui::IsAnyMouseDown() || ui::editing_text();
  if (revision != s.seen || busy) {
    s.seen = revision;
    s.changed_at = now;
  }
  if (now - s.changed_at < kRest) {
    if (!busy) ports.request_frame_after(kRest);  // else the end of it draws a frame
    return;
  }
  s.revision = revision;
  std::string link = link_of(session().document());
  if (link == s.link) return;
  if (s.first) {  // the entry that the first edit leaves behind must lead back to where it was
    ports.push_link(link_of(*s.first), true);
    s.first.reset();
  }
  s.link = std::move(link);
  ports.push_link(s.link, false);
}

}  // namespace ap::app
