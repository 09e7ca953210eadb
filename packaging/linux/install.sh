#!/usr/bin/env bash
# Adds the program to one user's menu, from wherever this folder lies; with --remove, takes it out again.
# Songs, settings and exports are never touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin

refresh() {
  ! command -v update-desktop-database >/dev/null || update-desktop-database -q "$share/applications"
  ! command -v gtk-update-icon-cache >/dev/null || gtk-update-icon-cache -qtf "$share/icons/hicolor" || true
}

installed_files() { (cd "$here/share" && find applications icons -type f); }

if [[ ${1:-} == --remove ]]; then
  installed_files | while read -r file; do rm -f "$share/$file"; done
  [[ $(readlink "$bin/remixer" 2>/dev/null) != "$here/remixer" ]] || rm "$bin/remixer"
  refresh
  echo "The program is no longer in the menu; delete $here to remove it altogether."
  exit 0
fi

installed_files | while read -r file; do install -Dm644 "$here/share/$file" "$share/$file"; done
# A menu entry puts the path between quotes, \ before what a shell would read in it, and \\ for every \.
entry=$share/applications/stem-remixer.desktop
path=$(sed -e 's/[\\"`$]/\\&/g' -e 's/\\/\\\\/g' -e 's/%/%%/g' <<<"$here/remixer")
sed -i '/^Exec=/d' "$entry"
printf 'Exec="%s" %%F\n' "$path" >>"$entry"
refresh
link=$bin/remixer
if [[ -e $link && ! -e $(dirname "$(readlink -f "$link")")/install.sh ]]; then
  echo "The program is in the menu; $link is another program, and was left alone."
  exit 0
fi
mkdir -p "$bin"
ln -sfn "$here/remixer" "$link"
echo "The program is in the menu, and as $link."
