#!/bin/bash
# Fetches the Python package datasketches for the tests into .build/peer, touching nothing of the system.
#
# Quick where it is there already. Never fails: where it cannot be had, it says so in one line, and the
# tests that compare with it are skipped.
set -uo pipefail

target=$(cd "$(dirname "$0")/../../.." && pwd)/.build/peer
[ -x "$target/bin/python" ] && exit 0

without() {
  echo "no datasketches for the tests ($1): sketches are compared with recorded ones alone" >&2
  exit 0
}

mkdir -p "${target%/*}" || without "cannot write to .build"
work=$(mktemp -d "$target.XXXXXX") || without "cannot write to .build"
trap 'rm -rf -- "$work"' EXIT
python3 -m venv "$work" >"$work.log" 2>&1 || without "python3 cannot make an environment"
"$work/bin/pip" install --quiet --retries 1 --timeout 20 "datasketches==5.2.0" >>"$work.log" 2>&1 ||
  without "pip cannot get it"
"$work/bin/python" -c "import datasketches" >>"$work.log" 2>&1 || without "it does not run here"
rm -f "$work.log"

# Under its final name only when it is whole; somebody else may have been quicker. Python finds the
# environment by the place of its program, whatever that is called.
mv -T "$work" "$target" 2>/dev/null || true
echo "fetched datasketches 5.2.0" >&2
