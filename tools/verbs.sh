# What the verbs of build.sh do. CMake trees are in build/cmake/<preset>, results in build/web
# and build/native. Sourced after tools/setup.sh.

BUILD="$AP_ROOT/build"

# What a CMake tree was configured with; another answer means that it is made anew.
configuration() {
  cat CMakePresets.json
  printf '%s\n' "$AP_ROOT" "$AP_SOURCES" "$AP_EMSCRIPTEN_ROOT" "${CC:-} ${CXX:-}" \
    "$(command -v ccache || true)"
}

configure() { # preset
  local tree="$BUILD/cmake/$1" log="$BUILD/log/configure-$1.log" failed=0
  mkdir -p "$BUILD/log"
  if [ -f "$tree/build.ninja" ] && configuration | cmp -s - "$tree/configured-with"; then
    return 0
  fi
  rm -rf "$tree"
  heartbeat printf 'configuring %s' "$1"
  cmake --preset "$1" >"$log" 2>&1 </dev/null || failed=1
  hush
  if [ $failed = 1 ]; then
    grep -A 6 'CMake Error' "$log" | head -n 30 >&2 || true
    say "build.sh: configuring '$1' failed (log: $log)" >&2
    return 1
  fi
  configuration >"$tree/configured-with"
}

# compile PRESET TARGETS...: a line of progress every ten seconds; the compiler's words only if it fails.
compile() {
  local preset="$1" log="$BUILD/log/build-$1.log" started=$SECONDS failed=0
  shift
  configure "$preset" || return 1
  if [ -t 1 ]; then
    NINJA_STATUS="[$preset %f/%t, %e s] " cmake --build "$BUILD/cmake/$preset" --target "$@" \
      </dev/null && return 0
    say "build.sh: building '$preset' failed; the messages are above" >&2
    return 1
  fi
  say "building $preset ..."
  : >"$log"
  heartbeat steps_done "building $preset" "$log"
  cmake --build "$BUILD/cmake/$preset" --target "$@" >"$log" 2>&1 </dev/null || failed=1
  hush
  if [ $failed = 1 ]; then
    grep -v '^\[[0-9]*/[0-9]*\]' "$log" | head -n 80 >&2 || true
    case "$(tail -n 50 "$log")" in
      *"No space left on device"*) say "build.sh: the disk is full; free some space" >&2 ;;
    esac
    say "build.sh: building '$preset' failed (log: $log)" >&2
    return 1
  fi
  say "built $preset: $* ($((SECONDS - started)) s)"
}

build_native() { compile release all; }
build_page() { compile web all; }

verb_build() {
  setup build
  build_native || exit 1
  build_page || exit 1
  say "build/native/attention-playground  the window"
  say "build/native/attention             the command line"
  say "build/web/                         the page; ./build.sh serve shows it"
}

verb_serve() { # port
  setup build
  build_page || exit 1
  exec node tools/serve.mjs "$BUILD/web" "${1:-8080}"
}

verb_clean() {
  rm -rf "$BUILD"
  say "build/ is removed; downloads and built dependencies stay in $AP_CACHE"
}

verb_bench() {
  setup bench
  local preset
  for preset in release web; do
    compile "$preset" all ap_bench || exit 1
  done
  mkdir -p "$BUILD/bench"
  export AP_BUILD="$BUILD"
  exec node bench/run.mjs "$@" </dev/null
}

verb_render() {
  setup test
  build_native || exit 1
  build_page || exit 1
  export AP_BUILD="$BUILD"
  if [ -f tools/render.sh ]; then . tools/render.sh; else node tests/web/render.mjs "$@"; fi
}

verb_test() {
  . tools/test_parts.sh
  run_all_parts "$@"
}
