// LessonPlayer: the open lesson and its step. Fetches a lesson's files, brings the document to
// where a step begins (one undo step), does what links ask for, watches the tasks, keeps how far
// one came. The page's prose (web/lessons.js) and the desktop's panel both show what `scene` and
// `step` say.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/ports.hpp"
#include "playground/lessons/lesson.hpp"
#include "playground/lessons/value.hpp"
#include "playground/session/session.hpp"
#include "view/paint/geometry.hpp"

namespace ap::ui {

class LessonPlayer {
 public:
  LessonPlayer(Session& session, platform::Ports& ports);
  ~LessonPlayer();
  LessonPlayer(const LessonPlayer&) = delete;
  LessonPlayer& operator=(const LessonPlayer&) = delete;

  /// Fetches and begins; step counts from 0, -1: where one was last time.
  void open(std::string id, int step);
  void close();
  /// The column of prose and contents: in a page, the page's; else drawn beside the sheet.
  void toggle();
  [[nodiscard]] bool shown() const noexcept { return shown_; }
  /// The page says whether its column is open.
  void shown_by_page(bool shown) noexcept {
    shown_ = shown;
    page_ = true;
  }
  /// Is it for us to draw?
  [[nodiscard]] bool column() const noexcept { return shown_ && !page_; }
  /// Begins a step (again).
  void go(int step);
  /// Does what a link of the step says.
  void follow(int link);
  /// Does what a task asks for: the block's own solution.
  void solve(int block);

  [[nodiscard]] const Lesson* lesson() const noexcept { return ready_ ? &lesson_ : nullptr; }
  [[nodiscard]] int step_index() const noexcept { return step_; }
  [[nodiscard]] const LessonStep& step() const {
    return lesson_.steps[static_cast<std::size_t>(step_)];
  }
  [[nodiscard]] LessonScene scene() const;
  /// Was the task of this block done since the step began?
  [[nodiscard]] bool achieved(int block) const;
  /// Why a lesson or link did not open; empty: nothing is wrong.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// Counts what the shown text may depend on, besides the session's revision.
  [[nodiscard]] int revision() const noexcept { return revision_; }
  /// "bank 3 it -8 ": the step of each lesson that was opened, from 1; negative once it was
  /// finished.
  [[nodiscard]] const std::string& progress() const noexcept { return progress_; }
  [[nodiscard]] int progress_of(std::string_view id) const;

  /// Commands for the view since the last call, a line each.
  [[nodiscard]] std::string take_view_commands() { return std::exchange(view_commands_, {}); }
  /// Called after the lesson, the step or a task's state changed.
  void on_change(std::function<void()> client) { changed_ = std::move(client); }

 private:
  void fetch_next();
  void begin();
  void run(std::string_view commands);
  void watch();
  void note_progress();
  void said(std::string problem);
  void changed();

  Session& session_;
  platform::Ports& ports_;
  Lesson lesson_;
  LessonFiles files_;
  std::vector<std::string> missing_;  // states yet to be fetched
  bool ready_ = false;
  bool shown_ = false;
  bool page_ = false;  // the page has shown itself
  int step_ = 0;
  int wanted_step_ = 0;
  int opening_ = 0;  // counts `open`, so that a late answer to an earlier one is passed over
  Document start_document_;
  Trace start_trace_;
  const WordVectors* words_ = nullptr;  // that the step began with
  std::vector<bool> achieved_;
  std::string view_commands_;
  std::string problem_;
  std::string progress_;
  int revision_ = 0;
  int listener_ = 0;
  bool beginning_ = false;
  std::function<void()> changed_;
};

}  // namespace ap::ui
