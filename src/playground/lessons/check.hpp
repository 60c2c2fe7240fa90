// Everything that can be wrong with a lesson, tried out: states, numbers in prose, links, and that
// each task is refused as its step begins and accepted once its own solution was done. For tests
// and for who writes a lesson (attention lesson FILE); the page does not link it.
#pragma once

#include <memory>

#include "playground/lessons/lesson.hpp"
#include "text/word_vectors.hpp"

namespace ap {

/// A line each: where and what; empty: nothing is wrong.
[[nodiscard]] std::vector<std::string> check_lesson(const Lesson& lesson,
                                                    std::shared_ptr<const WordVectors> words,
                                                    const LessonFiles& files);

/// A step's text as a reader without a picture gets it: numbers filled, links in brackets.
[[nodiscard]] std::string plain_text(const Lesson& lesson, int step,
                                     std::shared_ptr<const WordVectors> words,
                                     const LessonFiles& files);

}  // namespace ap
