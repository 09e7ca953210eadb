"""Nothing that was done is lost: changes are on the disk soon, also while they go on, also after a kill."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from session_parts import Stage, write_song

from remixer.session.autosave import Delay
from remixer.session.notices import Notices
from remixer.session.snapshot import Snapshot
from remixer.session.store import Desk, Store
from remixer.session.writer import Writer

Stages = Callable[..., Stage]


def test_a_change_is_kept_when_it_has_come_to_rest() -> None:
    delay = Delay()
    assert [delay.due("a", now) for now in (0.0, 0.2, 0.31, 0.4, 9.0)] == [False, False, True, False, False]
    assert [delay.due("b", now) for now in (10.0, 10.2, 10.31)] == [False, False, True]


def test_what_goes_on_changing_is_kept_each_second() -> None:
    delay = Delay()
    kept = [step / 10 for step in range(100) if delay.due(step, step / 10)]
    assert len(kept) == 9
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(kept))


def test_a_fader_that_moves_is_on_the_disk_while_it_moves(stage: Stage, song: Path) -> None:
    song_id = stage.open(song).song.id  # type: ignore[union-attr]
    moves = itertools.cycle(range(1, 500))

    def kept(_: Snapshot) -> bool:
        stage.session.set_stem("vocals", gain_db=-next(moves) / 10)
        mix = stage.store.load_mix(song_id)
        return bool(mix) and mix["controls"]["stems"]["vocals"]["gain_db"] < 0

    stage.until(kept)


def test_mute_loop_queue_and_place_are_kept_without_being_asked(stages: Stages, song: Path) -> None:
    stage = stages()
    stage.open(song)
    other = write_song(song.parent / "Other.wav", 1.0, seed=2)
    stage.session.open([other], play=False)
    stage.until(lambda now: now.song is not None and now.song.source == other and now.song.complete)
    stage.session.set_stem("bass", mute=True)
    stage.session.set_loop((1000, 30_000))
    stage.session.seek(12_000)
    desk = Desk((str(song), str(other)), 1, "Other", round(12_000 / 44_100, 2), True)
    stage.until(lambda _: stage.store.load_desk() == desk)
    later = stages()
    later.session.reopen()
    now = later.until(lambda now: now.song is not None and now.song.source == other)
    assert (now.controls.stem("bass").mute, now.loop, now.position_frames) == (True, (1000, 30_000), 12_000)


def test_a_queue_with_a_song_in_front_that_failed_can_be_gone_on_with(stages: Stages, song: Path) -> None:
    stage = stages()
    broken = song.parent / "Broken.wav"
    broken.write_bytes(b"no sound at all")
    stage.session.open([broken, song])
    stage.until(lambda now: now.entries[0].state == "failed")
    stage.session.close()
    assert stages().session.last_desk == Desk((str(broken), str(song)), 0, "Broken")


def test_what_cannot_be_written_is_found_and_written_later(tmp_path: Path) -> None:
    notices = Notices()
    (tmp_path / "config").write_text("a file where the folder should be")
    writer = Writer(Store(tmp_path / "config"), notices)
    writer.save_mix("song", {"a": 1})
    assert writer.load_mix("song") == {"a": 1}
    writer.close()
    assert "could not be saved" in notices.current()[0].text
    (tmp_path / "config").unlink()
    writer.close()
    assert Store(tmp_path / "config").load_mix("song") == {"a": 1}
