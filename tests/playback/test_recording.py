from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
import soundfile
from song_maker import noise, parts
from waiting import until

from remixer.audio.wav_file import WavFile
from remixer.errors import OutputError
from remixer.mixing.controls import STEMS
from remixer.playback.recording import Recording, recover

FRAMES = 50_000
RATE = 44_100


def put_all(recording: Recording) -> None:
    stems, mix = parts(FRAMES), noise(FRAMES, 9)
    for start in range(0, FRAMES, 777):
        recording.put(stems[:, start : start + 777], mix[start : start + 777])


def test_what_went_out_is_written_without_its_delay(tmp_path: Path) -> None:
    recording = Recording(tmp_path, STEMS, RATE, skip_frames=1000)
    put_all(recording)
    files = recording.finish(40_000)
    assert [path.name for path in files] == [f"{name}.wav" for name in (*STEMS, "mix")]
    for path, sound in zip(files, [*parts(FRAMES), noise(FRAMES, 9)], strict=True):
        assert np.array_equal(soundfile.read(path, dtype="float32")[0], sound[1000:41_000])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in files)


def test_a_crash_leaves_files_that_can_be_played(tmp_path: Path) -> None:
    recording = Recording(tmp_path, STEMS, RATE)
    put_all(recording)
    until(lambda: recording.waiting_frames() == 0)
    copies = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    recording.discard()
    (tmp_path / "copy.wav").write_bytes(copies["mix.recording.wav"])
    kept = soundfile.read(tmp_path / "copy.wav", dtype="float32")[0]
    assert len(kept) > 0
    assert np.array_equal(kept, noise(FRAMES, 9)[: len(kept)])


def test_what_a_crash_left_gets_its_names(tmp_path: Path) -> None:
    recording = Recording(tmp_path, STEMS, RATE)
    put_all(recording)
    until(lambda: recording.waiting_frames() == 0)
    left = tmp_path / "left"
    left.mkdir()
    for path in tmp_path.glob("*.recording.wav"):
        (left / path.name).write_bytes(path.read_bytes())
    recording.discard()
    (left / "bass.wav").write_bytes(b"precious")
    assert len(recover(left)) == 5
    assert (left / "bass.wav").read_bytes() == b"precious"
    assert soundfile.info(left / "mix.wav").frames > 0
    assert recover(tmp_path / "nowhere") == []


def test_what_a_full_disk_left_gets_its_names_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    recording = Recording(tmp_path, STEMS, RATE)
    put_all(recording)
    until(lambda: recording.waiting_frames() == 0)
    monkeypatch.setattr(WavFile, "write", refuse)
    put_all(recording)
    failure = recording.salvage()
    assert failure is not None
    assert failure.message.startswith("The recording could not be written: No space left on device; what")
    assert failure.message.endswith(f"is in “{tmp_path}”.")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(f"{name}.wav" for name in (*STEMS, "mix"))
    assert all(soundfile.info(path).frames == FRAMES for path in tmp_path.iterdir())


def test_of_a_whole_recording_there_is_nothing_to_tell(tmp_path: Path) -> None:
    recording = Recording(tmp_path, STEMS, RATE)
    put_all(recording)
    assert recording.salvage() is None
    assert soundfile.info(tmp_path / "mix.wav").frames == FRAMES


def test_files_that_exist_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "bass.wav").write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"bass\.wav"):
        Recording(tmp_path, STEMS, RATE)
    assert [path.name for path in tmp_path.iterdir()] == ["bass.wav"]


def test_what_a_crash_left_is_not_written_over(tmp_path: Path) -> None:
    left = tmp_path / "vocals.recording.wav"
    left.write_bytes(b"precious")
    with pytest.raises(OutputError, match=r"vocals\.recording\.wav”, left by a recording that broke off"):
        Recording(tmp_path, STEMS, RATE)
    assert left.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [left]


def test_discarding_leaves_nothing(tmp_path: Path) -> None:
    recording = Recording(tmp_path, STEMS, RATE)
    put_all(recording)
    recording.discard()
    assert list(tmp_path.iterdir()) == []
