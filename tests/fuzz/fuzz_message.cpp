// What a page's postMessage or a script may send: an action as JSON, and what it does to a
// document.
#include "fuzz.hpp"

#include "base/assets.hpp"
#include "playground/actions/action_json.hpp"
#include "playground/json/presets.hpp"
#include "playground/json/state_json.hpp"
#include "text/word_vectors.hpp"

namespace {

using namespace ap;

const Document& start() {
  static const Document document = [] {
    auto words = WordVectors::parse(asset("assets/words-core.bin"));
    auto preset = load_preset("cat", words ? &*words : nullptr);
    return preset ? std::move(*preset) : Document{};
  }();
  return document;
}

/// A size that a person may well ask for, but that costs seconds under the sanitizers.
bool costly(const Action& action) {
  constexpr int kMost = 256;
  if (const auto* a = std::get_if<action::SetWidth>(&action)) return a->width > kMost;
  if (const auto* a = std::get_if<action::SetHeadWidth>(&action))
    return a->key_width > kMost || a->value_width > kMost;
  if (const auto* a = std::get_if<action::SetMlp>(&action)) return a->width > kMost;
  if (const auto* a = std::get_if<action::Batch>(&action)) return a->steps.size() > 20;
  return false;
}

}  // namespace

AP_FUZZ_TARGET(data, size) {
  const auto action = action_from_json(fuzz::text(data, size));
  if (!action || costly(*action)) return 0;
  const auto next = update(start(), *action, World{});
  if (!next) return 0;
  fuzz::require(validate(*next).has_value());
  if (size < 4000) fuzz::require(action_from_json(to_json(*action)).has_value());
  return 0;
}
