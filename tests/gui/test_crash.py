"""The program is killed while it works, and started again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

pytest.importorskip("PySide6")

pytestmark = pytest.mark.gui

PROGRAM = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from remixer import app
from remixer.gui.window import MainWindow

furnish = MainWindow.furnish

def tell(work):
    session = work.session
    song = session.front.song
    now = session.poll()
    offered = [notice.text for notice in now.notices if notice.action == "reopen"]
    print(json.dumps({
        "song": str(song.source) if song is not None and song.complete else "",
        "position": now.position_frames, "playing": now.playing, "loop": now.loop,
        "mix": now.controls.to_plain(), "offered": offered,
    }), flush=True)

def work_on(work):
    session = work.session
    if session.front.song is not None and session.front.song.complete:
        session.pause()
        session.seek(50_000)
        session.set_loop((20_000, 90_000))
        session.set_stem("vocals", gain_db=-7.5, pan=0.5)
        session.set_stem("drums", mute=True)
        session.set_master(-2.0)

def accept(work):
    for notice in work.session.notices.current():
        if notice.action == "reopen":
            work.pages.act(notice)
            work.session.notices.dismiss(notice.number)

def furnished(window, session, themes):
    work = furnish(window, session, themes)
    steps = {"work_on": work_on, "accept": accept, "tell": tell, "nothing": lambda work: None}
    timer = QTimer(window)
    timer.timeout.connect(lambda: (steps[sys.argv[1]](work), tell(work)))
    timer.start(100)
    return work

MainWindow.furnish = furnished
sys.exit(app.main([Path(name) for name in sys.argv[2:]]))
"""


class Program:
    """The program in a process of its own, telling how it stands ten times a second."""

    def __init__(self, does: str, *songs: Path) -> None:
        command = [sys.executable, "-c", PROGRAM, does, *map(str, songs)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._told: IO[str] = self._process.stdout

    def until(self, true: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Listen until something is true."""
        for line in self._told:
            now: dict[str, Any] = json.loads(line)
            if true(now):
                return now
        raise AssertionError(f"the program ended with {self._process.wait()}")

    def kill(self) -> None:
        """End it as a crash does."""
        self._process.kill()
        self._process.wait()
        self._told.close()


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., Program]]:
    """Start the program; whatever is left in the end is killed."""
    started: list[Program] = []

    def begin(does: str, *songs: Path) -> Program:
        started.append(Program(does, *songs))
        return started[-1]

    yield begin
    for program in started:
        program.kill()


def _places(folder: Path) -> list[int]:
    return [json.loads(file.read_text())["position_frames"] for file in folder.glob("*.json")]


@pytest.mark.slow
def test_after_a_kill_the_song_is_offered_and_comes_back_where_it_was(
    start: Callable[..., Program], song: Path, home: Path
) -> None:
    killed = start("work_on", song)
    before = killed.until(lambda now: now["song"] and now["position"] == 50_000 and now["loop"])
    mixes = home / "config" / "mixes"
    killed.until(
        lambda _: any(
            json.loads(file.read_text())["position_frames"] == 50_000 for file in mixes.glob("*.json")
        )
    )
    killed.kill()
    offering = start("nothing")
    offer = offering.until(lambda now: now["offered"])
    assert offer["song"] == "" and "“Song” can be reopened at 0:01" in offer["offered"][0]
    offering.kill()
    after = start("accept").until(lambda now: now["song"] and now["position"] == 50_000)
    assert {**after, "offered": []} == {**before, "offered": []}
    assert after["song"] == str(song) and after["mix"]["stems"]["vocals"]["gain_db"] == -7.5
