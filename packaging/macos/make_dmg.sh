#!/usr/bin/env bash
# Signs the .app that build.py made and puts it into a disk image: macos/make_dmg.sh VERSION [SIGNING IDENTITY]
# Without an identity it is signed ad hoc, which is enough for the machine it was built on.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?the version, as in remixer/__init__.py}
identity=${2:--}
app="dist/Stem Remixer.app"
image="dist/stem-remixer-$version-macos-$(uname -m).dmg"

[[ -d $app ]] || { echo "There is no $app: run packaging/build.py first." >&2; exit 1; }
cp dist/stem-remixer/THIRD_PARTY_LICENCES dist/stem-remixer/LICENSE "$app/Contents/Resources/"
codesign --force --deep --options runtime --entitlements packaging/macos/entitlements.plist --sign "$identity" "$app"
codesign --verify --deep --strict "$app"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
hdiutil create -quiet -volname "Stem Remixer" -srcfolder "$folder" -ov -format ULFO "$image"
echo "$image"
