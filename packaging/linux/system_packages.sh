#!/usr/bin/env bash
# Installs what is needed from Debian or Ubuntu, and only what is missing.
#   system_packages.sh        what the program needs to run from this folder
#   system_packages.sh all    also what its tests, its packages and their trial need
set -euo pipefail

packages=(
  python3 python3-venv
  libportaudio2 libasound2-plugins
  libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libfreetype6 libx11-6 libx11-xcb1 fonts-dejavu-core
  libxkbcommon0 libxkbcommon-x11-0 libxcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
  libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1
  libwayland-client0 libwayland-cursor0 libwayland-egl1
)
if [[ ${1:-} == all ]]; then
  packages+=(pulseaudio pulseaudio-utils dbus xvfb xauth xdotool ffmpeg zstd xz-utils binutils debootstrap)
fi

if ! command -v apt-get >/dev/null; then
  echo "This is not Debian or Ubuntu: please install PortAudio and the Qt 6 xcb libraries yourself (README.md)."
  exit 0
fi

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=()
for package in "${packages[@]}"; do
  # Later releases call some libraries by a new name (t64).
  is_installed "$package" || is_installed "${package}t64" || missing+=("$package")
done
# PipeWire's ALSA plug-in and PulseAudio exclude each other: keep the sound server a desktop already has.
if is_installed pipewire-alsa; then
  for i in "${!missing[@]}"; do [[ ${missing[i]} == pulseaudio ]] && unset 'missing[i]'; done
fi
# Python may come from elsewhere; Debian's is needed only where there is none.
if python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  for i in "${!missing[@]}"; do [[ ${missing[i]} == python3* ]] && unset 'missing[i]'; done
fi
[[ ${#missing[@]} -eq 0 ]] && exit 0

as_root=()
[[ $(id -u) -eq 0 ]] || as_root=(sudo)
if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
  echo "Please install these packages as root, then run this again: ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${#missing[@]} system packages: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
