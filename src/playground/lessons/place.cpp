// Addresses of cells and rows in lessons: a stage, a layer, a head, and tokens by their text.
#include <algorithm>
#include <cstdlib>

#include "attention/forward/trace.hpp"
#include "playground/document/names.hpp"
#include "playground/lessons/value.hpp"

namespace ap {

int label_index(const std::vector<std::string>& labels, std::string_view token) noexcept {
  while (token.starts_with(' ')) token.remove_prefix(1);
  while (token.ends_with(' ')) token.remove_suffix(1);
  int wanted = 1;
  std::string_view name = token;
  if (const std::size_t colon = token.rfind(':'); colon != token.npos && colon > 0) {
    wanted = std::atoi(token.data() + colon + 1);
    name = token.substr(0, colon);
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == name && --wanted == 0) return static_cast<int>(i);
  }
  if (token.empty() || token.find_first_not_of("0123456789") != token.npos || token.size() > 6)
    return -1;
  const int index = std::atoi(std::string(token).c_str());
  return index < static_cast<int>(labels.size()) ? index : -1;
}

Result<LessonPlace> read_place(std::string_view& rest, const LessonMoment& moment) {
  const auto last = std::find_if_not(rest.begin(), rest.end(), is_lesson_name);
  const std::string_view name(rest.begin(), last);
  const auto stage = stage_from(name);
  if (!stage)
    return fail(ErrorCode::kParse, "needs a stage's name here", std::string(rest.substr(0, 40)));
  rest.remove_prefix(name.size());
  LessonPlace place;
  place.tensor.stage = *stage;
  for (int* part : {&place.tensor.layer, &place.tensor.head}) {
    if (rest.size() < 2 || rest[0] != '/' || rest[1] < '0' || rest[1] > '9') break;
    *part = rest[1] - '0';
    rest.remove_prefix(2);
  }
  if (moment.trace->tensor(place.tensor).data == nullptr) {
    return fail(ErrorCode::kNotFound, "the model has no such tensor now", std::string(name));
  }
  if (!rest.starts_with('[')) return place;
  const std::size_t end = rest.find(']');
  if (end == rest.npos)
    return fail(ErrorCode::kParse, "a bracket is not closed", std::string(name));
  const std::string_view inside = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  const std::size_t comma = inside.find(',', 1);
  place.row = label_index(row_labels(*moment.document, place.tensor), inside.substr(0, comma));
  if (comma != inside.npos) {
    place.col = label_index(col_labels(*moment.document, place.tensor), inside.substr(comma + 1));
  }
  if (place.row < 0 || (comma != inside.npos && place.col < 0)) {
    return fail(ErrorCode::kNotFound, "there is no such row or column now", std::string(inside));
  }
  return place;
}

}  // namespace ap
