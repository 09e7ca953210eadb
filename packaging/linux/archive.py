"""Makes the archive for every other Linux: unpack it anywhere and start `remixer`."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

from linux import desktop


def build_archive(bundle: Path, name: str, target: Path, compressor: list[str]) -> None:
    """Write the bundle, its menu entry and `install.sh` into one compressed tar file.

    Args:
        bundle: the one-folder program.
        name: of the folder it unpacks to.
        target: the file to write.
        compressor: reads a tar file and writes the compressed one, such as `["zstd", "-19"]`.
    """
    share = target.with_suffix(".share")
    shutil.rmtree(share, ignore_errors=True)
    desktop.write_share(share, command="remixer")
    aside = target.with_name(target.name + ".part")
    with aside.open("wb") as output:
        squeeze = subprocess.Popen(compressor, stdin=subprocess.PIPE, stdout=output)
        if squeeze.stdin is None:
            raise SystemExit(f"{compressor[0]} takes no input.")
        with tarfile.open(fileobj=squeeze.stdin, mode="w|", bufsize=1 << 20) as tar:
            tar.add(bundle, name, filter=_as_root)
            tar.add(share, f"{name}/share", filter=_as_root)
            tar.add(Path(__file__).parent / "install.sh", f"{name}/install.sh", filter=_as_root)
        squeeze.stdin.close()
        if squeeze.wait() != 0:
            raise SystemExit(f"{compressor[0]} failed with exit code {squeeze.returncode}.")
    aside.replace(target)
    shutil.rmtree(share)


def _as_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    if member.isdir():
        member.mode = 0o755
    return member
