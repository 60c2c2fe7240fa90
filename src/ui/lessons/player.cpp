#include "ui/lessons/player.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace ap::ui {
namespace {

constexpr const char* kStored = "lessons";

std::string text_of(const platform::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// Ids go into file names.
bool is_id(std::string_view id) {
  return !id.empty() && id.size() < 40 &&
         std::all_of(
             id.begin(), id.end(),
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
             });
}

}  // namespace

LessonPlayer::LessonPlayer(Session& session, platform::Ports& ports)
    : session_(session), ports_(ports), progress_(ports.load(kStored).value_or(std::string())) {
  listener_ = session.subscribe([this] { watch(); });
}

LessonPlayer::~LessonPlayer() { session_.unsubscribe(listener_); }

void LessonPlayer::changed() {
  ++revision_;
  ports_.request_frame();
  if (changed_) changed_();
}

void LessonPlayer::said(std::string problem) {
  problem_ = std::move(problem);
  if (!problem_.empty()) ports_.announce(problem_);
  changed();
}

void LessonPlayer::open(std::string id, int step) {
  if (step < 0) step = std::max(0, std::abs(progress_of(id)) - 1);
  if (ready_ && lesson_.id == id) return go(step);
  if (!is_id(id)) return said("There is no such lesson.");
  wanted_step_ = step;
  const int opening = ++opening_;
  ports_.fetch_asset("assets/lessons/" + id + ".md",
                     [this, id, opening](Result<platform::Bytes> bytes) {
                       if (opening != opening_) return;
                       if (!bytes) return said("The lesson '" + id + "' could not be fetched.");
                       auto lesson = parse_lesson(id, text_of(*bytes));
                       if (!lesson)
                         return said(lesson.error().where + ": " + lesson.error().message);
                       ready_ = false;
                       lesson_ = std::move(*lesson);
                       files_.clear();
                       missing_ = states_of(lesson_);
                       fetch_next();
                     });
}

void LessonPlayer::fetch_next() {
  if (missing_.empty()) {
    ready_ = true;
    return go(wanted_step_);
  }
  const std::string name = missing_.back();
  missing_.pop_back();
  const int opening = opening_;
  ports_.fetch_asset(state_file(name), [this, name, opening](Result<platform::Bytes> bytes) {
    if (opening != opening_) return;
    if (!bytes) return said("The state '" + name + "' could not be fetched.");
    files_.emplace_back(name, text_of(*bytes));
    fetch_next();
  });
}

void LessonPlayer::close() {
  ready_ = false;
  ++opening_;
  changed();
}

void LessonPlayer::toggle() {
  page_ = ports_.show_lessons();
  if (!page_) shown_ = !shown_;
  ports_.request_frame();
}

void LessonPlayer::go(int step) {
  if (!ready_) return;
  step_ = std::clamp(step, 0, static_cast<int>(lesson_.steps.size()) - 1);
  problem_.clear();
  begin();
  note_progress();
  changed();
}

void LessonPlayer::begin() {
  words_ = session_.words();
  auto document = document_at(lesson_, step_, {words_}, files_);
  if (!document) {
    problem_ = document.error().message + ": " + document.error().where;
    return;
  }
  beginning_ = true;
  session_.trainer().pause();
  session_.end_gesture();
  if (!(*document == session_.document())) {
    if (auto done = session_.dispatch(action::LoadDocument{std::move(*document)}); !done) {
      problem_ = done.error().message;
    }
    session_.end_gesture();
  }
  start_document_ = session_.document();
  start_trace_ = session_.trace();
  achieved_.assign(step().blocks.size(), false);
  beginning_ = false;
  view_commands_ = "reset\n";
  std::string_view rest = step().enter;
  while (!rest.empty()) {
    const std::string_view command = take_line(rest);
    if (is_view_command(command)) view_commands_ += std::string(command) + '\n';
  }
}

void LessonPlayer::run(std::string_view commands) {
  problem_.clear();
  const std::uint64_t gesture = session_.new_gesture();
  while (!commands.empty() && problem_.empty()) {
    const std::string_view command = take_line(commands);
    if (command.starts_with("lesson ")) return open(std::string(command.substr(7)), 0);
    if (is_view_command(command)) {
      view_commands_ += std::string(command) + '\n';
      continue;
    }
    auto action = action_of(command, {session_.words()}, files_);
    const Result<void> done = action ? session_.dispatch(*action, gesture)
                                     : Result<void>(std::unexpected(action.error()));
    if (!done) problem_ = done.error().message;
  }
  session_.end_gesture();
  said(problem_);
}

void LessonPlayer::follow(int link) {
  if (!ready_ || link < 0 || link >= static_cast<int>(step().links.size())) return;
  run(std::string(step().links[static_cast<std::size_t>(link)]));
}

void LessonPlayer::solve(int block) {
  if (!ready_ || block < 0 || block >= static_cast<int>(step().blocks.size())) return;
  run(std::string(step().blocks[static_cast<std::size_t>(block)].solve));
}

LessonScene LessonPlayer::scene() const {
  LessonScene scene;
  scene.now = {&session_.document(), &session_.trace()};
  scene.start = {&start_document_, &start_trace_};
  scene.words = session_.words();
  scene.loss = session_.trainer().loss();
  scene.train_steps = session_.trainer().steps();
  return scene;
}

bool LessonPlayer::achieved(int block) const {
  return block >= 0 && block < static_cast<int>(achieved_.size()) &&
         achieved_[static_cast<std::size_t>(block)];
}

/// After any change of the session.
void LessonPlayer::watch() {
  if (!ready_ || beginning_) return;
  // The whole word list has come: words that a step begins with have their vectors only now.
  if (session_.words() != words_) return go(step_);
  const LessonScene now = scene();
  bool any = false;
  for (std::size_t i = 0; i < achieved_.size(); ++i) {
    const LessonBlock& block = step().blocks[i];
    if (achieved_[i] || block.check.empty() || !holds(block.check, now)) continue;
    achieved_[i] = true;
    any = true;
  }
  if (any) changed();
}

int LessonPlayer::progress_of(std::string_view id) const {
  std::string_view rest = progress_;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t number_end = std::min(rest.find(' '), rest.size());
    const int number = std::atoi(std::string(rest.substr(0, number_end)).c_str());
    rest.remove_prefix(std::min(number_end + 1, rest.size()));
    if (word == id) return number;
  }
  return 0;
}

/// Where one is; negative once the last step was seen.
void LessonPlayer::note_progress() {
  const int before = progress_of(lesson_.id);
  const bool last = step_ + 1 == static_cast<int>(lesson_.steps.size());
  const int now = last || before < 0 ? -(step_ + 1) : step_ + 1;
  if (now == before) return;
  const auto entry = [&](int n) { return lesson_.id + ' ' + std::to_string(n) + ' '; };
  const std::size_t at = before == 0 ? std::string::npos : progress_.find(entry(before));
  if (at != std::string::npos) progress_.erase(at, entry(before).size());
  progress_ += entry(now);
  ports_.store(kStored, progress_);
}

}  // namespace ap::ui
