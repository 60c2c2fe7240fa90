#include <type_traits>
#include <utility>

#include "playground/actions/action.hpp"
#include "playground/actions/apply.hpp"
#include "playground/document/targets.hpp"

namespace ap {
namespace {

/// Actions that check each cell they write and touch nothing else: the rest of a valid document
/// stays valid, and a dragged cell does not pay for a look at every other.
template <class A>
constexpr bool kOnlyCells =
    std::is_same_v<A, action::SetCell> || std::is_same_v<A, action::SetBlock> ||
    std::is_same_v<A, action::Fill> || std::is_same_v<A, action::PaintMask> ||
    std::is_same_v<A, action::ClearMask> || std::is_same_v<A, action::Lock> ||
    std::is_same_v<A, action::SetTitle> || std::is_same_v<A, action::SetTarget> ||
    std::is_same_v<A, action::ClearTarget> || std::is_same_v<A, action::ClearTargets> ||
    std::is_same_v<A, action::LockCells> || std::is_same_v<A, action::SetParameters>;

}  // namespace

Result<Document> update(const Document& document, const Action& action, const World& world) {
  Document next = document;
  auto applied = std::visit(
      [&]<class A>(const A& a) -> Result<void> {
        if (auto ok = apply(next, a, world); !ok) return ok;
        if constexpr (kOnlyCells<A>) return {};
        fit_learning(next, world);
        return validate(next);
      },
      action);
  if (!applied) return std::unexpected(std::move(applied).error());
  return next;
}

/// Each step sees what the ones before it left; the whole is validated at the end as well.
Result<void> apply(Document& document, const action::Batch& a, const World& world) {
  if (a.steps.size() > kMaxBatch) {
    return fail(ErrorCode::kTooLarge,
                std::to_string(a.steps.size()) + " actions in one; the most is " +
                    std::to_string(kMaxBatch),
                "actions");
  }
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    auto next = update(document, a.steps[i].action, world);
    if (!next) {
      Error error = std::move(next).error();
      error.where =
          "actions[" + std::to_string(i) + "]" + (error.where.empty() ? "" : ".") + error.where;
      return std::unexpected(std::move(error));
    }
    document = std::move(*next);
  }
  return {};
}

}  // namespace ap
