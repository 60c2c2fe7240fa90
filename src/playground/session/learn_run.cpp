#include "playground/session/learn_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "playground/json/write.hpp"
#include "playground/session/session.hpp"
#include "playground/session/training.hpp"

namespace ap {
namespace {

// A loss this far above the first for so many steps in a row does not come back.
constexpr double kFarAbove = 10.0;
constexpr double kLeastFirst = 0.05;  // of a run that starts near its goal
constexpr int kRisingSteps = 20;
constexpr int kMaxAtOnce = 10000;  // with nothing else moving

double now() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

/// Three digits, without the printing of floats that the page does not carry.
std::string short_number(double x) {
  if (!std::isfinite(x)) return "no number";
  std::string out;
  JsonWriter writer(out);
  const double size = std::abs(x) > 0 ? std::floor(std::log10(std::abs(x))) : 0.0;
  const double unit = std::pow(10.0, size - 2);
  writer.value(static_cast<float>(std::round(x / unit) * unit));
  return out;
}

std::string plural(int count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

Result<void> Trainer::prepare() {
  if (training_ && follow_edits()) return {};
  auto training = make_training(session_.document());
  if (!training) return std::unexpected(std::move(training).error());
  training_.emplace(std::move(*training));
  basis_ = session_.document();
  revision_ = session_.revision();
  gesture_ = session_.new_gesture();
  start_.clear();
  for (int i = 0; i < training_->count(); ++i) start_.push_back(training_->value(i));
  begin_history();
  return {};
}

/// The losses from here on; the present numbers are the best so far.
void Trainer::begin_history() {
  history_.clear();
  stride_ = 1;
  rising_ = 0;
  loss_ = training_->measure();
  first_loss_ = best_loss_ = loss_.value;
  keep_best();
}

/// True if the document differs from what the run knows in nothing but the numbers that learn; they
/// are taken over.
bool Trainer::follow_edits() {
  if (session_.revision() == revision_) return true;
  Document expected = session_.document();
  for (int i = 0; i < training_->count(); ++i) {
    const TensorId id = training_->id(i);
    const SharedMatrix mine = parameter(basis_, id);
    const SharedMatrix theirs = parameter(expected, id);
    if (mine && theirs && (mine->rows() != theirs->rows() || mine->cols() != theirs->cols()))
      return false;
    set_parameter(expected, id, mine);
  }
  expected.title = basis_.title;
  expected.preset = basis_.preset;
  expected.query.tokens = basis_.query.tokens;  // an edited row changes where it is from
  expected.source.tokens = basis_.source.tokens;
  if (!(expected == basis_)) return false;
  for (int i = 0; i < training_->count(); ++i) {
    const TensorId id = training_->id(i);
    const SharedMatrix theirs = parameter(session_.document(), id);
    if (theirs && theirs != parameter(basis_, id)) training_->set_value(i, *theirs);
  }
  basis_ = session_.document();
  revision_ = session_.revision();
  return true;
}

void Trainer::keep_best() {
  best_.clear();
  for (int i = 0; i < training_->count(); ++i) best_.push_back(training_->value(i));
  best_step_ = training_->steps();
}

void Trainer::stop(TrainStatus status, std::string message) {
  status_ = status;
  message_ = std::move(message);
}

void Trainer::pause() noexcept {
  if (status_ == TrainStatus::kRunning) status_ = TrainStatus::kPaused;
}

/// Every stride_-th loss; when they are too many, every second goes.
void Trainer::remember(double loss) {
  if (training_->steps() != static_cast<int>(history_.size()) * stride_) return;
  history_.push_back(static_cast<float>(loss));
  if (history_.size() <= kMaxHistory) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < history_.size(); i += 2) history_[kept++] = history_[i];
  history_.resize(kept);
  stride_ *= 2;
}

void Trainer::diverged(const Loss& loss) {
  const int at = training_->steps();
  for (int i = 0; i < training_->count(); ++i) {
    training_->set_value(i, *best_[static_cast<std::size_t>(i)]);
  }
  const std::string grew = std::isfinite(loss.value)
                               ? "the loss only grew, from " + short_number(first_loss_) + " to " +
                                     short_number(loss.value)
                               : "the numbers grew beyond all bounds";
  loss_ = training_->measure();
  stop(TrainStatus::kDiverged,
       "Stopped after " + plural(at, "step") + ": " + grew + ". The weights are those of step " +
           std::to_string(best_step_) + ", the best so far. A learning rate smaller than " +
           short_number(static_cast<double>(session_.document().learning.rate)) + " may help.");
}

/// False when it is time to stop; then nothing moved.
bool Trainer::step() {
  const Loss loss = training_->measure();
  if (!std::isfinite(loss.value) || !std::isfinite(loss.error)) {
    diverged(loss);
    return false;
  }
  loss_ = loss;
  remember(loss.value);
  if (loss.value < best_loss_) {
    best_loss_ = loss.value;
    keep_best();
  }
  rising_ = loss.value > kFarAbove * std::max(first_loss_, kLeastFirst) ? rising_ + 1 : 0;
  if (rising_ >= kRisingSteps) {
    diverged(loss);
    return false;
  }
  const int done = training_->steps();
  if (goal_ > 0.0F && loss.error <= goal_) {
    stop(TrainStatus::kReached, "Reached after " + plural(done, "step") +
                                    ": every target is within " +
                                    short_number(static_cast<double>(goal_)) + ".");
    return false;
  }
  if (last_step_ > 0 && done >= last_step_) {
    stop(TrainStatus::kFinished, {});
    return false;
  }
  training_->step();
  return true;
}

/// The document gets the run's numbers. Numbers that it refuses are those of a run gone astray.
Result<void> Trainer::publish() {
  action::SetParameters learned;
  learned.steps = training_->steps();
  for (int i = 0; i < training_->count(); ++i) {
    const TensorId id = training_->id(i);
    learned.parameters.push_back({id.stage, id.layer, training_->value(i)});
  }
  auto done = session_.dispatch(std::move(learned), gesture_);
  basis_ = session_.document();
  revision_ = session_.revision();
  return done;
}

bool Trainer::advance(double milliseconds) {
  if (!running()) return false;
  if (!follow_edits()) {  // another sentence, shape or target: it goes on as a new run
    training_.reset();
    if (auto ok = prepare(); !ok) {
      stop(TrainStatus::kIdle, ok.error().message);
      return false;
    }
  }
  const double end = now() + milliseconds;
  do {
    if (!step()) break;
  } while (now() < end);
  if (running()) loss_ = training_->measure();
  if (auto ok = publish(); !ok) {
    diverged(Loss{INFINITY, INFINITY});
    (void)publish();
  }
  return running();
}

Result<void> Trainer::rewind() {
  if (!training_ || !follow_edits()) {
    training_.reset();
    history_.clear();
    stop(TrainStatus::kIdle, {});
    return {};
  }
  for (int i = 0; i < training_->count(); ++i) {
    training_->set_value(i, *start_[static_cast<std::size_t>(i)]);
  }
  training_->restart();
  begin_history();
  stop(TrainStatus::kIdle, {});
  return publish();
}

Result<void> Trainer::command(const action::Train& train) {
  if (train.steps < 0) return fail(ErrorCode::kRange, "must be 0 or more", "steps");
  if (!(train.goal >= 0.0F)) return fail(ErrorCode::kRange, "must be 0 or more", "goal");
  if (train.command == TrainCommand::kStep && train.steps > kMaxAtOnce) {
    return fail(ErrorCode::kTooLarge,
                "at most " + std::to_string(kMaxAtOnce) + " steps at once: use play", "steps");
  }
  if (train.command == TrainCommand::kPause) {
    pause();
    return {};
  }
  if (train.command == TrainCommand::kRewind) return rewind();
  if (auto ok = prepare(); !ok) return ok;
  message_.clear();
  goal_ = train.goal;
  status_ = TrainStatus::kRunning;
  if (train.command == TrainCommand::kPlay) {
    last_step_ = train.steps > 0 ? training_->steps() + train.steps : 0;
    return {};
  }
  last_step_ = training_->steps() + std::max(train.steps, 1);
  while (step()) {
  }
  if (status_ == TrainStatus::kFinished) stop(TrainStatus::kPaused, {});
  if (auto ok = publish(); !ok) {
    diverged(Loss{INFINITY, INFINITY});
    return publish();
  }
  return {};
}

std::string to_json(const Trainer& trainer) {
  constexpr std::string_view kStatus[] = {"idle",    "running",  "paused",
                                          "reached", "finished", "diverged"};
  std::string text;
  JsonWriter out(text);
  out.open('{');
  out.field("status", kStatus[static_cast<std::size_t>(trainer.status())]);
  out.field("message", trainer.message());
  out.field("steps", trainer.steps());
  out.field("loss", static_cast<float>(trainer.loss()));
  out.field("error", trainer.error());
  out.field("stride", trainer.stride());
  out.key("history");
  out.open('[');
  for (const float x : trainer.history()) out.value(x);
  out.close(']');
  out.close('}');
  return text;
}

}  // namespace ap
