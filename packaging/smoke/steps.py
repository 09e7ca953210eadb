"""What is tried of the installed program, one step after the other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from smoke import hearing
from smoke.places import Place
from smoke.runs import Window, run
from smoke.screen import Screen, wait_until
from smoke.state import State
from smoke.virtual_sink import VirtualSink

SONG = "Music/söng one.wav"
SECOND = "Music/second.m4a"
# What rounding to 24 bits leaves is 149 dB below full scale.
EXACT_DB = -140.0
# The program keeps what was changed at the latest after so long.
_KEEPING_SECONDS = 6.0


@dataclass
class Trial:
    """Everything the steps share.

    Attributes:
        place: where the program runs.
        screen: what it shows itself on.
        sink: what it plays to.
        song: the song, as a file outside.
        second: another song, in a format that needs FFmpeg.
        work: a folder for files of the test.
        figures: what was measured, for the report.
    """

    place: Place
    screen: Screen
    sink: VirtualSink
    song: Path
    second: Path
    work: Path
    figures: dict[str, str] = field(default_factory=dict)
    window: Window | None = None
    model: str = ""

    @property
    def state(self) -> State:
        """What the program keeps on disk."""
        return State(self.place.host(self.place.home))

    def inside(self, name: str) -> str:
        """Return a path in the user's home as the program sees it."""
        return f"{self.place.home}/{name}"


def demand(holds: bool, otherwise: str) -> None:
    """End the test unless something holds.

    Raises:
        SystemExit: it does not hold.
    """
    if not holds:
        raise SystemExit(otherwise)


