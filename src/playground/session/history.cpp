#include "playground/session/history.hpp"

#include <utility>

namespace ap {
namespace {

const std::string kNoName;

}  // namespace

void History::record(const Document& before, std::string name, std::uint64_t gesture) {
  future_.clear();
  if (gesture != 0 && gesture == open_gesture_ && !past_.empty()) return;
  open_gesture_ = gesture;
  past_.push_back({before, std::move(name), gesture});
  if (past_.size() > kMaxSteps) past_.erase(past_.begin());
}

const std::string& History::undo_name() const noexcept {
  return past_.empty() ? kNoName : past_.back().name;
}

const std::string& History::redo_name() const noexcept {
  return future_.empty() ? kNoName : future_.back().name;
}

bool History::undo(Document& document) {
  if (past_.empty()) return false;
  seal();
  Step step = std::move(past_.back());
  past_.pop_back();
  std::swap(document, step.document);
  future_.push_back(std::move(step));
  return true;
}

bool History::redo(Document& document) {
  if (future_.empty()) return false;
  seal();
  Step step = std::move(future_.back());
  future_.pop_back();
  std::swap(document, step.document);
  past_.push_back(std::move(step));
  return true;
}

void History::rewrite(const std::function<void(Document&)>& change) {
  for (Step& step : past_) change(step.document);
  for (Step& step : future_) change(step.document);
}

void History::clear() {
  past_.clear();
  future_.clear();
  seal();
}

}  // namespace ap
