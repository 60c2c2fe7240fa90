// Trainer: a session's training run: play, pause, step, rewind, in slices of time. What it learns
// goes to the document by SetParameters, all of a run in one step of undo. Knows when the document
// is no longer what the run stands on, and when to stop.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attention/learning/train.hpp"
#include "playground/actions/action.hpp"

namespace ap {

class Session;

enum class TrainStatus {
  kIdle,  // at its start
  kRunning,
  kPaused,
  kReached,   // the goal
  kFinished,  // the steps asked for
  kDiverged,
};

class Trainer {
 public:
  explicit Trainer(Session& session) : session_(session) {}
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  Result<void> command(const action::Train& train);
  /// While it plays: steps for about `milliseconds` (at least one), then the document has the new
  /// numbers. True if it goes on.
  bool advance(double milliseconds);
  void pause() noexcept;

  [[nodiscard]] TrainStatus status() const noexcept { return status_; }
  [[nodiscard]] bool running() const noexcept { return status_ == TrainStatus::kRunning; }
  /// A sentence for people when it stopped by itself; else empty.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }
  [[nodiscard]] int steps() const noexcept { return training_ ? training_->steps() : 0; }
  /// Of the present numbers: mean over all rows, and the largest difference of a target cell.
  [[nodiscard]] double loss() const noexcept { return loss_.value; }
  [[nodiscard]] float error() const noexcept { return loss_.error; }
  /// Loss at step 0, stride(), 2 stride(), ...: at most kMaxHistory numbers.
  [[nodiscard]] std::span<const float> history() const noexcept { return history_; }
  [[nodiscard]] int stride() const noexcept { return stride_; }

  static constexpr std::size_t kMaxHistory = 2048;

 private:
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] bool follow_edits();
  bool step();
  void remember(double loss);
  void stop(TrainStatus status, std::string message);
  void diverged(const Loss& loss);
  void begin_history();
  void keep_best();
  Result<void> publish();
  Result<void> rewind();

  Session& session_;
  std::optional<Training> training_;
  TrainStatus status_ = TrainStatus::kIdle;
  std::string message_;
  Document basis_;                   // the document as the run knows it
  std::uint64_t revision_ = 0;       // of the session, when basis_ was taken
  std::uint64_t gesture_ = 0;        // of the run: one step of undo
  std::vector<SharedMatrix> start_;  // the parameters before the first step
  std::vector<SharedMatrix> best_;   // at the smallest loss
  double best_loss_ = 0;
  int best_step_ = 0;
  double first_loss_ = 0;
  int rising_ = 0;     // steps in a row far above the start
  int last_step_ = 0;  // stop there; 0: no end
  float goal_ = 0;
  Loss loss_;
  std::vector<float> history_;
  int stride_ = 1;
};

/// {"status", "message", "steps", "loss", "error", "stride", "history"}
[[nodiscard]] std::string to_json(const Trainer& trainer);

}  // namespace ap
