"""Whatever happens inside is one sentence and an exit code outside."""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from remixer import __version__
from remixer.cli import border
from remixer.cli.commands import completed
from remixer.errors import Cancelled, InputError, ModelError, OutputError, RemixerError, UsageError
from remixer.log import open_log

Run = Callable[..., Any]
Make = Callable[..., Path]


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    faulthandler.enable(2)


@pytest.mark.parametrize(
    ("error", "code"),
    [(UsageError("So."), 2), (InputError("So."), 3), (ModelError("So."), 4), (OutputError("So."), 5),
     (Cancelled("So."), 130), (RemixerError("So."), 1)],
)  # fmt: skip
def test_our_errors_are_their_sentence_and_their_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def program(arguments: list[str]) -> None:
        raise error

    assert border.run([], program) == code
    assert capsys.readouterr().err == "So.\n"


def test_an_interrupt_is_130(capsys: pytest.CaptureFixture[str]) -> None:
    def program(arguments: list[str]) -> None:
        raise KeyboardInterrupt

    assert border.run([], program) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_the_unexpected_is_a_sentence_with_a_log(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    def program(arguments: list[str]) -> None:
        raise ZeroDivisionError("a\nb")

    open_log(home / "log")
    assert border.run([], program) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
    log = home / "log" / "remixer.log"
    assert str(log) in said
    assert "Traceback" in log.read_text()


def test_a_package_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    def program(arguments: list[str]) -> None:
        raise ModuleNotFoundError("no", name="onnx")

    assert border.run([], program) == 1
    assert capsys.readouterr().err == "This needs “onnx”, which is not part of this installation.\n"


def test_a_log_that_cannot_be_written_stops_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert open_log(tmp_path / "file" / "log") is None
    assert border.run([], lambda _: 1 // 0) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_bad_use_is_one_sentence(remixer: Run) -> None:
    for arguments in (["models", "--nonsense"], ["separate"], ["mix", "a.wav"], ["demo"], ["live"]):
        done = remixer(*arguments)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_songs_without_a_command_are_opened() -> None:
    assert completed(["a.wav"]) == ["open", "a.wav"]
    assert completed([]) == ["open"]
    with pytest.raises(UsageError, match="seperate"):
        completed(["seperate", "a.wav"])
    with pytest.raises(UsageError, match="no song"):
        completed(["x" * 300])
    assert completed(["--", "separate"]) == ["open", "--", "separate"]
    for arguments in (["separate", "a.wav"], ["--help"], ["--version"], ["open", "a.wav"], ["mix", "--help"]):
        assert completed(arguments) == arguments


def test_songs_alone_open_the_window_without_loading_the_commands(
    remixer: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[object] = []

    def main(paths: list[Path]) -> int:
        opened.append(paths)
        return 0

    monkeypatch.setattr("remixer.app.main", main)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "live").mkdir()
    for arguments in ([], ["a.wav", "b"], ["./live"], ["open", "c"], ["--", "live"]):
        assert remixer(*arguments).code == 0
    here = tmp_path
    assert opened == [[], [here / "a.wav", here / "b"], [here / "live"], [here / "c"], [here / "live"]]
    assert remixer("live").code == 2 and len(opened) == 5


def test_the_version_is_said(remixer: Run) -> None:
    assert remixer("--version").out == f"remixer {__version__}\n"


def test_models_and_devices_are_arrays(remixer: Run) -> None:
    models = json.loads(remixer("models", "--json").out)
    needed = {
        "id", "network", "role", "default", "stems", "rate", "latency_ms", "parameters", "licence", "tiers",
        "sha256", "validation",
    }  # fmt: skip
    assert all(needed <= set(model) for model in models)
    assert "classic" in [model["id"] for model in models]
    roles = {model["role"] for model in models}
    for role in roles:
        assert sum(model["default"] for model in models if model["role"] == role) == 1
    devices = json.loads(remixer("devices", "--json").out)
    assert {"auto", "cpu"} <= {device["id"] for device in devices}
    assert "classic" in remixer("models").out
    assert "cpu" in remixer("devices").out


def test_inputs_and_outputs_of_sound_are_listed(remixer: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from remixer.playback import portaudio
    from remixer.playback.outputs import OutputDevice

    monkeypatch.setattr(portaudio, "inputs", lambda: [OutputDevice("ALSA: mic", "mic", 48_000, 0.01)])
    monkeypatch.setattr(portaudio, "outputs", lambda: [])
    (found,) = json.loads(remixer("devices", "--sound", "--json").out)
    assert found == {"kind": "input", "id": "ALSA: mic", "name": "mic", "rate": 48_000}
    assert "ALSA: mic" in remixer("devices", "--sound").out
    monkeypatch.setattr(portaudio, "inputs", lambda: [])
    assert remixer("devices", "--sound").out == "No device was found.\n"


def test_the_demo_is_written(remixer: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = np.zeros((4410, 2), np.float32)
    stems = dict.fromkeys(("vocals", "drums", "bass", "other"), short)
    monkeypatch.setattr("remixer.audio.demo.render_demo", lambda: stems)
    done = remixer("demo", tmp_path / "demo.flac")
    assert (done.code, done.out) == (0, f"{tmp_path / 'demo.flac'}\n")
    assert remixer("demo", tmp_path / "demo.flac").code == 5
    assert remixer("demo", tmp_path / "demo.nonsense").code == 2


def test_the_doctor_finds_reading_and_writing_well(remixer: Run) -> None:
    checks = {one["check"]: one["state"] for one in json.loads(remixer("doctor", "--json").out)}
    for kind in ("wav", "flac", "mp3", "ogg", "opus", "m4a"):
        assert checks[f"{kind} files"] == "ok"
    assert checks["model classic"] == "ok"
    assert checks["cache"] == checks["log"] == checks["settings"] == "ok"


def test_the_program_starts_quickly_and_lightly(home: Path) -> None:
    code = (
        "import sys; from remixer.cli.border import main; code = main(['--help'])\n"
        "heavy = {'torch', 'onnxruntime', 'av', 'PySide6', 'numpy', 'soundfile', 'scipy'}\n"
        "print(code, sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("0 []\n")
    assert "separate" in done.stdout


def test_noise_of_libraries_goes_to_the_log(home: Path) -> None:
    code = (
        "import os, sys; from remixer.cli import border\n"
        "border._commands = lambda _: os.write(2, b'noise') and sys.stderr.write('ours')\n"
        "sys.exit(border.main([]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "ours"
    assert "noise" in (home / "log" / "remixer.log").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_is_full_is_said_so(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "remixer", "models"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 5
    assert done.stderr.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "remixer", "models"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode in (0, 1), done.stderr) == (True, "")


@pytest.mark.skipif(sys.platform == "win32", reason="streams are closed otherwise there")
@pytest.mark.parametrize("number", [1, 2])
def test_a_stream_that_is_not_there_changes_no_exit_code(home: Path, tmp_path: Path, number: int) -> None:
    missing = ["mix", str(tmp_path / "missing.wav"), "--out", str(tmp_path / "x.wav")]
    for arguments, code in ((["models"], 0), (missing, 3)):
        command = [sys.executable, "-m", "remixer", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, preexec_fn=lambda: os.close(number)
        )
        assert done.returncode == code
        assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)])
def test_an_interrupted_command_leaves_nothing(home: Path, song: Make, tmp_path: Path, number: int) -> None:
    path = song(seconds=120)
    command = [
        sys.executable,
        "-m",
        "remixer",
        "separate",
        str(path),
        "--model",
        "classic",
        "--out",
        str(tmp_path / "o"),
    ]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # as it is where no nohup is around
    )
    coverage = home / "cache" / "songs"
    deadline = time.monotonic() + 60
    while not any(file.read_bytes().count(1) for file in coverage.glob("[!.]*/takes/[!.]*/coverage.u8")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "Interrupted.\n")
    assert not (tmp_path / "o").exists()


def test_a_thread_that_is_still_busy_does_not_meet_an_interpreter_being_taken_down() -> None:
    code = """
import atexit, threading, time
from remixer import __main__
from remixer.cli import border

def run(_):
    threading.Thread(target=time.sleep, args=(60,), daemon=BUSY).start() if BUSY else None
    atexit.register(print, "taken down")
    print("said", end="")
    return 3

border.main = run
__main__.main()
"""
    for busy, said in (("True", "said"), ("False", "saidtaken down\n")):
        command = [sys.executable, "-c", code.replace("BUSY", busy)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (3, said, "")
