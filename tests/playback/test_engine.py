from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from song_maker import Audio, make_song, make_take, noise, parts, set_decoded, tone

from remixer.mixing.bounce import Selection, mix_blocks
from remixer.mixing.controls import DEFAULT
from remixer.playback.engine import Engine
from remixer.song.song import Song
from remixer.song.take import TILE_FRAMES, Take

RAMP = 441
FRAMES = 4 * TILE_FRAMES
MUTED = DEFAULT.with_stem("vocals", mute=True)
Moves = dict[int, Callable[[Engine], None]]


def played(engine: Engine, frames: int, block: int, moves: Moves | None = None) -> Audio:
    out = np.full((frames, 2), np.nan, np.float32)
    moves, done = dict(moves or {}), 0
    while done < frames:
        if done in moves:
            moves.pop(done)(engine)
        count = min(block, min([frames, *(at for at in moves if at > done)]) - done)
        engine.render(out[done : done + count])
        done += count
    assert engine.fault is None
    return out


def engine_with(song: Song, position: int = 0, *takes: object) -> Engine:
    engine = Engine()
    engine.load(song, takes, position=position)  # type: ignore[arg-type]
    return engine


def steps(audio: Audio) -> float:
    return float(np.abs(np.diff(audio, axis=0)).max())


def test_a_song_at_rest_is_silent_and_plays_from_its_first_frame(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    engine = engine_with(song)
    assert not played(engine, 1000, 100).any()
    engine.play()
    assert np.array_equal(played(engine, FRAMES, 512), song.read(0, FRAMES))
    assert not engine.playing
    assert not played(engine, 1000, 100).any()
    engine.play()
    assert np.array_equal(played(engine, 1000, 512), song.read(0, 1000))


def transport_moves(song: Song) -> Moves:
    return {
        0: Engine.play,
        1000: lambda engine: engine.seek(9000),
        1100: lambda engine: engine.seek(20_000),
        3000: Engine.pause,
        3100: Engine.play,
        5000: lambda engine: engine.set_controls(MUTED),
        5100: lambda engine: engine.set_loop((21_000, 24_000)),
        9000: lambda engine: engine.set_controls(DEFAULT.with_stem("drums", gain_db=-6)),
        12_000: lambda engine: engine.set_loop((21_000, 21_100)),
        14_000: lambda engine: engine.set_loop(None),
        15_000: Engine.pause,
        15_010: lambda engine: engine.seek(100),
        16_000: Engine.play,
    }


@pytest.mark.parametrize("block", [1, 64, 65, 512, 8193])
def test_every_block_size_gives_the_same_bits(tmp_path: Path, block: int) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0) + noise(FRAMES, 9))
    take = make_take(song, "a", stems, tiles=[0, 2])
    whole = played(engine_with(song, 0, take), 20_000, 20_000, transport_moves(song))
    assert (
        played(engine_with(song, 0, take), 20_000, block, transport_moves(song)).tobytes() == whole.tobytes()
    )


def test_no_change_of_place_makes_a_click(tmp_path: Path) -> None:
    vocals = tone(FRAMES, 220)
    song = make_song(tmp_path, vocals)
    stems = np.stack([vocals, *[np.zeros_like(vocals)] * 3])
    take = make_take(song, "a", stems, tiles=[0, 2])
    out = played(engine_with(song, 0, take), 20_000, 512, transport_moves(song))
    assert steps(out) <= 1.1 * steps(vocals) + 3 * 0.2 / RAMP
    assert np.abs(out).max() < 0.5


def test_a_loop_has_exactly_its_length(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    engine = engine_with(song, 5000)
    engine.set_loop((5000, 8000))
    engine.play()
    out = played(engine, 12_000, 512)
    assert np.array_equal(out[3000 + RAMP : 6000], song.read(5000 + RAMP, 8000))
    assert np.array_equal(out[3000:6000], out[6000:9000])


def test_a_loop_may_end_with_the_song(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    engine = engine_with(song, FRAMES - 2000)
    engine.set_loop((FRAMES - 2000, FRAMES + 500))
    engine.play()
    out = played(engine, 6000, 512)
    assert engine.playing
    assert np.array_equal(out[2000 + RAMP : 4000], song.read(FRAMES - 2000 + RAMP, FRAMES))


def test_pausing_fades_out_and_stays_at_its_frame(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    engine = engine_with(song)
    out = played(engine, 4000, 512, {0: Engine.play, 1000: Engine.pause})
    assert engine.position == 1000
    assert out[1000 : 1000 + RAMP - 1].any()
    assert not out[1000 + RAMP :].any()


def test_it_waits_for_the_decoder_and_goes_on_by_itself(tmp_path: Path) -> None:
    sound = tone(FRAMES, 220)
    song = make_song(tmp_path, sound, decoded=6000)
    engine = engine_with(song)
    engine.play()
    out = played(engine, 10_000, 512)
    assert engine.playing
    assert engine.waiting
    assert engine.position == 6000 - RAMP
    assert np.array_equal(out[: 6000 - RAMP], sound[: 6000 - RAMP])
    assert not out[6000:].any()
    assert steps(out) <= 1.1 * steps(sound) + 0.2 / RAMP
    set_decoded(song.folder, FRAMES, final=True)
    out = played(engine, 2000, 512)
    assert not engine.waiting
    assert np.array_equal(out[RAMP:2000], sound[6000:][: 2000 - RAMP])


def test_seeking_beyond_what_is_decoded_waits_there(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES), decoded=6000)
    engine = engine_with(song)
    engine.play()
    engine.seek(20_000)
    assert not played(engine, 2000, 512)[RAMP:].any()
    assert engine.waiting
    set_decoded(song.folder, FRAMES, final=True)
    assert np.array_equal(played(engine, 2000, 512)[RAMP:], song.read(20_000 + RAMP, 22_000))


def test_seeking_beyond_the_end_ends_the_song(tmp_path: Path) -> None:
    engine = engine_with(make_song(tmp_path, noise(FRAMES)))
    engine.play()
    engine.seek(10 * FRAMES)
    played(engine, 2000, 512)
    assert not engine.playing


def test_what_was_played_can_be_rendered_again_from_the_moves(tmp_path: Path) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0) + noise(FRAMES, 9))
    take = make_take(song, "a", stems, tiles=[0, 1, 3])
    moves: Moves = {
        0: Engine.play,
        700: lambda engine: engine.set_controls(MUTED),
        1000: lambda engine: engine.set_controls(DEFAULT.with_stem("bass", pan=0.5)),
        9000: lambda engine: engine.set_controls(MUTED.with_master(-3)),
    }
    engine = engine_with(song, 0, take)
    engine.set_controls(DEFAULT.with_stem("drums", gain_db=-4))
    out = played(engine, FRAMES, 100, moves)
    blocks = mix_blocks(song, [take], DEFAULT, Selection(0, FRAMES), engine.take_moves())
    assert np.concatenate([block.copy() for block in blocks]).tobytes() == out.tobytes()


