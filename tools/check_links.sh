#!/bin/sh
# check_links.sh PROGRAM: fails if the program is linked with SDL, OpenGL or Dear ImGui.
set -eu
if command -v ldd >/dev/null 2>&1; then libraries=$(ldd "$1"); else libraries=$(otool -L "$1"); fi
if printf '%s\n' "$libraries" | grep -Ei 'sdl|libgl|opengl|libegl|libx11'; then
  echo "$1 is linked with a window library"
  exit 1
fi
if nm -C "$1" | grep -E ' (ImGui::|SDL_|ImDrawList)' | head -n 3 | grep .; then
  echo "$1 contains code of a window library"
  exit 1
fi
