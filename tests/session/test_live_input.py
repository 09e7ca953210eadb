"""Live sound in a session: the song rests, faders of its own, recordings, failures, the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from session_parts import FIRST, LIVE, RATE, Stage, stuck

from remixer.app import offer_to_reopen
from remixer.playback.recording import Recording
from remixer.session.live_input import LiveView


@pytest.fixture
def live(stages: Callable[..., Stage], song: Path) -> Stage:
    """A session with a live model and a song that is separated."""
    stage = stages(cards=(FIRST, LIVE))
    stage.open(song)
    stage.separated()
    return stage


def _view(stage: Stage) -> LiveView:
    view = stage.session.poll().live
    assert view is not None
    return view


def broken_off(folder: Path) -> None:
    """Leave what a recording leaves whose process dies."""
    left = Recording(folder, ("vocals",), RATE)
    left.put(np.ones((1, 512, 2), np.float32), np.ones((512, 2), np.float32))
    left.finish()
    for path in folder.glob("*.wav"):
        path.rename(path.with_suffix(".recording.wav"))


def broken_recording(live: Stage, parent: Path) -> Path:
    """Record live sound, let the process die, and return the folder."""
    live.session.live.listen("mic")
    live.session.live.record(parent)
    folder = _view(live).folder
    assert folder is not None
    broken_off(folder)
    live.player.now = replace(live.player.now, recording=False, restarts=1)
    return folder


def test_live_sound_begins_unheard_and_metered(live: Stage) -> None:
    assert live.session.poll().live is None
    live.session.live.listen("mic")
    view = _view(live)
    assert live.player.calls[-1] == ("listen", "mic", False)
    assert (view.input, view.model, view.audible, view.begun) == ("mic", "Live", False, True)
    assert view.levels["vocals"].peak == (0.5, 0.4) and len(view.levels) == 6
    live.session.toggle()
    assert live.player.calls[-1] == ("audible", True) and _view(live).audible


def test_another_input_is_unheard_again(live: Stage) -> None:
    live.session.live.listen("mic")
    live.session.live.set_audible(True)
    live.session.live.listen("")
    assert live.player.calls[-1] == ("listen", None, False) and not _view(live).audible


def test_the_input_that_is_heard_already_goes_on(live: Stage, tmp_path: Path) -> None:
    live.session.live.listen("mic")
    live.session.live.set_audible(True)
    live.session.live.record(tmp_path)
    calls = list(live.player.calls)
    live.session.live.listen("mic")
    assert live.player.calls == calls
    assert _view(live).audible and live.session.live.recording is not None


def test_faders_are_for_the_live_sound_and_the_song_keeps_its_own(live: Stage) -> None:
    session = live.session
    session.set_stem("drums", gain_db=-6.0)
    of_song = session.controls
    session.live.listen("mic")
    session.set_stem("vocals", mute=True)
    session.set_master(-3.0)
    assert _view(live).controls.stem("vocals").mute and _view(live).controls.stem("drums").gain_db == 0.0
    assert live.player.controls == _view(live).controls
    session.undo()
    assert _view(live).controls.master_db == 0.0
    session.live.stop()
    assert session.poll().live is None
    assert session.controls == of_song == live.player.controls
    assert ("hush",) in live.player.calls


def test_the_song_cannot_be_moved_unseen(live: Stage) -> None:
    live.session.live.listen("mic")
    calls = len(live.player.calls)
    live.session.seek(1000)
    live.session.set_loop((0, 20_000))
    assert live.player.calls[calls:] == [] and live.player.loop is None


def test_a_song_opened_ends_the_live_sound(live: Stage, song: Path) -> None:
    live.session.live.listen("mic")
    live.session.open([song])
    assert live.session.poll().live is None and not live.player.now.listening


def test_where_there_is_no_other_song_the_live_sound_goes_on(live: Stage) -> None:
    live.session.live.listen("mic")
    live.session.step(1)
    live.session.step(-1)
    assert live.session.poll().live is not None


def test_the_separation_makes_way(stages: Callable[..., Stage], song: Path) -> None:
    stage = stages(cards=(FIRST, LIVE), opener=stuck)
    stage.open(song)
    stage.until(lambda now: now.separation.state == "running")
    stage.session.live.listen("mic")
    assert stage.session.poll().separation.state == "paused"
    stage.session.live.stop()
    assert stage.session.poll().separation.state == "running"


def test_a_model_of_other_stems_leaves_the_live_sound_alone(stages: Callable[..., Stage], song: Path) -> None:
    vocals = replace(FIRST, id="vocals-only", role="vocals", stems=("vocals",))
    stage = stages(cards=(FIRST, LIVE, vocals), opener=stuck)
    stage.open(song)
    stage.session.live.listen("mic")
    stage.session.choices.choose_model(vocals.id)
    assert stage.session.poll().live is not None and stage.player.calls[-1][0] == "listen"
    stage.session.live.stop()
    now = stage.session.poll()
    assert stage.player.calls[-1][0] == "load" and now.song is not None and now.song.stems == vocals.stems


def test_what_is_recorded_is_told_with_its_folder(live: Stage, tmp_path: Path) -> None:
    session = live.session
    session.live.listen("mic")
    session.live.record(tmp_path / "Music")
    view = _view(live)
    assert view.recording and view.recorded_seconds == 83.0
    assert view.folder is not None and view.folder.parent == tmp_path / "Music"
    session.live.stop_recording()
    notice = session.poll().notices[-1]
    assert (notice.action, notice.target, notice.kind) == ("folder", str(view.folder), "info")
    assert view.folder.name in notice.text


def test_two_recordings_in_a_second_have_two_folders(live: Stage, tmp_path: Path) -> None:
    session = live.session
    session.live.listen("mic")
    folders = set()
    for _ in range(3):
        session.live.record(tmp_path)
        folders.add(_view(live).folder)
        session.live.stop_recording()
    assert len(folders) == 3


def test_the_way_back_to_the_song_finishes_a_recording(live: Stage, tmp_path: Path) -> None:
    live.session.live.listen("mic")
    live.session.live.record(tmp_path)
    live.session.poll()
    live.session.live.stop()
    assert [notice.text.split(" “")[0] for notice in live.session.poll().notices] == ["Recorded to"]


def test_a_recording_that_could_not_begin_has_no_folder(
    live: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.session.live.listen("mic")
    monkeypatch.setattr(live.player, "record", lambda folder: None)
    live.session.live.record(tmp_path / "Music")
    view = _view(live)
    assert not view.recording and view.folder is None


def test_a_recording_that_broke_off_gets_its_names(live: Stage, tmp_path: Path) -> None:
    folder = broken_recording(live, tmp_path)
    notice = live.session.poll().notices[-1]
    assert "broke off" in notice.text and notice.target == str(folder)
    assert soundfile.info(folder / "vocals.wav").frames == 512


def test_a_recording_goes_on_in_another_folder_when_its_process_died(live: Stage, tmp_path: Path) -> None:
    first = broken_recording(live, tmp_path)
    live.session.poll()
    view = _view(live)
    assert view.recording and view.folder not in (None, first)
    assert live.player.calls[-1] == ("record", view.folder)
    live.player.now = replace(live.player.now, recording=False)
    live.session.poll()
    assert live.player.calls[-1] == ("record", view.folder)


def test_a_recording_is_remembered_and_recovered_at_the_next_start(
    stages: Callable[..., Stage], tmp_path: Path
) -> None:
    stage = stages(cards=(FIRST, LIVE))
    stage.session.live.listen("mic")
    stage.session.live.record(tmp_path)
    stage.until(lambda _: stage.store.load_desk().recording != "")
    folder = Path(stage.store.load_desk().recording)
    broken_off(folder)
    later = stages(cards=(FIRST, LIVE))
    offer_to_reopen(later.session)
    (notice,) = later.session.poll().notices
    assert "broke off" in notice.text and notice.target == str(folder)
    assert soundfile.info(folder / "vocals.wav").frames == 512
    later.until(lambda _: later.store.load_desk().recording == "")


def test_a_recording_that_was_finished_is_not_told_again(
    stages: Callable[..., Stage], tmp_path: Path
) -> None:
    stage = stages(cards=(FIRST, LIVE))
    stage.session.live.listen("mic")
    stage.session.live.record(tmp_path)
    stage.until(lambda _: stage.store.load_desk().recording != "")
    stage.session.live.stop_recording()
    stage.until(lambda _: stage.store.load_desk().recording == "")


def test_an_input_that_goes_away_brings_the_song_back_with_a_sentence(live: Stage) -> None:
    live.session.live.listen("mic")
    live.session.poll()
    live.player.now = replace(live.player.now, listening=False, message="The sound device went away.")
    snapshot = live.session.poll()
    assert snapshot.live is None
    assert [notice.text for notice in snapshot.notices] == ["The sound device went away."]


def test_without_a_live_model_it_is_said_in_a_sentence(stage: Stage) -> None:
    stage.session.live.listen("")
    snapshot = stage.session.poll()
    assert snapshot.live is None and "No live model is installed" in snapshot.notices[-1].text
    assert not stage.player.calls


def test_the_inputs_are_found(live: Stage) -> None:
    live.session.choices.look_for_inputs()
    live.until(lambda _: live.session.choices.inputs())
    assert [one.name for one in live.session.choices.inputs()] == ["Microphone", "Line"]
