#!/usr/bin/env bash
# Attention Playground: set-up, build, tests. `./build.sh help` lists the verbs.
set -eEuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. tools/setup.sh
. tools/verbs.sh
. tools/lint.sh
# Nothing ends without a word: what is foreseen says more, this is for the rest.
trap 'printf "build.sh: unexpected failure (%s, line %s); please report it\n" \
  "${BASH_SOURCE[0]##*/}" "$LINENO" >&2' ERR

usage() {
  cat <<'TEXT'
./build.sh [VERB]
  build          the page in build/web, the window and the command line in build/native (default)
  serve [PORT]   build the page and serve it on 127.0.0.1 (port 8080 unless given)
  test           every test: native, sanitizers, wasm, command line, browser, window
  lint [--all]   lengths, formats and the checks of C++, JavaScript and shell: what changed, or everything
  bench          the benchmarks; tables on screen, numbers in build/bench
  render         make the pictures of the documentation and the golden images anew
  clean          remove build/ (downloads stay in the cache folder)
  help           this text
The first run gets what is missing (apt, Emscripten, libraries, npm) and caches it in
${XDG_CACHE_HOME:-~/.cache}/attention-playground.
TEXT
}

verb="${1:-build}"
[ $# -eq 0 ] || shift
case "$verb" in
  build | serve | test | lint | bench | render | clean) "verb_$verb" "$@" ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    fail "there is no verb '$verb'; see above"
    ;;
esac
