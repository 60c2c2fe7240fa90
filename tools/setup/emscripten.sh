# Emscripten: an emcc of at least EMSCRIPTEN_MIN on PATH is used as it is; Debian 13 and later
# have it in apt; on Debian 12 the package of Debian 13 is unpacked into the cache, where it runs
# with Debian 12's clang-19 (the same LLVM release) and binaryen with its own libc.

EMSCRIPTEN_MIN=3.1.69
EMSCRIPTEN_RECIPE=1 # raise when fetch_emscripten does something else: it is then done anew

at_least() { # version minimum
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

emcc_version() { # emcc
  "$1" --version 2>/dev/null </dev/null | head -n 1 | grep -Eo '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1
}

# The answer is kept: asking emcc takes half a second and the rest of a build asks too.
usable_emcc() {
  if [ -z "${AP_EMCC_USABLE:-}" ]; then
    AP_EMCC_USABLE=no
    if have emcc; then
      AP_EMCC_VERSION=$(emcc_version emcc)
      if [ -n "$AP_EMCC_VERSION" ] && at_least "$AP_EMCC_VERSION" $EMSCRIPTEN_MIN; then
        AP_EMCC_USABLE=yes
      fi
    fi
  fi
  [ "$AP_EMCC_USABLE" = yes ]
}

fetch_emscripten() { # temporary final
  need_space 3000 "$AP_CACHE" "Emscripten"
  trixie_ready
  mkdir -p "$1/debs"
  (cd "$1/debs" && logged "downloading Emscripten from Debian 13" "run this again" \
    apt_private apt-get download emscripten binaryen libc6 libstdc++6 libgcc-s1) || exit 1
  local package
  for package in "$1"/debs/*.deb; do
    logged "unpacking $(basename "$package")" "free some disk space and run this again" \
      dpkg -x "$package" "$1"
  done
  rm -rf "$1/debs"
  wrap_binaryen "$1"
  write_em_config "$1" "$2"
  fetch_acorn "$1/usr/share/emscripten"
}

# binaryen is linked against a newer libc than Debian 12's, so it gets the one it came with.
wrap_binaryen() { # prefix
  local tool loader
  loader=$(cd "$1" && find usr/lib64 usr/lib -maxdepth 1 -name 'ld-linux*.so.*' 2>/dev/null) || true
  loader=${loader%%$'\n'*}
  [ -n "$loader" ] || fail "no dynamic loader in Debian 13's libc6 for $(uname -m); install emsdk"
  mkdir -p "$1/binaryen/bin"
  for tool in "$1"/usr/bin/wasm-* "$1"/usr/bin/wasm2js; do
    [ -e "$tool" ] || continue
    cat >"$1/binaryen/bin/$(basename "$tool")" <<'WRAPPER'
#!/bin/sh
prefix=$(dirname "$(readlink -f "$0")")/../..
WRAPPER
    printf 'exec "$prefix/%s" --library-path "$prefix/usr/lib/%s" "$prefix/usr/bin/%s" "$@"\n' \
      "$loader" "$(uname -m)-linux-gnu" "$(basename "$tool")" \
      >>"$1/binaryen/bin/$(basename "$tool")"
    chmod +x "$1/binaryen/bin/$(basename "$tool")"
  done
}

write_em_config() { # temporary final
  cat >"$1/emscripten.config" <<CONFIG
LLVM_ROOT = '/usr/bin'
BINARYEN_ROOT = '$2/binaryen'
NODE_JS = '$(command -v node)'
LLVM_ADD_VERSION = '19'
CLANG_ADD_VERSION = '19'
FROZEN_CACHE = False
CACHE = '$2/usr/share/emscripten/cache'
CONFIG
}

fetch_acorn() { # emscripten folder
  rm -rf "$1/node_modules/acorn"
  mkdir -p "$1/node_modules" "$AP_CACHE/tmp/acorn"
  cp "$AP_SETUP/acorn/package.json" "$AP_SETUP/acorn/package-lock.json" "$AP_CACHE/tmp/acorn"
  logged "acorn from npm" "check the network and run this again" \
    npm ci --prefix "$AP_CACHE/tmp/acorn" --no-audit --no-fund
  mv "$AP_CACHE/tmp/acorn/node_modules/acorn" "$1/node_modules/acorn"
}

setup_emscripten() {
  if usable_emcc; then
    AP_EMSCRIPTEN_ROOT="$(em-config EMSCRIPTEN_ROOT 2>/dev/null || dirname "$(command -v emcc)")"
    export AP_EMSCRIPTEN_ROOT
    return 0
  fi
  case "$(debian_version)" in
    12) ;;
    *) fail "needs emcc >= $EMSCRIPTEN_MIN on PATH (found: $(emcc_version emcc || true));" \
      "install emsdk (https://emscripten.org) and activate it" ;;
  esac
  AP_EMSCRIPTEN="$AP_CACHE/emscripten-3.1.69-r$EMSCRIPTEN_RECIPE"
  step 3 "Emscripten 3.1.69 (250 MB)" "$AP_EMSCRIPTEN" fetch_emscripten
  export EM_CONFIG="$AP_EMSCRIPTEN/emscripten.config"
  export AP_EMSCRIPTEN_ROOT="$AP_EMSCRIPTEN/usr/share/emscripten"
  export PATH="$AP_EMSCRIPTEN_ROOT:$PATH"
  AP_EMCC_VERSION=3.1.69
}
