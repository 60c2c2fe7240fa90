// Learning and locked cells as JSON, inside a state. Sentences are read and written by the state's
// own reader and writer, which are handed in. Internal to playground/.
#pragma once

#include "playground/json/read.hpp"
#include "playground/json/write.hpp"

namespace ap {

/// A list of {"stage","layer","head","row","values","word"}; without `values` they stay null.
void read_targets(JsonObject& object, std::string_view key, std::vector<Target>& out);
void read_learn_options(JsonObject& object, Learning& out);
/// A list of {"stage","layer","head","row","col","cols"}: runs of cells.
void read_locked_cells(JsonObject& object, LockedCells& out);

void write_targets(JsonWriter& out, const std::vector<Target>& targets);
void write_learn_options(JsonWriter& out, const Learning& learning);
void write_locked_cells(JsonWriter& out, const std::vector<CellId>& cells);

}  // namespace ap
