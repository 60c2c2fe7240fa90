// How far words typically reach along each principal axis: what a word that is not in the list
// gets its size from. Filled in by tools/vectors/make.mjs, so that it fits assets/words.bin.
#pragma once

namespace ap::detail {

extern const float kAxisDeviation[100];

}  // namespace ap::detail
