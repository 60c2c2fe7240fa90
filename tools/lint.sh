# ./build.sh lint: style that a check holds. Lengths of files; C++ as .clang-format and .clang-tidy say,
# JavaScript as biome.jsonc, shell as .shellcheckrc. The tools are the pinned ones; where one cannot be had
# its check is skipped in words. Sourced after tools/verbs.sh; a check returns 77 to say that it was skipped.

# Made by tools or kept for them, so as long as they need to be.
LONG_FILES='package-lock\.json|\.(npy|png|svg|json|txt)$'
LONGEST=400

lint_lengths() {
  git ls-files src web tests tools bench | grep -vE "$LONG_FILES" | xargs wc -l |
    awk -v most=$LONGEST '$1 > most && $2 != "total" { print $2 ": " $1 " lines; the most is " most; bad = 1 }
      END { exit bad }'
}

# llvm_19 TOOL: its name here, nothing where version 19 cannot be had.
llvm_19() {
  local name
  for name in "$1-19" "$1"; do
    if have "$name" && "$name" --version | grep -q 'version 19\.'; then
      echo "$name"
      return
    fi
  done
}

lint_format() {
  local program
  program=$(llvm_19 clang-format)
  [ -n "$program" ] || { say "no clang-format 19 (Debian: clang-format-19)"; return 77; }
  git ls-files '*.cpp' '*.hpp' | xargs "$program" --dry-run --Werror ||
    { say "$program -i FILE mends it"; return 1; }
}

lint_javascript() {
  setup_npm "$AP_STEPS" "$AP_ROOT/tools/lint"
  local biome=tools/lint/node_modules/.bin/biome status=0
  [ -x $biome ] || { say "no biome (npm ci --prefix tools/lint)"; return 77; }
  $biome format || { say "$biome format --write FILE mends it"; status=1; }
  $biome lint --error-on-warnings || status=1
  return $status
}

lint_shell() {
  have shellcheck || { say "no shellcheck (Debian: shellcheck)"; return 77; }
  git ls-files '*.sh' .ci/run | xargs shellcheck
}

lint_tidy() { # --all or nothing
  local program
  program=$(llvm_19 clang-tidy)
  [ -n "$program" ] || { say "no clang-tidy 19 (Debian: clang-tidy-19)"; return 77; }
  if have clang++-19; then export CC=clang-19 CXX=clang++-19; fi
  configure lint || return 1
  node tools/lint/tidy.mjs "$@" "$program" "$BUILD/cmake/lint"
}

# lint_tests [--all]: every check, counted in $RESULTS; what a check said only if it failed or was skipped.
lint_tests() {
  local name status number=0 passed=0 failed=0 skipped=0 log="$BUILD/log/lint.log"
  mkdir -p "$BUILD/log"
  for name in lengths format javascript shell tidy; do
    status=0
    number=$((number + 1))
    ("lint_$name" "$@") >"$log" 2>&1 </dev/null || status=$?
    case $status in
      0) passed=$((passed + 1)) ;;
      77) skipped=$((skipped + 1)) && say "lint $name: skipped: $(cat "$log")" ;;
      *) failed=$((failed + 1)) && say "lint $name: failed" && head -n 200 "$log" ;;
    esac
  done
  printf '1..%s\n# pass %s\n# fail %s\n# skipped %s\n' \
    $number $passed $failed $skipped >"$RESULTS/lint.tap"
  [ $failed -eq 0 ]
}

verb_lint() { # --all or nothing
  setup lint
  RESULTS="$BUILD/results/lint_tests"
  mkdir -p "$RESULTS"
  if lint_tests "$@"; then say "lint: clean"; else fail "lint: not clean; see above"; fi
}
