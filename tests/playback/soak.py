"""An hour of playing in the real window: faders move, places and songs change, both models work.

Run by `make soak`. The sound goes to a paced sound server of the soak's own; where there is no display the
window is painted off-screen. Ends with 1 if the sound broke off even once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from virtual_speakers import RATE, VirtualSpeakers

from remixer.audio.decode import read
from remixer.audio.demo import mix_demo, render_demo
from remixer.audio.resample import resample

WINDOW = Path(__file__).with_name("soak_window.py")
SILENT_SHARE = 0.03  # until the first song is there, and between two


def main() -> int:
    """Play for the time that is asked for; print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--each", type=float, default=8.0, help="minutes until the next song")
    parser.add_argument("--length", type=float, default=80.0, help="minutes a song is long")
    parser.add_argument("--work", type=Path, help="where songs and stems lie; 30 GB are needed")
    parser.add_argument("songs", type=Path, nargs="*", help="what the long songs are made of")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-", dir=options.work) as folder:
        work = Path(folder)
        count = max(2, int(-(-options.minutes // options.each)))
        songs = write_songs(options.songs, work, count, options.length)
        return play(songs, work, options.minutes, options.each)


def write_songs(sources: list[Path], work: Path, count: int, minutes: float) -> list[Path]:
    """Long flac files of the same music, each beginning elsewhere in it."""
    music = np.concatenate([resample(*read(path), RATE) for path in sources] or [mix_demo(render_demo())])
    written = []
    for number in range(count):
        path = work / f"song {number + 1}.flac"
        turned = np.roll(music, -number * len(music) // count, axis=0)
        with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
            for _ in range(max(1, round(minutes * 60 * RATE / len(music)))):
                file.write(turned)
        written.append(path)
    return written


def play(songs: list[Path], work: Path, minutes: float, each: float) -> int:
    """Let the window play the songs, and tell what the loudspeaker and the program say of it."""
    speakers = VirtualSpeakers()
    try:
        environment = {
            **os.environ, "PULSE_SERVER": speakers.server, "PULSE_SINK": "speakers",
            "REMIXER_HOME": str(work / "home"),
        }  # fmt: skip
        if not os.environ.get("DISPLAY"):
            environment["QT_QPA_PLATFORM"] = "offscreen"
        command = [sys.executable, str(WINDOW), str(minutes), str(each), *map(str, songs)]
        told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        figures = json.loads(told.stdout.splitlines()[-1]) if told.stdout.strip() else {"error": "no figures"}
        figures["heard_seconds"] = round(len(speakers.captured()) / RATE, 1)
    finally:
        speakers.close()
    print(json.dumps(figures, indent=2))
    breaks = figures.get("underruns", 1) + figures.get("restarts", 1)
    played = figures.get("playing_minutes", 0.0) > (1.0 - SILENT_SHARE) * minutes
    held = told.returncode == 0 and breaks == 0 and played
    print("No break in the sound." if held else "The sound broke off, or was not heard to the end.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
