# The system's tools: on Debian and Ubuntu by apt, elsewhere named for the reader to install.
# Only what is missing is asked for, so that a machine that has it all needs no root.

as_root() {
  if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@"
  else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

# Asked before anything runs into the log, where a question could not be seen.
need_root() { # packages
  [ "$(id -u)" = 0 ] && return 0
  have sudo || fail "needs root and there is no sudo; as root run: apt-get install $*"
  sudo -n true 2>/dev/null || sudo -v ||
    fail "sudo refused; as root run: apt-get install $*"
}

os_id() { [ -r /etc/os-release ] && (. /etc/os-release && echo "${ID:-}"); }
os_version() { [ -r /etc/os-release ] && (. /etc/os-release && echo "${VERSION_ID:-0}"); }

debian_version() { # the release number on Debian, nothing elsewhere
  [ "$(os_id)" = debian ] && os_version | cut -d. -f1
}

# want COMMAND PACKAGE: PACKAGE is missing if COMMAND is.
want() { have "$1" || missing="$missing $2"; }
# The tools that lint is pinned to: Debian 12 and 13 have them, elsewhere if apt knows them.
want_llvm_19() {
  local tool
  for tool in clang-19 clang-format-19 clang-tidy-19; do
    case "$(debian_version)" in
      12 | 13) want $tool $tool ;;
      *) if apt-cache show $tool >/dev/null 2>&1; then want $tool $tool; fi ;;
    esac
  done
}
want_package() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed' || missing="$missing $1"
}

missing_debian() { # verb
  missing=""
  want g++ build-essential
  want cmake cmake
  want ninja ninja-build
  want git git
  want node nodejs
  want npm npm
  want python3 python3
  want ccache ccache
  want xz xz-utils
  want_package libsdl2-dev
  want_package libgl-dev
  if [ "$(debian_version)" = 12 ] && ! usable_emcc; then
    want clang-19 clang-19
    want wasm-ld-19 lld-19
    want llvm-ar-19 llvm-19
  elif [ -n "$(debian_version)" ] && ! usable_emcc; then
    want emcc emscripten
  fi
  if [ "$1" = test ] || [ "$1" = lint ]; then
    want shellcheck shellcheck
    want_llvm_19
  fi
  if [ "$1" = test ]; then
    want Xvfb xvfb
    want xdotool xdotool
    want_package libgl1-mesa-dri
    want_package libegl1
    want_package libegl-mesa0
    # The exported scripts are run by a real Python, the fuzzers by clang's library.
    want_package python3-numpy
    if [ "$(debian_version)" = 12 ]; then want_package libclang-rt-19-dev
    else want clang clang && want_package libclang-rt-dev; fi
    # Tokens of other scripts are drawn by the browser, and by the system's Pango in the window.
    want_package fonts-wqy-microhei
    want_package fonts-lohit-deva
    want_package fonts-noto-color-emoji
    want_package libpangocairo-1.0-0
    # On Ubuntu `chromium` is a snap that a headless test can't drive: any browser found is used.
    if [ "$(os_id)" = debian ] && [ -z "$(find_chromium)" ]; then missing="$missing chromium"; fi
    # So is Firefox: without a package of it that part of the tests is skipped.
    if [ "$(os_id)" = debian ] && ! have firefox; then want firefox-esr firefox-esr; fi
    want WebKitWebDriver webkit2gtk-driver
  fi
}

find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$candidate" ] && have "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
}

apt_install() { # packages...
  need_root "$@"
  logged "apt-get update" "look at the log and at /etc/apt" as_root apt-get update
  logged "apt-get install $*" "install these packages by hand and run this again" \
    as_root apt-get install -y --no-install-recommends "$@"
  hash -r
  AP_EMCC_USABLE="" # it may just have come
}

system_packages() { # verb
  if have apt-get; then
    missing_debian "$1"
    [ -z "$missing" ] && return 0
    need_space 1500 / "installing$missing"
    say "[1/$AP_STEPS] system packages:$missing ..."
    # shellcheck disable=SC2086
    apt_install $missing
    say "[1/$AP_STEPS] system packages: done"
    return 0
  fi
  missing=""
  want cmake cmake
  want ninja ninja
  want git git
  want node node
  want npm npm
  want c++ "a C++23 compiler"
  [ -z "$missing" ] || fail "missing:$missing; install with your package manager" \
    "(macOS: brew install cmake ninja node sdl2 emscripten ccache) and run this again"
}
