"""The menu entry, the icons and the file types a Linux desktop is told about."""

from __future__ import annotations

import shutil
from pathlib import Path

import icons

PICTURE_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


def entry(command: str, icon: str = "stem-remixer") -> str:
    """Return the text of the menu entry.

    Args:
        command: what starts the program.
        icon: the icon's name, or its whole path.
    """
    text = (Path(__file__).parent / "stem-remixer.desktop").read_text("utf-8")
    return text.replace("Exec=remixer", f"Exec={command}").replace("Icon=stem-remixer", f"Icon={icon}")


def write_share(share: Path, command: str) -> None:
    """Fill a `share` folder with the menu entry and the icons in every size there is."""
    applications = share / "applications"
    applications.mkdir(parents=True)
    (applications / "stem-remixer.desktop").write_text(entry(command), "utf-8")
    for source, place in icon_files():
        target = share / "icons" / "hicolor" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def icon_files() -> list[tuple[Path, str]]:
    """Return the program's icons, each with its place in an icon theme."""
    found = [(icons.drawing(), "scalable/apps/stem-remixer.svg")]
    found += [(icons.picture(size), f"{size}x{size}/apps/stem-remixer.png") for size in PICTURE_SIZES]
    return found
