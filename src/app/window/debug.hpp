// The interface that is on the screen, for page/debug.cpp; null before it is there.
#pragma once

#include "ui/shell/app.hpp"

namespace ap::app {

inline ui::App*& shown_app() {
  static ui::App* app = nullptr;
  return app;
}

}  // namespace ap::app
