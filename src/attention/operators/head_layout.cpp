#include "attention/operators/head_layout.hpp"

#include <limits>

namespace ap {

Result<std::size_t> checked_size(std::initializer_list<std::int64_t> dims, std::string_view where) {
  std::int64_t size = 1;
  std::string text;
  bool over = false;
  for (const std::int64_t d : dims) {
    text += (text.empty() ? "" : " x ") + std::to_string(d);
    if (d < 0 || __builtin_mul_overflow(size, d, &size)) over = true;
  }
  if (over || size > kMaxArrayNumbers) {
    return fail(ErrorCode::kTooLarge,
                text + " numbers are more than the limit of " + std::to_string(kMaxArrayNumbers),
                std::string(where));
  }
  return static_cast<std::size_t>(size);
}

Result<HeadLayout> head_layout(const Array& array, int heads, std::string_view where) {
  const auto bad = [&](const std::string& message) {
    return fail(ErrorCode::kShape, message, std::string(where));
  };
  const int rank = array.rank();
  if (rank < 2 || rank > 4) {
    return bad("has " + std::to_string(rank) +
               " dimensions, needs 2 (tokens, heads x width), 3 (batch, "
               "tokens, heads x width) or 4 (batch, heads, tokens, width)");
  }
  for (const std::int64_t d : array.shape) {
    if (d > std::numeric_limits<int>::max())
      return bad("shape " + shape_text(array.shape) + " is too large");
  }
  const auto dim = [&](int i) {
    return static_cast<int>(array.shape[static_cast<std::size_t>(i)]);
  };
  HeadLayout layout;
  if (rank == 4) {
    layout = {dim(0), dim(1), dim(2), dim(3), false};
    if (heads != 0 && heads != layout.heads) {
      return bad("shape " + shape_text(array.shape) + " has " + std::to_string(layout.heads) +
                 " heads, " + std::to_string(heads) + " were given");
    }
  } else {
    const int columns = dim(rank - 1);
    const int count = heads == 0 ? 1 : heads;
    if (count < 0 || columns % count != 0) {
      return bad(std::to_string(columns) + " columns do not divide into " + std::to_string(count) +
                 " heads");
    }
    layout = {rank == 3 ? dim(0) : 1, count, dim(rank - 2), columns / count, true};
  }
  if (layout.heads < 1 || layout.width < 1) {
    return bad("shape " + shape_text(array.shape) + " has no heads or a head of width 0");
  }
  const auto size = checked_size({layout.batch, layout.heads, layout.tokens, layout.width}, where);
  if (!size) return std::unexpected(size.error());
  if (*size != array.data.size()) {
    return bad("shape " + shape_text(array.shape) + " does not fit its " +
               std::to_string(array.data.size()) + " numbers");
  }
  return layout;
}

}  // namespace ap
