# Something is said at least every 15 seconds, whether or not there is a terminal: what runs, how far
# it is, since when. Sourced by tools/setup.sh; written for bash 3.2 (macOS) and later.

HEART=""

# heartbeat COMMAND...: until `hush`, every ten seconds one line: what COMMAND prints, and the seconds.
heartbeat() {
  local started=$SECONDS
  (
    trap - ERR
    # The pause holds no pipe that somebody may be waiting for; nobody beats for a shell that is gone.
    while sleep 10 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
      printf '%s ... %s s\n' "$("$@" || true)" $((SECONDS - started))
    done
  ) </dev/null &
  HEART=$!
}

hush() {
  [ -n "$HEART" ] || return 0
  kill "$HEART" 2>/dev/null || true
  wait "$HEART" 2>/dev/null || true
  HEART=""
}

# watched TEXT COMMAND...: runs COMMAND with a heartbeat that says TEXT.
watched() {
  local text="$1" status=0
  shift
  heartbeat printf '%s' "$text"
  "$@" || status=$?
  hush
  return $status
}

# steps_done TITLE LOG: "TITLE: 12 of 80 steps", from the last line that ninja wrote into LOG.
steps_done() {
  local last
  last=$(tail -c 2000 "$2" 2>/dev/null | grep -aEo '^\[[0-9]+/[0-9]+\]' | tail -n 1 | tr -d '[]') || true
  if [ -n "$last" ]; then printf '%s: %s of %s steps' "$1" "${last%/*}" "${last#*/}"; else printf '%s' "$1"; fi
}
