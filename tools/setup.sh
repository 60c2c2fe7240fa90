# Gets everything a build needs and says where it is. Sourced by build.sh, or by hand:
#   source tools/setup.sh && setup build     (or: setup test, setup bench)
# Sets PATH, EM_CONFIG, AP_EMSCRIPTEN_ROOT, CCACHE_DIR, AP_SOURCES, AP_CHROMIUM.
# All downloads and built dependencies live in ${XDG_CACHE_HOME:-~/.cache}/attention-playground;
# a step whose result is there is skipped, so a second call takes a moment.

AP_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
AP_SETUP="$AP_ROOT/tools/setup"
AP_STEPS=6
. "$AP_ROOT/tools/progress.sh"
for part in common system trixie emscripten sources npm; do
  . "$AP_SETUP/$part.sh"
done
unset part
TRIXIE="$AP_CACHE/apt-debian-13"

# setup VERB: build (native and page), test (and browser, screen, npm packages), bench.
setup() {
  lock_cache
  system_packages "$1"
  setup_emscripten
  setup_sources
  if have ccache; then
    export CCACHE_DIR="$AP_CACHE/ccache" CCACHE_MAXSIZE=2G
    # Clean clones in other folders share results: paths are stored relative to the checkout.
    export CCACHE_BASEDIR="$AP_ROOT" CCACHE_NOHASHDIR=1
  fi
  setup_npm 5 "$AP_ROOT/tools/page"
  case "$1" in
    test) setup_npm 6 "$AP_ROOT/tests" ;;
    bench) setup_npm 6 "$AP_ROOT/bench" ;;
  esac
  AP_CHROMIUM="$(find_chromium)"
  export AP_CHROMIUM
  write_env
  unlock_cache
}

# For shells that want the same tools without going through build.sh.
write_env() {
  {
    echo "export AP_EMSCRIPTEN_ROOT=\"$AP_EMSCRIPTEN_ROOT\""
    echo "export PATH=\"$AP_EMSCRIPTEN_ROOT:\$PATH\""
    [ -z "${EM_CONFIG:-}" ] || echo "export EM_CONFIG=\"$EM_CONFIG\""
    echo "export AP_SOURCES=\"$AP_SOURCES\""
    echo "export AP_CHROMIUM=\"$AP_CHROMIUM\""
    echo "export CCACHE_DIR=\"${CCACHE_DIR:-}\" CCACHE_MAXSIZE=2G CCACHE_NOHASHDIR=1"
  } >"$AP_CACHE/env.sh.$$" && mv "$AP_CACHE/env.sh.$$" "$AP_CACHE/env.sh"
}
