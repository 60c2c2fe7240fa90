// The training run for web/playground.js: its state as JSON. Control is by dispatch({type:
// "train"}).
#include <cstdlib>
#include <cstring>
#include <emscripten.h>

#include "app/window/session.hpp"

extern "C" {

/// {"status","message","steps","loss","error","stride","history":[...]}, the caller's to free.
EMSCRIPTEN_KEEPALIVE char* ap_api_training() {
  const std::string text = ap::to_json(ap::app::session().trainer());
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy != nullptr) std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}
}
