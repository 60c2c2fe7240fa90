// What lessons say in numbers and ask for: a small expression language over the document and its
// trace. `weights[it,cat]` is a cell, `weights[it]` a row, `weights/1/0[it,the:2]` is layer 1, head
// 0, the second "the". `start(...)` looks at how the step began. docs/adding-a-lesson.md lists it
// all. Leaves out: assignments, loops. Every look-up can fail; then the whole expression does.
#pragma once

#include <string>
#include <string_view>

#include "playground/document/document.hpp"

namespace ap {

struct Trace;
class WordVectors;

struct LessonMoment {
  const Document* document = nullptr;
  const Trace* trace = nullptr;
};

/// What expressions read.
struct LessonScene {
  LessonMoment now;
  LessonMoment start;  // as the step began
  const WordVectors* words = nullptr;
  double loss = 0;  // of the training run; 0 before the first step
  double train_steps = 0;
};

struct LessonValue {
  enum class Kind : std::uint8_t { kNumber, kMatrix, kText };
  Kind kind = Kind::kNumber;
  double number = 0;
  Matrix matrix;     // kMatrix: a row is 1 x n
  std::string text;  // kText
  // kMatrix of a tensor: whose columns these are, for their names
  const Document* document = nullptr;
  TensorId tensor;
};

/// kParse: not an expression; kNotFound: no such token, stage or word now.
[[nodiscard]] Result<LessonValue> evaluate(std::string_view expression, const LessonScene& scene);
/// A condition's answer; false also where it cannot be asked now.
[[nodiscard]] bool holds(std::string_view condition, const LessonScene& scene);
/// "expression" or "expression:format" as text; format: decimals (2 if not said), "%" or ",":
/// whole, in groups of three. "–" where it cannot be said now.
[[nodiscard]] std::string filled(std::string_view value, const LessonScene& scene);

/// A letter of stages' and functions' names.
[[nodiscard]] constexpr bool is_lesson_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}
/// A token's address in a lesson: "cat", "the:2" (the second), "0" (the first, unless a label is
/// so). -1: there is none.
[[nodiscard]] int label_index(const std::vector<std::string>& labels,
                              std::string_view token) noexcept;

/// "weights/1/0[it,cat]", also without layer, head, column or both; the length read, 0 if it is
/// none.
struct LessonPlace {
  TensorId tensor;
  int row = -1;  // -1: the whole matrix
  int col = -1;  // -1: the whole row
};
[[nodiscard]] Result<LessonPlace> read_place(std::string_view& text, const LessonMoment& moment);

}  // namespace ap
