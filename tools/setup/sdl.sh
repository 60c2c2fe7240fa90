# SDL2 for the page: a static library without the parts the page never uses, built once for each
# Emscripten version (sdl/CMakeLists.txt). The desktop uses the system's own SDL2.

SDL_TAG=release-2.32.4
SDL_RECIPE=3

build_sdl() { # temporary final
  local source="$AP_SOURCES/libsdl2" work="$AP_CACHE/tmp/sdl-build.$$"
  rm -rf "$work"
  if [ -z "$AP_SOURCES" ]; then
    source="$AP_CACHE/tmp/sdl-source.$$"
    rm -rf "$source"
    logged "SDL2's source" "check the network and run this again" \
      git clone --quiet --depth 1 --branch $SDL_TAG https://github.com/libsdl-org/SDL "$source"
  fi
  logged "configuring SDL2" "run this again" \
    cmake -S "$AP_SETUP/sdl" -B "$work" -G Ninja "-DSDL_SOURCE=$source" \
    "-DCMAKE_TOOLCHAIN_FILE=$AP_EMSCRIPTEN_ROOT/cmake/Modules/Platform/Emscripten.cmake"
  logged "building SDL2" "run this again" cmake --build "$work"
  logged "installing SDL2" "run this again" cmake --install "$work" --prefix "$1"
  rm -rf "$work"
}

setup_sdl() {
  AP_SDL2_WEB="$AP_CACHE/sdl2-web-$AP_EMCC_VERSION-r$SDL_RECIPE"
  step 5 "SDL2 for the page" "$AP_SDL2_WEB" build_sdl
  export AP_SDL2_WEB
}
