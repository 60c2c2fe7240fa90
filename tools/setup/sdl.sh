# SDL2 for the page: a static library without the parts the page never uses, built once for each
# Emscripten version. The desktop uses the system's own SDL2.

SDL_TAG=release-2.32.4
SDL_RECIPE=1

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
    emcmake cmake -S "$source" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=MinSizeRel \
    "-DCMAKE_INSTALL_PREFIX=$2" "-DCMAKE_C_FLAGS=-flto -Oz" -DSDL_SHARED=OFF -DSDL_TEST=OFF \
    -DSDL_AUDIO=OFF -DSDL_JOYSTICK=OFF -DSDL_HAPTIC=OFF -DSDL_SENSOR=OFF -DSDL_HIDAPI=OFF \
    -DSDL_POWER=OFF -DSDL_RENDER=OFF -DSDL_DISKAUDIO=OFF -DSDL_DUMMYAUDIO=OFF
  logged "building SDL2" "run this again" cmake --build "$work"
  logged "installing SDL2" "run this again" \
    env "DESTDIR=$AP_CACHE/tmp/sdl-install.$$" cmake --install "$work"
  # DESTDIR, because the final folder must not exist before the rename.
  cp -R "$AP_CACHE/tmp/sdl-install.$$$2/." "$1/"
  rm -rf "$work" "$AP_CACHE/tmp/sdl-install.$$"
}

setup_sdl() {
  AP_SDL2_WEB="$AP_CACHE/sdl2-web-$AP_EMCC_VERSION-r$SDL_RECIPE"
  step 5 "SDL2 for the page" "$AP_SDL2_WEB" build_sdl
  export AP_SDL2_WEB
}
