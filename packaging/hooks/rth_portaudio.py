"""Lets sounddevice find the PortAudio that lies in the bundle: it asks the system, which may have none."""

import ctypes.util
import os
import sys

_FILES = {"linux": "libportaudio.so.2"}
_find_on_system = ctypes.util.find_library


def _find_library(name: str) -> str | None:
    bundled = os.path.join(getattr(sys, "_MEIPASS", ""), _FILES.get(sys.platform, ""))  # noqa: PTH118
    if name == "portaudio" and os.path.isfile(bundled):  # noqa: PTH113
        return bundled
    return _find_on_system(name)


ctypes.util.find_library = _find_library
