#!/bin/sh
# Runs the stock clients against a conformance server: tests/stock/run.sh target/debug/examples/conformance
#
# The clients are installed into a cache folder (HEARTH_CACHE, else the user's own) and stay there for the next run.
set -eu

CONFORMANCE=$(realpath "${1:?the path of the conformance server is needed}")
export CONFORMANCE
here=$(dirname "$(realpath "$0")")
cache=${HEARTH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hearth}/stock
mkdir -p "$cache/node" "$cache/python"

cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs "$cache/node/"
if ! cmp -s "$here/package-lock.json" "$cache/node/installed.json"; then
  npm ci --prefix "$cache/node" --no-audit --no-fund --loglevel=error
  cp "$here/package-lock.json" "$cache/node/installed.json"
fi

if ! cmp -s "$here/requirements.txt" "$cache/python/installed.txt"; then
  python3 -m venv "$cache/python/venv"
  "$cache/python/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$cache/python/installed.txt"
fi

cd "$cache/node"
node --test --test-timeout=120000 --test-reporter=spec engine.test.mjs socket.test.mjs ws-echo.test.mjs clients.test.mjs
"$cache/python/venv/bin/python" "$here/python_clients.py"
