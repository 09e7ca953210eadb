#!/usr/bin/env bash
# Opens the program; where there is no display, says so and separates the demo song through the command line.
set -euo pipefail

remixer=.venv/bin/remixer
if [[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]]; then
  exec "$remixer"
fi

echo "There is no display here, so no window can open: separating the demo song on the command line instead."
out=build/demo
mkdir -p "$out"
"$remixer" demo "$out/demo.wav" --overwrite
"$remixer" separate "$out/demo.wav" --out "$out" --overwrite
echo "The stems are in $out/demo."
