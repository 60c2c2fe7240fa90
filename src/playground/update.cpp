#include <type_traits>
#include <utility>

#include "playground/action.hpp"
#include "playground/apply.hpp"

namespace ap {
namespace {

/// Actions that check each cell they write and touch nothing else: the rest of a valid document
/// stays valid, and a dragged cell does not pay for a look at every other.
template <class A>
constexpr bool kOnlyCells =
    std::is_same_v<A, action::SetCell> || std::is_same_v<A, action::SetBlock> ||
    std::is_same_v<A, action::Fill> || std::is_same_v<A, action::PaintMask> ||
    std::is_same_v<A, action::ClearMask> || std::is_same_v<A, action::Lock> ||
    std::is_same_v<A, action::SetTitle>;

}  // namespace

Result<Document> update(const Document& document, const Action& action, const World& world) {
  Document next = document;
  auto applied = std::visit(
      [&]<class A>(const A& a) -> Result<void> {
        if (auto ok = apply(next, a, world); !ok) return ok;
        if constexpr (kOnlyCells<A>) return {};
        return validate(next);
      },
      action);
  if (!applied) return std::unexpected(std::move(applied).error());
  return next;
}

}  // namespace ap
