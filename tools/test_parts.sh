# The parts of `./build.sh test`. Each prints its time and its count; the last line of all sums
# them. A part that cannot be built counts as one failure and the others still run.

TOTAL_PASSED=0
TOTAL_FAILED=0
TOTAL_SKIPPED=0

# part TITLE FUNCTION: the function leaves its results in $RESULTS, where count_results.mjs reads.
part() {
  local title="$1" started=$SECONDS status=0 counts
  RESULTS="$BUILD/results/$2"
  rm -rf "$RESULTS"
  mkdir -p "$RESULTS"
  say ""
  say "== $title"
  "$2" || status=$?
  counts=$(node tools/count_results.mjs "$RESULTS" $status) || counts="0 1 0"
  # shellcheck disable=SC2086 # three numbers
  set -- $counts
  TOTAL_PASSED=$((TOTAL_PASSED + $1))
  TOTAL_FAILED=$((TOTAL_FAILED + $2))
  TOTAL_SKIPPED=$((TOTAL_SKIPPED + $3))
  say "-- $title: $1 passed, $2 failed, $3 skipped in $((SECONDS - started)) s"
}

# ctest_part PRESET TARGETS...: builds and runs. Catch2 writes one XML file for each program, CTest one for the rest.
ctest_part() {
  compile "$1" "${@:2}" || return 1
  run_ctest "$1"
}
run_ctest() { # preset options...
  rm -f "$BUILD/cmake/$1/results/"*.xml
  local status=0
  heartbeat printf 'testing %s' "$1"
  (cd "$BUILD/cmake/$1" && ctest -j 2 --output-on-failure --no-tests=error \
    --output-junit "$RESULTS/ctest-junit.xml" "${@:2}" </dev/null) || status=$?
  hush
  cp "$BUILD/cmake/$1/results/"*.xml "$RESULTS/" 2>/dev/null || true
  return $status
}

native_tests() { ctest_part release all ap_tests; }
# By clang where it is there: the fuzzers want it, and they share the tree.
sanitizer_tests() {
  fuzzing_compiler || { ctest_part asan ap_tests; return; }
  CC="$FUZZ_CC" CXX="$FUZZ_CXX" ctest_part asan ap_tests ap_fuzz
}
FUZZ_CC=""
FUZZ_CXX=""
fuzzing_compiler() {
  local suffix probe="$BUILD/fuzz-probe"
  mkdir -p "$BUILD"
  for suffix in -19 ""; do
    have "clang++$suffix" || continue
    printf 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n' |
      "clang++$suffix" -x c++ -fsanitize=fuzzer,address,undefined -o "$probe" - 2>/dev/null || continue
    rm -f "$probe"
    FUZZ_CC="clang$suffix" FUZZ_CXX="clang++$suffix"
    return 0
  done
  return 1
}
# Twenty seconds for each reader, after every input that once broke somebody's; its corpus alone
# when this very program has had them.
fuzz_tests() {
  watched "fuzzing" node tests/fuzz/run.mjs --seconds 20 --once --build "$BUILD/cmake/asan" --tap "$RESULTS/fuzz.tap" </dev/null
}
wasm_tests() { compile web all ap_tests ap_tests_relaxed && run_ctest web -LE relaxed; }
relaxed_tests() { run_ctest web -L relaxed; }

# node_tests FOLDER [OPTION...]: node's own test runner on tests/FOLDER/*.test.mjs.
node_tests() {
  heartbeat tests_done "$1" "$RESULTS/$1.tap"
  local status=0
  node --test "${@:2}" --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$RESULTS/$1.tap" \
    tests/"$1"/*.test.mjs </dev/null || status=$?
  hush
  return $status
}
tests_done() { printf 'tests/%s: %s tests done' "$1" "$(grep -cE '^ *(not )?ok ' "$2" 2>/dev/null || true)"; }
has_tests() { ls tests/"$1"/*.test.mjs >/dev/null 2>&1; }

cli_tests() { node_tests cli --test-concurrency=2; }
tool_tests() { node_tests tools; }

web_tests() {
  [ -n "$AP_CHROMIUM" ] || {
    say "no Chromium or Chrome found: install one or set CHROMIUM to its program"
    return 1
  }
  # A browser also waits for the next frame: one file more than there are cores.
  node_tests web --test-concurrency=3
}

# Each has a screen of its own; one that is not there says so and is skipped.
other_browser_tests() { node_tests browsers --test-concurrency=2; }

# The window needs a screen: Xvfb's where it is there, else the one that DISPLAY names.
SCREEN_PID=""
stop_screen() {
  [ -n "$SCREEN_PID" ] || return 0
  kill "$SCREEN_PID" 2>/dev/null || true
  wait "$SCREEN_PID" 2>/dev/null || true
  SCREEN_PID=""
}
trap stop_screen EXIT

window_tests() {
  local status=0
  if have Xvfb; then
    Xvfb -displayfd 3 -screen 0 1600x1200x24 -nolisten tcp -noreset 3>"$RESULTS/display" \
      >"$RESULTS/xvfb.log" 2>&1 </dev/null &
    SCREEN_PID=$!
    local tries=0
    until [ -s "$RESULTS/display" ] || [ $tries -ge 100 ]; do
      sleep 0.1
      tries=$((tries + 1))
    done
    DISPLAY=":$(cat "$RESULTS/display")"
    export DISPLAY LIBGL_ALWAYS_SOFTWARE=1 SDL_VIDEODRIVER=x11
  fi
  node_tests desktop --test-concurrency=1 || status=$?
  stop_screen
  return $status
}

run_all_parts() {
  local started=$SECONDS
  setup test
  say "set up in $((SECONDS - started)) s"
  export AP_BUILD="$BUILD"
  part "lint" lint_tests
  part "native" native_tests
  part "address and undefined-behaviour sanitizers" sanitizer_tests
  part "wasm in Node, SIMD128" wasm_tests
  if node tools/has_relaxed_simd.mjs; then
    part "wasm in Node, relaxed SIMD" relaxed_tests
  else
    say "this Node has no standard relaxed SIMD: that variant is built, and runs in the browser only"
  fi
  if [ -n "$FUZZ_CXX" ]; then part "fuzzing the readers" fuzz_tests
  else say "no clang with libFuzzer: the readers are not fuzzed (Debian 12: libclang-rt-19-dev)"; fi
  if has_tests tools; then part "tools" tool_tests; fi
  if has_tests cli; then part "command line" cli_tests; fi
  if has_tests web; then part "browser" web_tests; fi
  if has_tests browsers; then part "Firefox and WebKit" other_browser_tests; fi
  if has_tests desktop; then part "window" window_tests; fi
  say ""
  say "all parts in $((SECONDS - started)) s"
  if [ $TOTAL_SKIPPED -gt 0 ]; then
    say "$TOTAL_PASSED passed, $TOTAL_FAILED failed, $TOTAL_SKIPPED skipped"
  else
    say "$TOTAL_PASSED passed, $TOTAL_FAILED failed"
  fi
  [ $TOTAL_FAILED -eq 0 ] && [ $TOTAL_PASSED -gt 0 ]
}
