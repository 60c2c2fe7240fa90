// History: undo and redo of whole documents (cheap: they share their matrices). Actions with the
// same non-zero gesture number become one step: a drag is one undo.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "playground/document/document.hpp"

namespace ap {

class History {
 public:
  /// Steps kept; the oldest go first.
  static constexpr std::size_t kMaxSteps = 500;

  void record(const Document& before, std::string name, std::uint64_t gesture);
  [[nodiscard]] bool can_undo() const noexcept { return !past_.empty(); }
  [[nodiscard]] bool can_redo() const noexcept { return !future_.empty(); }
  /// Name of the step that undo (redo) would take back (do again); empty if none.
  [[nodiscard]] const std::string& undo_name() const noexcept;
  [[nodiscard]] const std::string& redo_name() const noexcept;
  /// Swaps `document` for the one before (after). False if there is none.
  bool undo(Document& document);
  bool redo(Document& document);
  /// The next action starts a new step, whatever its gesture.
  void seal() noexcept { open_gesture_ = 0; }
  /// Goes on with the last step if it is of this gesture, even after `seal`: a training run.
  void reopen(std::uint64_t gesture) noexcept {
    if (!past_.empty() && past_.back().gesture == gesture) open_gesture_ = gesture;
  }
  /// Changes every document kept, without a step: the word list has grown.
  void rewrite(const std::function<void(Document&)>& change);
  void clear();

 private:
  struct Step {
    Document document;
    std::string name;
    std::uint64_t gesture = 0;
  };
  std::vector<Step> past_;
  std::vector<Step> future_;
  std::uint64_t open_gesture_ = 0;
};

}  // namespace ap
