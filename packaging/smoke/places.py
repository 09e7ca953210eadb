"""Where the frozen program is tried: a minimal Debian of its own or, where that cannot be, this machine."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PACKAGE = "stem-remixer"
_USER_ID = "1000"
_SOCKETS = "/tmp/.X11-unix"
# Everything is mounted in a name space of the command's own: nothing is left when it ends.
_ENTER = """
root=$1; sink=$2; user=$3; shift 3
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mkdir -p "$root/tmp/.X11-unix" "$root/run/sink"
[ ! -d /tmp/.X11-unix ] || mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
[ -z "$sink" ] || mount --bind "$sink" "$root/run/sink"
exec chroot --userspec="$user" "$root" "$@"
"""


class CleanRoot:
    """A Debian with nothing in it but its base system and what the package says it depends on.

    Args:
        folder: where it is made; the base system is kept there for the next time.
        sink: the folder with the sound server's socket.
    """

    home = "/home/user"
    program = "/usr/bin/remixer"

    def __init__(self, folder: Path, sink: Path) -> None:
        self.root = folder / "root"
        self._base = folder / "base"
        self._sink = sink
        self.description = (
            f"a minimal Debian {_codename()} (chroot) with only the declared packages, network off"
        )

    @staticmethod
    def missing() -> str:
        """Return why such a place cannot be made here; nothing if it can."""
        if os.geteuid() != 0:
            return "not root"
        for program in ("debootstrap", "unshare", "chroot", "dpkg-deb"):
            if shutil.which(program) is None:
                return f"{program} is not installed"
        if subprocess.run(
            ["unshare", "--net", "--mount", "true"], check=False, capture_output=True
        ).returncode:
            return "no name spaces"
        return ""

    def make(self) -> None:
        """Make the base system if there is none yet, and a fresh copy of it."""
        if not (self._base / "made").exists():
            shutil.rmtree(self._base, ignore_errors=True)
            self._base.mkdir(parents=True)
            command = ["debootstrap", "--variant=minbase", _codename(), str(self._base), _mirror()]
            with (self._base.parent / "debootstrap.log").open("wb") as log:
                subprocess.run(command, check=True, stdout=log, stderr=log)
            (self._base / "made").touch()
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(self._base), str(self.root)], check=True)
        (self.root / "etc/dpkg/dpkg.cfg.d/fast").write_text("force-unsafe-io\n", "utf-8")
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        self.as_root("useradd", "--create-home", "--uid", _USER_ID, "user")

    def install(self, deb: Path) -> None:
        """Install a package file and what it depends on, as a user would."""
        inside = f"/root/{deb.name}"
        shutil.copy(deb, self.root / inside[1:])
        self.as_root("apt-get", "update", "-qq")
        self.as_root("apt-get", "install", "-y", "-qq", "--no-install-recommends", inside)
        self.as_root("apt-get", "clean")
        (self.root / inside[1:]).unlink()

    def as_root(self, *command: str) -> str:
        """Run a command inside as its administrator, network on; return what it said."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "DEBIAN_FRONTEND": "noninteractive",
            "LC_ALL": "C",
        }
        environment |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        enter = ["unshare", "--mount", "sh", "-c", _ENTER, "enter", str(self.root), "", "0:0"]
        done = subprocess.run(
            [*enter, *command], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed inside:\n{done.stdout}{done.stderr}")
        return done.stdout

    def command(self, arguments: Sequence[str], variables: Mapping[str, str]) -> list[str]:
        """Return the command that runs the program inside as a plain user, without network."""
        user = f"{_USER_ID}:{_USER_ID}"
        enter = [
            "unshare",
            "--net",
            "--mount",
            "sh",
            "-c",
            _ENTER,
            "enter",
            str(self.root),
            str(self._sink),
            user,
        ]
        settings = {
            "HOME": self.home,
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PULSE_SERVER": "unix:/run/sink/native",
        }
        return [
            *enter,
            "env",
            "-i",
            *(f"{k}={v}" for k, v in {**settings, **variables}.items()),
            self.program,
            *arguments,
        ]

    def host(self, inside: str) -> Path:
        """Return where a path of the inside lies for everybody else."""
        return self.root / inside.lstrip("/")

    def give(self, source: Path, inside: str) -> None:
        """Put a file inside, owned by its user."""
        target = self.host(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        self.own()

    def own(self) -> None:
        """Make everything in the user's home the user's own."""
        self.as_root("chown", "-R", f"{_USER_ID}:{_USER_ID}", self.home)

    def processes(self) -> list[int]:
        """Return the processes that run inside."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/root"):
            try:
                if entry.readlink() == self.root:
                    found.append(int(entry.parent.name))
            except OSError:
                continue
        return found


class ThisMachine:
    """The bundle as it lies in dist/, with a home of its own; used where no clean root can be made.

    Args:
        bundle: the one-folder program.
        sink: the folder with the sound server's socket.
        reason: why it is not a clean root.
    """

    def __init__(self, bundle: Path, sink: Path, reason: str) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="smoke-"))
        self.home = str(self.root / "home")
        Path(self.home).mkdir()
        self.program = str(bundle / "remixer")
        self._sink = sink
        self._offline = _offline_prefix()
        network = "network off" if self._offline else "network ON"
        self.description = f"this machine ({reason}: no clean root), {network}"

    def command(self, arguments: Sequence[str], variables: Mapping[str, str]) -> list[str]:
        """Return the command that runs the program with the home of its own."""
        settings = {"HOME": self.home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": self.home}
        settings["PULSE_SERVER"] = f"unix:{self._sink}/native"
        pairs = [f"{name}={value}" for name, value in {**settings, **variables}.items()]
        return [*self._offline, "env", "-i", *pairs, self.program, *arguments]

    def host(self, inside: str) -> Path:
        """Return where a path lies: where it says."""
        return Path(inside)

    def give(self, source: Path, inside: str) -> None:
        """Put a file into the home."""
        target = Path(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def own(self) -> None:
        """Everything in the home is the user's own already."""

    def processes(self) -> list[int]:
        """Return the processes that run the bundle."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/exe"):
            try:
                if entry.readlink() == Path(self.program).resolve():
                    found.append(int(entry.parent.name))
            except OSError:
                continue
        return found


Place = CleanRoot | ThisMachine


def _offline_prefix() -> list[str]:
    for prefix in (["unshare", "--net"], ["unshare", "--user", "--map-current-user", "--net"]):
        if (
            shutil.which("unshare")
            and not subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode
        ):
            return prefix
    return []


def _codename() -> str:
    release = platform.freedesktop_os_release()
    return release.get("VERSION_CODENAME", "bookworm") if release.get("ID") == "debian" else "bookworm"


def _mirror() -> str:
    for place in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))):
        lines = place.read_text("utf-8", "replace").splitlines() if place.is_file() else []
        for line in lines:
            found = re.search(r"^(?:deb .*?|URIs: *)(https?://\S*debian/?)(\s|$)", line)
            if found and "security" not in found[1]:
                return found[1]
    return "http://deb.debian.org/debian"
