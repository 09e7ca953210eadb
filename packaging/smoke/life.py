"""The life of the package in the clean root: installed, upgraded, removed, and what is left of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from smoke import footprint
from smoke.footprint import Footprint
from smoke.places import PACKAGE, CleanRoot
from smoke.steps import demand

# Where a user's own things may appear: settings, songs and stems, logs, what was exported.
# The sound server's library keeps a cookie of its own in `.config/pulse`.
USERS_OWN = (
    ".config/stem-remixer",
    ".cache/stem-remixer",
    ".local/state/stem-remixer",
    ".config/pulse",
    "Exports",
    "stems",
)
_PACKAGE_RECORDS = (
    "var/lib/dpkg",
    "var/lib/apt",
    "var/cache",
    "var/log",
    "etc/ld.so.cache",
    "home",
    "run",
    "root",
)


def install(place: CleanRoot, deb: Path) -> Footprint:
    """Install the package, with the packages it depends on; return the system as it is without it."""
    place.make()
    place.install(deb)
    place.as_root("dpkg", "--remove", PACKAGE)
    before = footprint.footprint(place.root)
    place.install(deb)
    return before


def unpack(archive: Path, bundle: Path, work: Path) -> None:
    """Unpack the archive, put it into a user's menu and take it out again.

    Raises:
        SystemExit: it lacks files of the bundle, or leaves something in the user's home.
    """
    folder, home = work / "unpacked", work / "someone"
    for made in (folder, home):
        made.mkdir()
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    program = next(folder.iterdir())
    lacking = [path for path in bundle.rglob("*") if not (program / path.relative_to(bundle)).exists()]
    demand(not lacking, f"The archive lacks {lacking[:3]}.")
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    subprocess.run([str(program / "install.sh")], env=environment, check=True, stdout=subprocess.DEVNULL)
    entry = (home / ".local/share/applications/stem-remixer.desktop").read_text("utf-8")
    demand(f'Exec="{program}/remixer" %F' in entry, "The menu entry does not start the program.")
    command = [str(home / ".local/bin/remixer"), "--version"]
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    demand("remixer" in said, f"Started by its link, it says “{said}”.")
    remover = [str(program / "install.sh"), "--remove"]
    subprocess.run(remover, env=environment, check=True, stdout=subprocess.DEVNULL)
    left = [path for path in home.rglob("*") if not path.is_dir() and "stem-remixer/log" not in str(path)]
    demand(not left, f"Taken out of the menu, it leaves {left}.")
    shutil.rmtree(folder)


def upgrade(place: CleanRoot, deb: Path, work: Path) -> str:
    """Install a later version over this one; return its version.

    Raises:
        SystemExit: it cannot be installed, or touched the user's files.
    """
    tree, later = work / "later", work / "later.deb"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", str(deb), str(tree)], check=True)
    control = tree / "DEBIAN" / "control"
    version = _field(control, "Version") + "+later"
    control.write_text(
        re.sub(r"(?m)^Version: .*$", f"Version: {version}", control.read_text("utf-8")), "utf-8"
    )
    command = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(later)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    home = footprint.footprint(place.host(place.home))
    place.install(later)
    shutil.rmtree(tree)
    later.unlink()
    found = place.as_root("dpkg-query", "-W", "-f=${Version}", PACKAGE)
    demand(found == version, f"Version {found} is installed after the upgrade to {version}.")
    changed = footprint.changes(home, footprint.footprint(place.host(place.home)))
    demand(not changed, f"The upgrade changed the user's files: {changed}")
    return version


def remove(place: CleanRoot, before: Footprint) -> None:
    """Remove the package; nothing but the user's own files is left.

    Raises:
        SystemExit: something else is left, or the user's files were touched.
    """
    home = footprint.footprint(place.host(place.home))
    place.as_root("apt-get", "purge", "-y", "-qq", PACKAGE)
    changed = footprint.changes(home, footprint.footprint(place.host(place.home)))
    demand(not changed, f"The removal changed the user's files: {changed}")
    left = footprint.changes(before, footprint.footprint(place.root))
    left = footprint.outside(left, _PACKAGE_RECORDS)
    demand(not left, f"The removal left, or took, more than its own: {left}")


def _field(control: Path, name: str) -> str:
    found = re.search(rf"(?m)^{name}: (.+)$", control.read_text("utf-8"))
    return found[1] if found else ""


def wrote_only_its_own(home: str, before: Footprint, after: Footprint) -> list[str]:
    """Return what was written outside the user's settings, songs, logs and exports."""
    allowed = [f"{home}/{place}".lstrip("/") for place in USERS_OWN]
    return footprint.outside(footprint.changes(before, after), allowed)