def source_tree(*arguments: str, home: Path) -> None:
    """Run the command line of the source tree."""
    command = [sys.executable, "-m", "remixer", *arguments]
    environment = {"REMIXER_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    demand(done.returncode == 0, f"The source tree failed at {arguments[0]}: {done.stderr}")


def asks(trial: Trial) -> None:
    """The command line answers: version, doctor, models."""
    said = run(trial.place, "--version")
    checks = json.loads(run(trial.place, "doctor", "--json"))
    trial.figures["doctor"] = f"{len(checks)} checks, " + ", ".join(
        f"{check['check']}: {check['detail']}" for check in checks if check["state"] != "ok"
    )
    heard = [
        check["detail"] for check in checks if check["check"] == "loudspeakers" and check["state"] == "ok"
    ]
    demand(bool(heard), "The doctor found no loudspeaker.")
    models = json.loads(run(trial.place, "models", "--json"))
    offline = [model for model in models if model["default"] and model["role"] in {"offline", "baseline"}]
    demand(bool(offline), f"No model is the one to separate with: {models}")
    trial.model = next((m["id"] for m in offline if m["role"] == "offline"), offline[0]["id"])
    trial.figures["version"] = said.strip()
    trial.figures["models"] = ", ".join(model["id"] for model in models)


def separates_like_the_source_tree(trial: Trial) -> None:
    """The installed command separates a song into the same bits as the source tree."""
    began = time.monotonic()
    run(
        trial.place,
        "separate",
        trial.inside(SONG),
        "--out",
        trial.inside("stems"),
        "--bits",
        "float",
        "--residual",
    )
    trial.figures["separate"] = f"{time.monotonic() - began:.1f} s on the command line"
    home, out = trial.work / "home", trial.work / "stems"
    own = trial.work / Path(SONG).name
    own.write_bytes(trial.song.read_bytes())
    source_tree(
        "separate", str(own), "--out", str(out), "--bits", "float", "--residual", "--overwrite", home=home
    )
    expected = sorted(path.relative_to(out) for path in out.rglob("*.wav"))
    found = trial.place.host(trial.inside("stems"))
    demand(len(expected) == 5, f"The source tree wrote {len(expected)} files, not 5.")
    for file in expected:
        one, other = hearing.read(out / file)[0], hearing.read(found / file)[0]
        demand(one.tobytes() == other.tobytes(), f"{file} is not the same as from the source tree.")
    # The window is to begin with nothing.
    shutil.rmtree(trial.state.cache)


def opens_its_window(trial: Trial) -> None:
    """The window opens, empty."""
    trial.state.choose_export_folder(trial.inside("Exports"))
    trial.place.host(trial.inside("Exports")).mkdir()
    trial.place.own()

    def start() -> float:
        trial.window = Window(trial.place, [], {"DISPLAY": trial.screen.display})
        return trial.window.began

    seconds = trial.screen.time_to_paint(start)
    trial.figures.setdefault("first start to window", f"{seconds:.2f} s")
    wait_until(lambda: bool(trial.screen.windows()), 20, "the window")
    time.sleep(1)
    trial.screen.place(trial.screen.windows()[0], 100, 20)
    trial.sink.forget()


def takes_a_dropped_file(trial: Trial) -> None:
    """A file dragged out of another program is decoded and separated to its end."""
    trial.screen.drop_file(trial.inside(SONG), (700, 400))
    wait_until(lambda: len(trial.state.songs()) == 1, 20, "the dropped song")
    song = trial.state.songs()[0]
    seconds = wait_until(lambda: trial.state.separated(song, trial.model) == 1.0, 900, "its stems")
    trial.figures["stems after the drop"] = f"{seconds:.1f} s ({trial.model})"


def plays_it(trial: Trial) -> None:
    """The song reaches the loudspeaker, exactly."""
    played = _listen(trial)
    exact = hearing.best_match_db(played, hearing.read(trial.song)[0])
    trial.figures["played, difference to the song"] = f"{exact:.0f} dB"
    demand(exact < EXACT_DB, f"What was played is not the song: {exact:.0f} dB.")


def exports_what_is_heard(trial: Trial) -> None:
    """A fader moved by keys is heard, and the exported file is what is heard."""
    trial.screen.keys("1", *["Down"] * 12)
    song = trial.state.songs()[0]
    fader_db = _settled_fader(trial, song)
    played = _listen(trial)
    trial.screen.keys("ctrl+e")
    time.sleep(1.5)
    dialog = next((w for w in reversed(trial.screen.windows())), "")
    trial.screen.focus(dialog)
    time.sleep(0.3)
    trial.screen.keys("Return")
    exports = trial.place.host(trial.inside("Exports"))
    wait_until(lambda: any(exports.glob("*.wav")), 60, "the exported file")
    files = list(exports.glob("*"))
    demand(len(files) == 1, f"One file was to be exported, not {[file.name for file in files]}.")
    exported, rate = hearing.read(files[0])
    expected = trial.state.remix(song, trial.model, "vocals", fader_db)
    written = hearing.difference_db(exported, expected)
    heard = hearing.best_match_db(played, exported)
    changed = hearing.difference_db(exported, hearing.read(trial.song)[0])
    trial.figures["fader"] = f"vocals at {fader_db} dB"
    trial.figures["exported"] = f"{files[0].name}, {rate} Hz, {len(exported)} frames"
    trial.figures["exported, difference to song and stems as faded"] = f"{written:.0f} dB"
    trial.figures["played, difference to the export"] = f"{heard:.0f} dB"
    demand(written < EXACT_DB, f"The export is not the mix that was asked for: {written:.0f} dB.")
    demand(heard < EXACT_DB, f"The export is not what was heard: {heard:.0f} dB.")
    demand(changed > -60, f"The fader changed nothing: {changed:.0f} dB.")


def hands_over(trial: Trial) -> None:
    """A second start with a song hands it to the window that is open, and ends."""
    began = time.monotonic()
    run(trial.place, trial.inside(SECOND), seconds=30, DISPLAY=trial.screen.display)
    trial.figures["second start"] = f"{time.monotonic() - began:.2f} s"
    wait_until(lambda: len(trial.state.songs()) == 2, 20, "the second song in the open window")
    demand(trial.window is not None and trial.window.is_open, "The first window has closed.")


def quits(trial: Trial) -> None:
    """Ctrl+Q ends the program and everything it started."""
    trial.screen.focus(trial.screen.windows()[0])
    trial.screen.keys("ctrl+q")
    if trial.window is not None:
        trial.window.wait_closed(15)
    trial.window = None


def opens_again(trial: Trial) -> None:
    """The next start with a song as argument finds it separated; its time is the warm start's."""

    def start() -> float:
        trial.window = Window(trial.place, [trial.inside(SONG)], {"DISPLAY": trial.screen.display})
        return trial.window.began

    seconds = trial.screen.time_to_paint(start)
    trial.figures.setdefault("next start to window, with a song", f"{seconds:.2f} s")
    time.sleep(2)
    demand(trial.window is not None and trial.window.is_open, "The program did not stay open.")


def survives_a_crash(trial: Trial) -> None:
    """Killed, it leaves no process behind, and the next start works and can be quit."""
    if trial.window is not None:
        trial.window.kill_main()
    wait_until(lambda: not trial.place.processes(), 10, "the processes of the killed program to end")
    opens_again(trial)
    quits(trial)


def _settled_fader(trial: Trial, song: Path) -> float:
    """Return where the vocals' fader stands once the program has kept the last of its moves."""
    wait_until(lambda: trial.state.fader_db(song, "vocals") < -3, 10, "the fader to move")
    fader_db = 0.0
    while fader_db != trial.state.fader_db(song, "vocals"):
        fader_db = trial.state.fader_db(song, "vocals")
        time.sleep(_KEEPING_SECONDS)
    return fader_db


def _listen(trial: Trial) -> hearing.Audio:
    """Return two seconds of what is played, from two seconds into the song."""
    trial.screen.focus(trial.screen.windows()[0])
    trial.screen.keys("Home")
    time.sleep(0.5)
    trial.sink.forget()
    time.sleep(0.5)
    if hearing.level_db(trial.sink.played()) < -90:
        trial.screen.keys("space")
    time.sleep(3)
    return trial.sink.played()


Step = Callable[[Trial], None]
STEPS: tuple[Step, ...] = (
    asks,
    separates_like_the_source_tree,
    opens_its_window,
    takes_a_dropped_file,
    plays_it,
    exports_what_is_heard,
    hands_over,
    quits,
    opens_again,
    survives_a_crash,
)