def test_faders_set_in_the_block_that_begins_to_play_need_no_ramp(tmp_path: Path) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0))
    take = make_take(song, "a", stems)
    engine = engine_with(song, 0, take)
    engine.play()
    engine.set_controls(MUTED)
    out = played(engine, 2000, 512)
    blocks = mix_blocks(song, [take], DEFAULT, Selection(0, 2000), engine.take_moves())
    assert next(blocks).tobytes() == out.tobytes()


def test_a_fault_is_a_silent_block_and_is_counted(tmp_path: Path) -> None:
    engine = engine_with(make_song(tmp_path, noise(FRAMES)))
    engine.play()

    def broken() -> None:
        raise ValueError("torn")

    engine.controls_source = broken
    out = np.ones((100, 2), np.float32)
    engine.render(out)
    assert not out.any()
    assert engine.faults == 1
    assert engine.rendered == 100


def test_the_frame_heard_is_told_across_jumps(tmp_path: Path) -> None:
    engine = engine_with(make_song(tmp_path, noise(FRAMES)))
    played(
        engine, 3000, 100, {500: Engine.play, 1500: lambda engine: engine.seek(20_000), 2500: Engine.pause}
    )
    assert engine.position_at(400) == (0, False)
    assert engine.position_at(600) == (100, True)
    assert engine.position_at(1600) == (20_100, True)
    assert engine.position_at(2900) == (21_000, False)


def test_a_song_just_loaded_stands_at_its_place_whatever_is_still_heard(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    engine = engine_with(song)
    played(engine, 3000, 100, {500: Engine.play})
    engine.load(song, position=20_000)
    played(engine, 100, 100)
    assert engine.position_at(2500) == (20_000, False)


def test_what_the_audio_thread_leaves_is_let_go_by_another(tmp_path: Path) -> None:
    song, block = make_song(tmp_path, noise(FRAMES)), np.zeros((64, 2), np.float32)
    engine = engine_with(song, 0, make_take(song, "a", parts(FRAMES)))
    engine.render(block)
    left = weakref.ref(engine._transport.mixer)
    engine.use(())
    engine.load(song)
    engine.render(block)
    assert left() is not None
    engine.refresh()
    assert left() is None


def test_what_is_heard_next_is_mapped_before_the_audio_thread_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song(tmp_path, noise(FRAMES))
    take = make_take(song, "a", parts(FRAMES))
    mapped: list[tuple[type, int]] = []
    for kind in (Song, Take):
        monkeypatch.setattr(kind, "touch", lambda self, start, _: mapped.append((type(self), start)))
    engine = engine_with(song, 70, take)
    assert mapped == [(Song, 70), (Take, 70)]
    engine.seek(9000)
    assert mapped[2:] == [(Song, 9000), (Take, 9000)]
    assert engine.position == 0
    engine.set_loop((500, 8000))
    played(engine, 64, 64)
    engine.refresh()
    assert mapped[4:] == 2 * [(Song, 9000), (Take, 9000), (Song, 500), (Take, 500)]


def test_levels_are_those_behind_the_faders(tmp_path: Path) -> None:
    stems = np.stack([tone(FRAMES, hz, 0.2) for hz in (220, 330, 440, 550)])
    song = make_song(tmp_path, stems.sum(axis=0))
    engine = engine_with(song, 0, make_take(song, "a", stems))
    engine.set_controls(MUTED.with_stem("drums", gain_db=-6.0206, pan=1.0))
    engine.play()
    played(engine, 10_000, 512)
    vocals, drums, bass, _, residual, _ = engine.levels_at(10_000, 4410)
    assert vocals.peak == (0.0, 0.0)
    assert drums.peak == pytest.approx((0.0, 0.1), abs=1e-3)
    assert bass.rms == pytest.approx((0.1414, 0.1414), abs=1e-3)
    assert max(residual.peak) < 1e-6
