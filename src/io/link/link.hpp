// Share links: a document and how it is looked at as one line for an address. What a link says is
// the difference from a preset, property by property from one table (properties.cpp), packed
// and written in the letters of base64url: "s=", the version (02: with seeds beyond 2^30; 03: with
// windows, or with softcap and a finite mask in ONNX's order), the rest. Numbers are kept to the
// last bit; a matrix that follows a rule (identity, a seed, the word list) is kept as the rule and
// what was changed in it. A new version adds rows; what a link says once, later versions read.
// Leaves out: history, the pinned baseline.
#pragma once

#include <string>
#include <string_view>

#include "playground/document/document.hpp"

namespace ap {

class WordVectors;

/// How the document is looked at. The interface's own names, so that they survive new orders.
struct SharedView {
  int layer = 0;
  int head = 0;
  bool isolate_head = false;
  std::string panel;    // "graph"; empty: none is open
  int step = -1;        // 0 .. 7 of the step bar; -1: all
  int theme = 0;        // 0: as the reader's system, 1: light, 2: dark
  bool placed = false;  // the camera was moved: zoom, x, y
  float zoom = 1;
  float x = 0;
  float y = 0;
  bool selected = false;
  CellId anchor;
  CellId focus;
  bool plain_colours = false;  // without numbers in the cells
  bool fixed_range = false;
  float threshold = 0.05F;  // of graph and arcs
  std::string folded;       // stages, separated by spaces
  std::string hide;         // controls that are not there, separated by spaces
  bool operator==(const SharedView&) const = default;
};

struct SharedState {
  Document document;
  SharedView view;
  bool older = false;  // read: see state_json.hpp
};

/// What an address can hold everywhere; more is better given as a file.
inline constexpr std::size_t kMaxLinkCharacters = 16'000;

/// "s=AbC...": for the part after '#'. `words`: the list that the document's words are from.
/// kTooLarge when the document is bigger than any link may describe.
[[nodiscard]] Result<std::string> encode_share_link(const SharedState& state,
                                                    const WordVectors* words = nullptr);
/// From a whole address, its fragment, or what follows "s=". Errors say what is wrong with it; no
/// link takes more than 100 MB or a second. Words that are not in `words` (null: the small list of
/// the program) are unknown, and known once the list has them, as when they are typed.
[[nodiscard]] Result<SharedState> decode_share_link(std::string_view link,
                                                    const WordVectors* words = nullptr);

}  // namespace ap
