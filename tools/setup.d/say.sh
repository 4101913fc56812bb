# What every part of tools/setup uses to talk, and to become root.

say() { [ -n "${QUIET:-}" ] || echo "setup: $*" >&2; }

note() { echo "setup: note: $*" >&2; }

fail() {
  echo "setup: $*" >&2
  exit 69
}

# Runs a command whose output matters only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -40 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root for: $*; sudo is not there"
  fi
}

# pinned NAME FILE…: a stamp that changes with what is pinned.
pinned() { echo "$1 $(cat "${@:2}" | sha256sum | cut -d' ' -f1)"; }

stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }
