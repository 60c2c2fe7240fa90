// Session: the one mutable thing. Holds the document, its history, the trace that follows it and
// the pinned baseline; takes actions, tells listeners. Page, window, command line and scripts own
// one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "attention/forward/forward.hpp"
#include "playground/actions/action.hpp"
#include "playground/session/history.hpp"
#include "playground/session/learn_run.hpp"
#include "text/word_vectors.hpp"

namespace ap {

class Session {
 public:
  /// Starts with the default preset, embedded in the program, and its small word list.
  Session();

  [[nodiscard]] const Document& document() const noexcept { return document_; }
  [[nodiscard]] const Trace& trace() const noexcept { return trace_; }
  [[nodiscard]] const History& history() const noexcept { return history_; }
  [[nodiscard]] const WordVectors* words() const noexcept { return words_.get(); }
  /// Counts changes of the document: equal numbers, equal pictures.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }

  /// Applies it, recomputes what follows, records an undo step. On error nothing changed.
  Result<void> dispatch(const Action& action, std::uint64_t gesture = 0);
  bool undo();
  bool redo();
  /// The next dispatch begins a new undo step (mouse released, field left).
  void end_gesture() noexcept { history_.seal(); }
  /// Plays, pauses and steps by action::Train; the program calls `advance` every frame.
  [[nodiscard]] Trainer& trainer() noexcept { return trainer_; }
  [[nodiscard]] const Trainer& trainer() const noexcept { return trainer_; }
  /// A number for a new gesture.
  [[nodiscard]] std::uint64_t new_gesture() noexcept { return ++last_gesture_; }

  /// The full word list has arrived: words that were unknown get their vectors, without an undo
  /// step; in the documents of history too, so that undo does not make them unknown again.
  void set_words(std::shared_ptr<const WordVectors> words);

  /// Baseline for comparison: the present document and trace, kept.
  void pin_baseline();
  void clear_baseline();
  [[nodiscard]] bool has_baseline() const noexcept { return baseline_ != nullptr; }
  /// The pinned trace, or null.
  [[nodiscard]] const Trace* baseline() const noexcept { return baseline_.get(); }
  [[nodiscard]] const Document* baseline_document() const noexcept {
    return baseline_document_.get();
  }

  [[nodiscard]] const UpdateStats& last_update() const noexcept { return last_update_; }

  /// What the last document that was loaded is to say of itself, once; empty: nothing.
  [[nodiscard]] std::string take_notice() { return std::exchange(notice_, {}); }

  /// Called after every change (action, undo, words, baseline), in order of subscription. Returns
  /// its id. A listener may dispatch: all are then called once more, after the present round.
  int subscribe(std::function<void()> listener);
  void unsubscribe(int id);

 private:
  void recompute();
  void changed();

  Document document_;
  History history_;
  Trace trace_;
  Trace prefix_trace_;  // of the cached tokens, whose keys and values are the past
  Scratch scratch_;
  std::shared_ptr<const WordVectors> words_;
  std::shared_ptr<const Trace> baseline_;
  std::shared_ptr<const Document> baseline_document_;
  UpdateStats last_update_;
  std::string notice_;
  std::uint64_t revision_ = 0;
  std::uint64_t last_gesture_ = 0;
  std::vector<std::pair<int, std::function<void()>>> listeners_;
  int last_listener_ = 0;
  Trainer trainer_{*this};
  bool notifying_ = false;
  bool again_ = false;  // changed while listeners were being told
};

}  // namespace ap
