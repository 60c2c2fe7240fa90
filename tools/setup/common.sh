# Shared by the set-up steps: messages, the log, the lock, and directories that appear whole or
# not at all. Sourced by tools/setup.sh; written for bash 3.2 (macOS) and later.

AP_CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/attention-playground"
AP_LOG="$AP_CACHE/log/setup.log"

say() { printf '%s\n' "$*"; }

# One line: what failed, where the details are, what to do.
fail() {
  hush
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# logged WHAT ADVICE COMMAND...: output goes to the log; a failure becomes one line.
logged() {
  local what="$1" advice="$2"
  shift 2
  printf '\n== %s: %s\n' "$what" "$*" >>"$AP_LOG" 2>/dev/null
  local before
  before=$(wc -c <"$AP_LOG" 2>/dev/null || echo 0)
  if watched_in_log "$what" "$@"; then return 0; fi
  local tail_text
  tail_text=$(tail -c +"$((before + 1))" "$AP_LOG" 2>/dev/null | tail -n 200)
  case "$tail_text" in
    *"No space left on device"*)
      fail "$what: the disk is full (cache: $AP_CACHE); free some space and run this again" ;;
    *"Could not resolve"* | *"Temporary failure resolving"* | *"Could not connect"* | \
      *"Unable to connect"* | *ENOTFOUND* | *ECONNREFUSED* | *EAI_AGAIN* | *"unable to access"*)
      fail "$what: no network (log: $AP_LOG); connect and run this again, what is done is kept" ;;
  esac
  fail "$what failed (log: $AP_LOG); $advice"
}

watched_in_log() { # what command...
  local status=0
  heartbeat printf '%s' "$1"
  "${@:2}" >>"$AP_LOG" 2>&1 </dev/null || status=$?
  hush
  return $status
}

# The hash of a recipe: change the recipe and the step is done anew.
hash_of() {
  if have sha256sum; then cat "$@" | sha256sum | cut -c1-10
  else cat "$@" | shasum -a 256 | cut -c1-10; fi
}

need_space() { # megabytes directory what
  local free
  free=$(df -Pm "$2" 2>/dev/null | awk 'NR == 2 { print $4 }')
  if [ -n "$free" ] && [ "$free" -lt "$1" ]; then
    fail "$3 needs $1 MB, $2 has $free MB free; free some space or set XDG_CACHE_HOME elsewhere"
  fi
}

# step N TITLE DIRECTORY FUNCTION: if DIRECTORY is not there, FUNCTION fills a temporary one,
# which is then renamed: the directory's existence is the stamp. Nothing half-done is ever used.
step() {
  local number="$1" title="$2" target="$3" action="$4"
  [ -d "$target" ] && return 0
  say "[$number/$AP_STEPS] $title ..."
  local started=$SECONDS temporary
  temporary="$AP_CACHE/tmp/$(basename "$target").$$"
  rm -rf "$temporary"
  mkdir -p "$temporary" "$(dirname "$target")" || fail "cannot write $AP_CACHE; check its owner"
  "$action" "$temporary" "$target"
  mv "$temporary" "$target" || fail "cannot rename $temporary to $target; check the disk"
  say "[$number/$AP_STEPS] $title: done in $((SECONDS - started)) s"
}

# Two set-ups at once would fetch the same things twice: the second waits for the first.
lock_cache() {
  mkdir -p "$AP_CACHE/log" "$AP_CACHE/tmp" 2>/dev/null ||
    fail "cannot write $AP_CACHE; check its owner or set XDG_CACHE_HOME"
  if have flock; then
    exec 9>"$AP_CACHE/lock" || fail "cannot write $AP_CACHE/lock; check its owner and the disk"
    if ! flock -n 9; then
      say "waiting for another set-up that uses $AP_CACHE ..."
      flock 9
    fi
  else
    local waited=0 holder
    until mkdir "$AP_CACHE/lock.d" 2>/dev/null; do
      holder=$(cat "$AP_CACHE/lock.d/pid" 2>/dev/null)
      if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
        rm -rf "$AP_CACHE/lock.d"
      else
        [ $waited = 0 ] && say "waiting for another set-up that uses $AP_CACHE ..."
        waited=1
        sleep 1
      fi
    done
    echo $$ >"$AP_CACHE/lock.d/pid"
  fi
  : >>"$AP_LOG" || fail "cannot write $AP_LOG; check its owner and the disk"
  # The lock is ours, so whatever lies here was left by a run that ended early.
  rm -rf "$AP_CACHE/tmp"
  mkdir -p "$AP_CACHE/tmp"
  # A log that only grows would one day be the thing that fills the disk.
  if [ "$(wc -c <"$AP_LOG" 2>/dev/null || echo 0)" -gt 20000000 ]; then : >"$AP_LOG"; fi
}

unlock_cache() {
  if have flock; then exec 9>&-; else rm -rf "$AP_CACHE/lock.d"; fi
}
