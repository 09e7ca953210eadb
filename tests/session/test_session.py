"""A session from the drop to the end."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from session_parts import FIRST, RATE, SECOND, Stage, failing, stuck, write_song

from remixer.errors import UsageError
from remixer.mixing.controls import Controls, StemControl
from remixer.session.store import Desk
from remixer.settings import Settings, load_settings
from remixer.song.song import Song

Stages = Callable[..., Stage]
VOCALS = replace(SECOND, id="vocals-only", stems=("vocals",))


def _texts(stage: Stage) -> list[str]:
    return [notice.text for notice in stage.session.notices.current()]


def test_a_dropped_song_plays(stage: Stage, song: Path) -> None:
    now = stage.open(song)
    assert now.song is not None and now.song.title == "Song é" and now.song.frames == RATE
    stage.until(lambda now: now.playing and now.entries[0].state == "ready")
    assert stage.player.calls[0][0] == "load"


def test_a_dropped_song_rests_if_that_is_wanted(stages: Stages, song: Path) -> None:
    stage = stages(settings=Settings(play_on_open=False))
    assert not stage.open(song).playing


def test_the_song_is_separated_and_heard_from_the_chosen_model(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.separated()
    now = stage.until(lambda now: now.spans == ((0, RATE, FIRST.take_id),))
    assert stage.player.take_ids == (FIRST.take_id, SECOND.take_id)
    assert now.takes[0].name == "First" and now.takes[0].fraction == 1.0


def test_faders_reach_the_player_and_are_undone(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.session.set_stem("vocals", mute=True)
    stage.session.set_stem("drums", gain_db=-6.0)
    stage.session.set_master(-3.0)
    assert stage.player.controls.stem("vocals").mute and stage.player.controls.master_db == -3.0
    stage.session.undo()
    stage.session.undo()
    assert stage.player.controls.stem("drums").gain_db == 0.0 and stage.player.controls.stem("vocals").mute
    stage.session.redo()
    assert stage.session.poll().controls.stem("drums").gain_db == -6.0
    assert stage.session.poll().can_redo


def test_comparing_leaves_the_faders_alone(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.session.set_stem("bass", gain_db=-math.inf)
    stage.session.set_bypassed(True)
    assert stage.player.controls == Controls.default(FIRST.stems)
    assert stage.session.controls.stem("bass").gain_db == -math.inf
    stage.session.set_bypassed(False)
    assert stage.player.controls.stem("bass").gain_db == -math.inf


def test_a_loop_is_kept_within_the_song_and_one_too_short_is_none(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.session.set_loop((30_000, -5))
    assert stage.player.loop == (0, 30_000)
    stage.session.set_loop((1000, RATE * 9))
    assert stage.player.loop == (1000, RATE)
    stage.session.set_loop((1000, 1010))
    assert stage.player.loop is None


def test_a_seek_is_shown_at_once_and_kept_within_the_song(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.session.seek(10 * RATE)
    assert stage.player.calls[-1] == ("seek", RATE)
    stage.session.seek(5000)
    assert stage.session.poll().position_frames == 5000


def test_the_mix_of_every_song_comes_back(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    stage.session.set_stem("other", gain_db=-9.5, pan=0.25)
    stage.session.set_stem("residual", mute=True)
    stage.session.set_loop((2000, 30_000))
    stage.session.seek(12_345)
    stage.session.close()
    later = stages()
    later.open(song)
    assert (
        later.session.controls.stem("other").gain_db == -9.5
        and later.session.controls.stem("other").pan == 0.25
    )
    assert later.player.controls.residual.mute and later.player.loop == (2000, 30_000)
    assert later.player.calls[0] == ("load", later.session.front.song.id, 12_345)  # type: ignore[union-attr]


def test_a_song_that_was_heard_to_its_end_begins_anew(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    stage.session.seek(RATE)
    stage.session.close()
    later = stages()
    now = later.open(song).song
    assert now is not None and later.player.calls[:2] == [("load", now.id, 0), ("play",)]


def test_what_was_open_can_be_reopened_after_a_crash(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    stage.session.seek(22_050)
    stage.session.save(running=True)
    stage.until(lambda _: stage.store.load_desk().position_seconds == 0.5)
    later = stages()
    desk = later.session.last_desk
    assert desk.running and desk.title == "Song é" and desk.position_seconds == 0.5
    later.session.reopen()
    now = later.until(lambda now: now.song is not None and now.song.complete)
    assert not now.playing and now.position_frames == 22_050


def test_what_is_reopened_comes_before_a_song_that_was_opened_since(stages: Stages, tmp_path: Path) -> None:
    songs = [write_song(tmp_path / f"{number}.wav", seed=number) for number in range(4)]
    stage = stages()
    stage.session.open(songs[:3])
    stage.session.select(1)
    stage.until(lambda now: now.song is not None and now.song.source == songs[1])
    stage.session.save(running=True)
    stage.until(lambda _: stage.store.load_desk().current == 1)
    later = stages()
    later.open(songs[3])
    later.session.reopen()
    later.until(lambda now: now.song is not None and now.song.source == songs[1])


def test_a_closed_session_was_no_crash_and_is_still_remembered(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    stage.session.close()
    untouched = stages().session
    untouched.save(running=False)
    assert not untouched.last_desk.running
    assert stages().session.last_desk.paths == (str(song),)


def test_what_cannot_be_opened_is_said_in_a_sentence_each(stage: Stage, tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.wav", tmp_path / "text.mp3"
    empty.write_bytes(b"")
    text.write_text("this is no sound")
    for path in (empty, text, tmp_path / "missing.flac"):
        stage.session.open([path])
        stage.until(lambda now: now.entries[-1].state == "failed")
        assert stage.session.poll().song is None
    assert len(_texts(stage)) == 3
    assert all(text.endswith(".") and "Traceback" not in text for text in _texts(stage))


def test_a_folder_without_audio_is_said(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"x")
    stage.session.open([tmp_path / "pictures"])
    stage.until(lambda now: len(now.notices) == 2)
    assert _texts(stage) == [
        "Skipped what is not audio: “a.png”.",
        "There is no audio in what was dropped.",
    ]


def test_the_queue_is_prepared_while_the_first_song_plays(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    for number in (1, 2, 3):
        write_song(folder / f"{number}.wav", 0.6, seed=number)
    stage.session.open([folder])
    now = stage.until(
        lambda now: len(now.entries) == 3 and all(entry.separated == 1 for entry in now.entries)
    )
    assert now.current == 0 and now.song is not None and now.song.title == "1"


def test_the_queue_waits_if_that_is_wanted(stages: Stages, tmp_path: Path) -> None:
    stage = stages(settings=Settings(prepare_queue=False))
    first, second = write_song(tmp_path / "1.wav"), write_song(tmp_path / "2.wav", seed=2)
    stage.session.open([first, second])
    now = stage.until(lambda now: now.song is not None and now.separation.state == "done")
    assert now.entries[1].state == "waiting"


def test_another_song_of_the_queue_comes_to_the_front(stage: Stage, tmp_path: Path) -> None:
    stage.session.open([write_song(tmp_path / "1.wav"), write_song(tmp_path / "2.wav", seed=2)])
    stage.until(lambda now: now.song is not None)
    stage.session.step(1)
    now = stage.until(lambda now: now.song is not None and now.song.title == "2" and now.playing)
    assert now.current == 1
    stage.session.step(1)
    assert stage.session.poll().current == 1
    stage.session.remove(1)
    assert stage.until(lambda now: now.song is not None and now.song.title == "1").current == 0


def test_a_song_plays_as_asked_though_another_one_is_removed_at_once(
    stage: Stage, song: Path, tmp_path: Path
) -> None:
    stage.open(song)
    stage.session.open([write_song(tmp_path / "2.wav", seed=2)])
    stage.session.remove(0)
    stage.until(lambda now: now.song is not None and now.song.title == "2" and now.playing)


def test_songs_of_a_folder_rest_as_asked_though_another_one_is_played_meanwhile(
    stages: Stages, song: Path, tmp_path: Path
) -> None:
    stage = stages(settings=Settings(play_on_open=False))
    stage.open(song)
    write_song(tmp_path / "album" / "1.wav", seed=2)
    stage.session.open([tmp_path / "album"])
    stage.session.select(0)
    stage.until(lambda now: now.song is not None and now.song.title == "1")
    assert not stage.player.now.playing


def test_a_song_in_front_that_is_opened_again_plays(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.session.pause()
    stage.session.open([song])
    stage.session.poll()
    assert stage.player.now.playing


def test_a_known_song_opens_though_its_file_is_gone(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    stage.session.close()
    song.unlink()
    later = stages()
    later.until(lambda now: later.session.choices.recent())
    later.session.open_recent(later.session.choices.recent()[0])
    assert later.until(lambda now: now.song is not None).song.title == "Song é"  # type: ignore[union-attr]
    assert _texts(later) == []


def test_what_was_open_is_reopened_though_its_file_is_gone(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    stage.session.close()
    song.unlink()
    later = stages()
    later.session.reopen()
    assert later.until(lambda now: now.song is not None).song.title == "Song é"  # type: ignore[union-attr]


def test_a_song_that_is_cut_off_is_said_and_still_plays(stage: Stage, tmp_path: Path) -> None:
    whole = write_song(tmp_path / "whole.wav", 2.0)
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    stage.session.open([cut])
    now = stage.until(lambda now: now.song is not None and now.notices)
    assert now.song is not None and abs(now.song.decoded_frames - RATE) < 100
    assert stage.until(lambda now: now.playing)


def test_a_cut_off_song_that_was_heard_to_its_end_opens_again(stages: Stages, tmp_path: Path) -> None:
    whole = write_song(tmp_path / "whole.wav", 2.0)
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    stage = stages()
    stage.session.open([cut])
    now = stage.until(lambda now: now.song is not None and now.notices)
    assert now.song is not None
    decoded_frames = now.song.decoded_frames
    stage.session.seek(decoded_frames - 441)
    stage.session.close()
    later = stages()
    later.session.open([cut])
    now = later.until(lambda now: now.song is not None)
    assert later.player.calls[0] == ("load", now.song.id, decoded_frames - RATE // 5)  # type: ignore[union-attr]


def test_another_model_separates_anew_and_the_first_can_still_be_heard(stage: Stage, song: Path) -> None:
    stage.open(song)
    stage.separated()
    stage.session.choices.choose_model("second")
    now = stage.until(lambda now: now.separation.state == "done" and now.separation.model_id == "second")
    assert stage.player.take_ids[0] == SECOND.take_id
    stage.session.prefer(FIRST.take_id)
    now = stage.until(lambda now: now.spans[0][2] == FIRST.take_id)
    assert stage.player.take_ids[0] == FIRST.take_id and len(now.takes) == 2
    assert load_settings(stage.settings_file).model == "second"


def test_a_model_of_other_stems_keeps_the_mix_the_loop_and_the_music(stages: Stages, song: Path) -> None:
    stage = stages(cards=(FIRST, VOCALS), opener=stuck)
    stage.open(song)
    stage.until(lambda now: now.playing)
    stage.session.set_stem("vocals", gain_db=-6.0)
    stage.session.set_stem("drums", mute=True)
    stage.session.set_master(-3.0)
    stage.session.set_loop((2000, 30_000))
    stage.session.choices.choose_model(VOCALS.id)
    now = stage.session.poll()
    assert now.song is not None and now.song.stems == ("vocals",)
    assert stage.player.controls == Controls((("vocals", StemControl(-6.0)),), master_db=-3.0)
    assert stage.player.loop == (2000, 30_000) and now.playing
    stage.session.close()
    later = stages(cards=(FIRST, VOCALS), opener=stuck)
    later.open(song)
    assert later.session.controls.stem("drums").mute and later.session.controls.stem("vocals").gain_db == -6.0


def test_comparing_and_the_way_back_outlive_a_model_of_other_stems(stages: Stages, song: Path) -> None:
    stage = stages(cards=(FIRST, VOCALS), opener=stuck)
    stage.open(song)
    session = stage.session
    session.set_stem("vocals", gain_db=-6.0)
    session.set_stem("drums", mute=True)
    session.set_bypassed(True)
    session.choices.choose_model(VOCALS.id)
    assert session.poll().bypassed and stage.player.controls == Controls.default(VOCALS.stems)
    session.undo()
    assert session.controls.stem("vocals").gain_db == 0.0 and not session.remix.history.can_undo
    session.redo()
    session.choices.choose_model(FIRST.id)
    now = session.poll()
    assert now.controls.stem("drums").mute and now.controls.stem("vocals").gain_db == -6.0 and now.can_undo


def _with_vocals(stage: Stage, song: Path) -> Song:
    """Open a song, separate it, and put the stems of another model for vocals alone beside."""
    stage.open(song)
    stage.separated()
    front = stage.session.front.song
    assert front is not None
    take = front.create_take(VOCALS.take_id, VOCALS.id, VOCALS.stems)
    take.write(0, np.zeros((1, front.frames, 2), np.float32))
    return front


def test_stems_of_a_model_that_makes_others_cannot_be_chosen(stages: Stages, song: Path) -> None:
    stage = stages(cards=(FIRST, VOCALS))
    _with_vocals(stage, song)
    stage.session.front.look()
    assert [take.take_id for take in stage.session.front.takes] == [FIRST.take_id]


def test_stems_that_were_heard_with_another_model_are_not_where_it_makes_others(
    stages: Stages, song: Path
) -> None:
    stage = stages(cards=(FIRST, VOCALS))
    front = _with_vocals(stage, song)
    stage.session.close()
    mix = stage.store.load_mix(front.id)
    stage.store.save_mix(front.id, {**mix, "take_id": VOCALS.take_id})
    later = stages(cards=(FIRST, VOCALS))
    later.open(song)
    assert later.player.take_ids[0] == FIRST.take_id


def test_a_song_that_is_left_and_wanted_again_at_once_opens(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write_song(tmp_path / "1.wav"), write_song(tmp_path / "2.wav", seed=2)
    begun, go_on, opened = threading.Event(), threading.Event(), stage.session.library.open

    def held(path: Path) -> Song:
        if path == first:
            begun.set()
            assert go_on.wait(60)
        return opened(path)

    monkeypatch.setattr(stage.session.library, "open", held)
    stage.session.open([first, second])
    assert begun.wait(60)
    stage.session.step(1)
    stage.session.step(-1)
    go_on.set()
    assert stage.until(lambda now: now.song is not None).current == 0


def test_a_name_that_no_file_can_have_is_said_in_a_sentence(stages: Stages, tmp_path: Path) -> None:
    stage, long = stages(), tmp_path / f"{'x' * 300}.wav"
    stage.store.save_desk(Desk((str(long),), 0, "x"))
    for open_it in (lambda: stage.session.open([long]), stages().session.reopen):
        open_it()
    stage.until(lambda now: now.entries[0].state == "failed")
    assert len(_texts(stage)) == 1 and "cannot be read" in _texts(stage)[0]


def test_a_limit_that_is_lowered_frees_room_at_once(stage: Stage, tmp_path: Path) -> None:
    gone = stage.open(write_song(tmp_path / "1.wav", seed=1)).song
    kept = stage.open(write_song(tmp_path / "2.wav", seed=2)).song
    assert gone is not None and kept is not None
    stage.session.remove(0)
    stage.session.choices.change(cache_limit_gib=1e-6)
    stage.session.trim_cache()
    songs = stage.session.library.root / "songs"
    stage.until(lambda now: not (songs / gone.id).exists())
    assert (songs / kept.id).exists()


def test_an_unknown_model_in_the_settings_is_said(stages: Stages) -> None:
    stage = stages(settings=Settings(model="gone"))
    assert _texts(stage) == ["The chosen model “gone” is not installed; “First” is used."]


def test_a_device_that_fails_is_said_once_and_the_song_goes_on(stages: Stages, song: Path) -> None:
    stage = stages(opener=failing)
    stage.session.open([song])
    now = stage.until(lambda now: now.separation.state == "failed")
    assert _texts(stage) == ["“auto” is not there."] and now.playing
    stage.until(lambda now: True)
    assert len(_texts(stage)) == 1


def test_separation_is_cancelled_and_begun_again(stages: Stages, tmp_path: Path) -> None:
    stage = stages()
    stage.open(write_song(tmp_path / "long.wav", 20))
    stage.session.background.cancel()
    assert stage.session.poll().separation.state == "idle"
    stage.session.background.go_on()
    stage.separated()


def test_what_the_player_has_to_say_is_said(stage: Stage) -> None:
    from dataclasses import replace

    stage.player.now = replace(stage.player.now, message="The loudspeaker is gone.")
    stage.session.poll()
    stage.session.poll()
    assert _texts(stage) == ["The loudspeaker is gone."]


def test_loudspeakers_are_listed_and_chosen(stage: Stage) -> None:
    stage.session.choices.look_for_outputs()
    stage.until(lambda now: stage.session.choices.outputs())
    stage.session.choices.choose_output("pulse")
    assert stage.player.output == "pulse" and stage.session.poll().output == "pulse"
    stage.session.choices.choose_output("")
    assert stage.player.output is None


def test_the_demo_song_opens(stage: Stage) -> None:
    stage.session.open_demo()
    now = stage.until(lambda now: now.song is not None and now.song.complete)
    assert now.song is not None and now.song.frames >= 29 * RATE
    assert stage.session.library.root in now.song.source.parents


def test_nothing_can_be_exported_before_a_song_is_open(stage: Stage, tmp_path: Path) -> None:
    from remixer.session.exporting import ExportPlan

    with pytest.raises(UsageError, match="Open a song"):
        stage.session.export(ExportPlan(tmp_path))


def test_closing_ends_the_player(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    stage.session.close()
    assert stage.player.closed
