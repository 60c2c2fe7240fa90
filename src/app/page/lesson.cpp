// What web/lessons.js calls: the open lesson's step as JSON with its numbers filled, its links and
// tasks, and the run of a layer at a real model's width. Strings as in api.cpp.
#include <emscripten.h>
#include <optional>
#include <string>

#include "app/page/api_json.hpp"
#include "app/window/debug.hpp"
#include "app/window/session.hpp"
#include "platform/web_glue.hpp"
#include "platform/window.hpp"
#include "playground/json/write.hpp"
#include "playground/lessons/layer_run.hpp"
#include "ui/lessons/player.hpp"

namespace {

using namespace ap;
using app::given;

/// The interface's, or one of its own where there is no picture.
ui::LessonPlayer& player() {
  if (app::shown_app() != nullptr) return app::shown_app()->lessons();
  static auto* own = new ui::LessonPlayer(app::session(), *platform::ports_without_window());
  return *own;
}

/// [["t", "text"], ["l", "link", 2], ...]
void write(JsonWriter& out, const char* key, const Prose& prose, const LessonScene& scene) {
  constexpr const char* kKinds[] = {"t", "b", "e", "c", "l", "v", "|"};
  out.key(key);
  out.open('[');
  for (const Span& span : prose) {
    out.open('[');
    out.value(kKinds[static_cast<int>(span.kind)]);
    out.value(span.kind == Span::Kind::kValue ? filled(span.text, scene) : span.text);
    if (span.kind == Span::Kind::kLink) out.value(span.link);
    out.close(']');
  }
  out.close(']');
}

void write(JsonWriter& out, const LessonBlock& block, bool done, const LessonScene& scene) {
  constexpr const char* kKinds[] = {"p", "li", "quote", "row", "widget", "task", "question"};
  out.open('{');
  out.field("kind", kKinds[static_cast<int>(block.kind)]);
  write(out, "spans", block.prose, scene);
  if (!block.name.empty()) out.field("name", block.name);
  if (!block.answer.empty()) write(out, "answer", block.answer, scene);
  if (block.kind == LessonBlock::Kind::kTask) {
    out.field("done", done);
    out.field("solvable", !block.solve.empty());
    out.key("hints");
    out.open('[');
    for (const Prose& hint : block.hints) {
      out.open('{');
      write(out, "spans", hint, scene);
      out.close('}');
    }
    out.close(']');
  }
  out.close('}');
}

std::optional<LayerRun>& layer_run() {
  static std::optional<LayerRun> run;
  return run;
}
double seconds_now() { return emscripten_get_now() / 1000; }

}  // namespace

extern "C" {

/// Empty id: closes. step from 0; -1: where one was.
EMSCRIPTEN_KEEPALIVE void ap_lesson_open(const char* id, int step) {
  ui::LessonPlayer& p = player();
  p.on_change([] { ap_glue_emit("change"); });
  p.shown_by_page(true);
  if (*id != '\0')
    p.open(id, step);
  else
    p.close();
}
/// 0: the column of prose was closed.
EMSCRIPTEN_KEEPALIVE void ap_lesson_show(int shown) {
  player().shown_by_page(shown != 0);
  if (app::shown_app() != nullptr) ap_glue_request_frame();
}
EMSCRIPTEN_KEEPALIVE void ap_lesson_go(int step) { player().go(step); }
EMSCRIPTEN_KEEPALIVE void ap_lesson_follow(int link) { player().follow(link); }
EMSCRIPTEN_KEEPALIVE void ap_lesson_solve(int block) { player().solve(block); }

/// {"id","title","step","steps":[titles],"problem","progress","blocks":[...]}; no lesson: id "".
EMSCRIPTEN_KEEPALIVE char* ap_lesson_json() {
  const ui::LessonPlayer& p = player();
  std::string text;
  JsonWriter out(text);
  out.open('{');
  const Lesson* lesson = p.lesson();
  out.field("id", lesson != nullptr ? lesson->id : std::string());
  out.field("problem", p.problem());
  out.field("progress", p.progress());
  if (lesson != nullptr) {
    out.field("title", lesson->title);
    out.field("step", p.step_index());
    out.key("steps");
    out.open('[');
    for (const LessonStep& s : lesson->steps) out.value(s.title);
    out.close(']');
    out.key("blocks");
    out.open('[');
    const LessonScene scene = p.scene();
    int index = 0;
    for (const LessonBlock& block : p.step().blocks) write(out, block, p.achieved(index++), scene);
    out.close(']');
  }
  out.close('}');
  return given(text);
}

/// 1: ready to run; 0: these sizes are not run here.
EMSCRIPTEN_KEEPALIVE int ap_layer_run_start(int width, int heads, int key_width, int tokens) {
  auto run = LayerRun::make({width, heads, key_width, tokens});
  if (!run) return 0;
  layer_run().emplace(std::move(*run));
  return 1;
}
/// Works for about so many seconds: progress, seconds of multiplying, multiply-adds so far.
EMSCRIPTEN_KEEPALIVE const double* ap_layer_run_advance(double seconds) {
  static double out[3];
  auto& run = layer_run();
  if (!run) return out;
  run->advance(seconds, seconds_now);
  out[0] = run->done() ? 1 : run->progress() * 0.9999;
  out[1] = run->seconds();
  out[2] = run->multiply_adds();
  return out;
}
EMSCRIPTEN_KEEPALIVE void ap_layer_run_end() { layer_run().reset(); }
}
