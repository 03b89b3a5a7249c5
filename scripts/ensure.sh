#!/usr/bin/env bash
# Makes sure that tools are there: installs Debian packages when root, otherwise says what to install.
# usage: ensure.sh cc|cargo|node|python|chromium ...
set -euo pipefail

least_cargo=1.95.0
least_node=20.19.0

at_least() { [[ "$(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -n1)" == "$1" ]]; }

packages() {
  if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "installing $*" >&2
    apt-get install --yes --no-install-recommends "$@" >&2 || {
      apt-get update >&2
      apt-get install --yes --no-install-recommends "$@" >&2
    }
  else
    echo "Missing: $*. On Debian or Ubuntu: sudo apt-get install $*" >&2
    return 1
  fi
}

# Whether the distribution's own package of $1 is at least version $2.
distribution_has() {
  command -v apt-cache >/dev/null || return 1
  local candidate
  candidate="$(apt-cache policy "$1" 2>/dev/null | sed -nE 's/^ *Candidate: ([0-9]+:)?([0-9.]+).*/\2/p')"
  [[ -n "$candidate" ]] && at_least "$2" "$candidate"
}

ensure_cc() { command -v cc >/dev/null || packages gcc libc6-dev; }

ensure_cargo() {
  if ! command -v cargo >/dev/null && [[ -x "$HOME/.cargo/bin/cargo" ]]; then
    echo "Rust is installed but not on the PATH. Run: . \"\$HOME/.cargo/env\"" >&2
    return 1
  fi
  if ! command -v cargo >/dev/null && distribution_has rustup 1.0 && packages rustup; then
    rustup default stable >&2
  fi
  local version
  version="$(cargo --version 2>/dev/null | cut -d' ' -f2)" || true
  at_least "$least_cargo" "${version:-0}" && return
  echo "Hearth needs Rust $least_cargo or later (found: ${version:-none}). Install it as https://rustup.rs says." >&2
  return 1
}

ensure_node() {
  if ! command -v npm >/dev/null && distribution_has nodejs "$least_node"; then
    packages nodejs npm
  fi
  local version
  version="$(node --version 2>/dev/null | tr -d v)" || true
  at_least "$least_node" "${version:-0}" && command -v npm >/dev/null && return
  echo "Hearth needs Node $least_node or later with npm (found: ${version:-none}). Install it as https://nodejs.org says." >&2
  return 1
}

ensure_python() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || packages python3 python3-venv
}

ensure_chromium() {
  [[ -n "${CHROMIUM:-}" ]] || command -v chromium >/dev/null || packages chromium
}

for tool in "$@"; do "ensure_$tool"; done
