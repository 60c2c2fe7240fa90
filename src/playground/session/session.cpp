#include "playground/session/session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/assets.hpp"
#include "playground/document/embed.hpp"
#include "playground/json/presets.hpp"

namespace ap {
namespace {

/// What stands here before the first preset, and instead of one that does not load.
Document empty_document() {
  Document document;
  document.model.width = 2;
  document.model.key_width = 2;
  document.model.value_width = 2;
  const auto square = share(Matrix::Identity(2, 2));
  Layer layer;
  for (Linear* linear : {&layer.q, &layer.k, &layer.v, &layer.o}) linear->weight = square;
  document.model.layers.push_back(std::move(layer));
  document.query.embeddings = share(Matrix(0, 2));
  return document;
}

/// The cached tokens alone: what an earlier step has computed.
Input prefix_of(const Document& document) {
  const int count = document.cached;
  Input input;
  input.embeddings = share(document.query.embeddings->topRows(count));
  if (document.mask) input.mask = share(document.mask->topLeftCorner(count, count));
  input.kv_length = document.kv_length < count ? document.kv_length : -1;
  return input;
}

std::shared_ptr<const Past> past_of(const Trace& prefix) {
  auto past = std::make_shared<Past>();
  for (const LayerTrace& layer : prefix.layers) {
    past->layers.push_back({share(layer.k), share(layer.v)});
  }
  return past;
}

/// Steps of history share their matrices: a sentence that many of them hold is learned once.
class WordLearner {
 public:
  explicit WordLearner(const WordVectors& words) : words_(words) {}

  bool learn(Document& document) {
    const bool query = learn(document.query);
    const bool source = learn(document.source);
    for (Example& example : document.learning.examples) {
      learn(example.query);
      learn(example.source);
    }
    return query || source;
  }

 private:
  struct Done {
    Sentence before;
    Sentence after;
    bool changed;
  };

  bool learn(Sentence& sentence) {
    for (const Done& done : done_) {
      if (done.before.embeddings != sentence.embeddings || done.before.tokens != sentence.tokens) {
        continue;
      }
      sentence.tokens = done.after.tokens;
      sentence.embeddings = done.after.embeddings;
      return done.changed;
    }
    const Sentence before = sentence;
    const bool changed = learn_words(sentence, words_);
    done_.push_back({before, sentence, changed});
    return changed;
  }

  const WordVectors& words_;
  std::vector<Done> done_;
};

}  // namespace

Session::Session() {
  if (auto words = WordVectors::parse(asset("assets/words-core.bin"))) {
    words_ = std::make_shared<const WordVectors>(std::move(*words));
  }
  document_ = empty_document();
  if (!presets().empty()) {
    if (auto first = load_preset(presets().front().id, words_.get())) document_ = std::move(*first);
  }
  recompute();
}

Result<void> Session::dispatch(const Action& action, std::uint64_t gesture) {
  if (const auto* train = std::get_if<action::Train>(&action)) {
    auto done = trainer_.command(*train);
    changed();
    return done;
  }
  if (std::holds_alternative<action::SetParameters>(action)) history_.reopen(gesture);
  auto next = update(document_, action, World{words_.get()});
  if (!next) return std::unexpected(std::move(next).error());
  if (const auto* load = std::get_if<action::LoadDocument>(&action); load && load->older) {
    notice_ =
        "It was made when the mask was added before the softcap. Now, as in ONNX, the cap comes "
        "first: its weights are not those of then";
  }
  if (const auto* batch = std::get_if<action::Batch>(&action); batch && !batch->note.empty())
    notice_ = batch->note;
  history_.record(document_, describe(action), gesture);
  document_ = std::move(*next);
  recompute();
  changed();
  return {};
}

bool Session::undo() {
  trainer_.pause();
  if (!history_.undo(document_)) return false;
  recompute();
  changed();
  return true;
}

bool Session::redo() {
  trainer_.pause();
  if (!history_.redo(document_)) return false;
  recompute();
  changed();
  return true;
}

void Session::set_words(std::shared_ptr<const WordVectors> words) {
  words_ = std::move(words);
  if (!words_) return;
  WordLearner learner(*words_);
  const bool learned = learner.learn(document_);
  history_.rewrite([&learner](Document& document) { learner.learn(document); });
  if (learned) recompute();
  changed();
}

void Session::pin_baseline() {
  const auto pinned = std::make_shared<Trace>(trace_);
  for (LayerTrace& layer : pinned->layers) layer.parts.resize(0, 0);  // it will not be edited
  baseline_ = pinned;
  baseline_document_ = std::make_shared<const Document>(document_);
  changed();
}

void Session::clear_baseline() {
  baseline_ = nullptr;
  baseline_document_ = nullptr;
  changed();
}

int Session::subscribe(std::function<void()> listener) {
  listeners_.emplace_back(++last_listener_, std::move(listener));
  return last_listener_;
}

void Session::unsubscribe(int id) {
  std::erase_if(listeners_, [id](const auto& entry) { return entry.first == id; });
}

void Session::recompute() {
  std::shared_ptr<const Past> past;
  if (document_.cached > 0) {
    const Input prefix = prefix_of(document_);
    const UpdateStats stats = ap::update(prefix_trace_, document_.model, prefix, scratch_);
    const bool same = !stats.full && stats.cells == 0 && trace_.input.past &&
                      trace_.input.past->length() == document_.cached;
    past = same ? trace_.input.past : past_of(prefix_trace_);
  } else {
    prefix_trace_ = {};
  }
  const Input input = input_of(document_, std::move(past));
  assert(validate(document_.model, input));
  last_update_ = ap::update(trace_, document_.model, input, scratch_);
}

void Session::changed() {
  ++revision_;
  again_ = true;
  if (notifying_) return;  // a listener acted: the round below runs once more when it is done
  notifying_ = true;
  while (again_) {
    again_ = false;
    std::vector<int> ids;
    for (const auto& entry : listeners_) ids.push_back(entry.first);
    for (const int id : ids) {
      const auto found =
          std::ranges::find(listeners_, id, &decltype(listeners_)::value_type::first);
      if (found == listeners_.end()) continue;
      const std::function<void()> listener = found->second;  // it may unsubscribe itself
      listener();
    }
  }
  notifying_ = false;
}

}  // namespace ap
