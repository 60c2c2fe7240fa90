// World: what a change of a document may read besides the document.
#pragma once

namespace ap {

class WordVectors;

struct World {
  const WordVectors* words = nullptr;  // null: every word is unknown
};

}  // namespace ap
