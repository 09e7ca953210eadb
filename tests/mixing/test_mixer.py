from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from song_maker import Audio, make_song, make_take, noise, parts, tone

from remixer.mixing.controls import DEFAULT, STEMS, Controls
from remixer.mixing.mixer import Mixer
from remixer.song.take import TILE_FRAMES

RAMP = 441
FRAMES = 4 * TILE_FRAMES + 1000
MUTED = DEFAULT.with_stem("vocals", mute=True)


def rendered(
    mixer: Mixer, frames: int, block: int, moves: dict[int, Controls] | None = None, start: int = 0
) -> Audio:
    out = np.full((frames, 2), np.nan, np.float32)
    moves, done = dict(moves or {}), 0
    while done < frames:
        if done in moves:
            mixer.set_controls(moves.pop(done))
        following = min([frames, *(at for at in moves if at > done)])
        count = min(block, following - done)
        mixer.render(start + done, count, out[done : done + count])
        done += count
    return out


def steps(audio: Audio) -> float:
    return float(np.abs(np.diff(audio, axis=0)).max())


def test_faders_at_rest_return_the_song_bit_for_bit(tmp_path: Path) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0) + noise(FRAMES, 9))
    mixer = Mixer(song, [make_take(song, "a", stems)])
    assert rendered(mixer, FRAMES, 512).tobytes() == song.read(0, FRAMES).tobytes()


def test_the_formula_is_what_it_says(tmp_path: Path) -> None:
    stems, rest = parts(FRAMES), noise(FRAMES, 9)
    song = make_song(tmp_path, stems.sum(axis=0) + rest)
    controls = (
        DEFAULT.with_stem("vocals", gain_db=-6, pan=0.3).with_stem("drums", mute=True)
        .with_stem("residual", gain_db=-3, pan=-0.5).with_master(2)
    )  # fmt: skip
    out = rendered(Mixer(song, [make_take(song, "a", stems)], controls=controls), FRAMES, 512)
    gains = controls.gains(STEMS).astype(np.float64)
    expected = (stems * gains[:4, None]).sum(axis=0) + rest * gains[4]
    assert np.abs(out - expected).max() < 1e-6


@pytest.mark.parametrize("block", [64, 65, 512, 8193])
def test_every_block_size_gives_the_same_bits(tmp_path: Path, block: int) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0) + noise(FRAMES, 9))
    takes = [
        make_take(song, "good", 0.9 * stems, tiles=[1, 3]),
        make_take(song, "live", stems, tiles=[0, 1, 3, 4]),
    ]
    moves = {
        0: DEFAULT.with_stem("vocals", gain_db=-9, pan=0.2),
        700: DEFAULT.with_stem("vocals", mute=True).with_stem("bass", gain_db=3),
        900: DEFAULT.with_stem("drums", solo=True).with_stem("residual", solo=True),
        TILE_FRAMES - 200: DEFAULT.with_master(-math.inf),
        TILE_FRAMES + 200: DEFAULT.with_stem("other", pan=-1.0).with_stem("residual", gain_db=-20),
    }
    whole = rendered(Mixer(song, takes), FRAMES, FRAMES, moves)
    assert rendered(Mixer(song, takes), FRAMES, block, moves).tobytes() == whole.tobytes()


def test_single_frames_give_the_same_bits(tmp_path: Path) -> None:
    frames = TILE_FRAMES + 2000
    stems = parts(frames)
    song = make_song(tmp_path, stems.sum(axis=0) + noise(frames, 9))
    takes = [make_take(song, "a", stems, tiles=[0])]
    moves = {5: MUTED, 8000: DEFAULT.with_stem("vocals", gain_db=-3)}
    whole = rendered(Mixer(song, takes), frames, frames, moves)
    assert rendered(Mixer(song, takes), frames, 1, moves).tobytes() == whole.tobytes()


def test_muting_a_stem_ramps_to_silence_over_ten_milliseconds(tmp_path: Path) -> None:
    vocals = tone(FRAMES, 220)
    stems = np.stack([vocals, *[np.zeros_like(vocals)] * 3])
    song = make_song(tmp_path, vocals)
    out = rendered(Mixer(song, [make_take(song, "a", stems)]), FRAMES, 512, {1024: MUTED})
    assert np.array_equal(out[:1024], vocals[:1024])
    assert not out[1024 + RAMP :].any()
    assert steps(out) <= 1.1 * steps(vocals) + 0.2 / RAMP


def test_where_nothing_covers_the_song_is_heard(tmp_path: Path) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0))
    mixer = Mixer(
        song, [make_take(song, "a", stems, tiles=[0, 1])], controls=DEFAULT.with_stem("drums", mute=True)
    )
    out = rendered(mixer, FRAMES, 512)
    assert np.array_equal(out[2 * TILE_FRAMES :], song.read(2 * TILE_FRAMES, FRAMES))
    assert np.allclose(out[:TILE_FRAMES], (stems.sum(axis=0) - stems[1])[:TILE_FRAMES], atol=1e-6)


def test_uncovered_data_is_never_read(tmp_path: Path) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0))
    take = make_take(song, "a", stems, tiles=[1, 3])
    raw = np.memmap(take.folder / "stems.f32", "<f4", "r+", shape=(4, FRAMES, 2))
    for tile in (0, 2, 4):
        raw[:, tile * TILE_FRAMES : (tile + 1) * TILE_FRAMES] = np.nan
    assert np.isfinite(rendered(Mixer(song, [take], controls=MUTED), FRAMES, 512)).all()


@pytest.mark.parametrize("tiles", [[1], [0, 2], [2, 3]])
def test_taking_up_and_leaving_stems_makes_no_click(tmp_path: Path, tiles: list[int]) -> None:
    vocals = tone(FRAMES, 220)
    stems = np.stack([vocals, *[np.zeros_like(vocals)] * 3])
    song = make_song(tmp_path, vocals)
    out = rendered(Mixer(song, [make_take(song, "a", stems, tiles=tiles)], controls=MUTED), FRAMES, 512)
    assert steps(out) <= 1.1 * steps(vocals) + 0.2 / RAMP
    middle = tiles[0] * TILE_FRAMES + TILE_FRAMES // 2
    assert not out[middle : middle + 100].any()


def test_changing_between_alike_takes_keeps_the_level(tmp_path: Path) -> None:
    vocals = tone(FRAMES, 220)
    stems = np.stack([vocals, *[np.zeros_like(vocals)] * 3])
    song = make_song(tmp_path, vocals)
    good, live = (
        make_take(song, "good", stems, tiles=[1, 4]),
        make_take(song, "live", stems, tiles=[0, 1, 2, 3, 4]),
    )
    out = rendered(Mixer(song, [good, live], controls=MUTED), FRAMES, 512)
    assert np.abs(out).max() < 1e-7


def test_a_take_that_ends_is_left_for_one_that_goes_on_within_its_last_tile(tmp_path: Path) -> None:
    vocals = tone(FRAMES, 220)
    stems = np.stack([vocals, *[np.zeros_like(vocals)] * 3])
    song = make_song(tmp_path, vocals)
    first, second = (
        make_take(song, "a", stems, tiles=[0]),
        make_take(song, "b", 0.5 * stems, tiles=[0, 1, 2, 3, 4]),
    )
    out = rendered(Mixer(song, [first, second], controls=MUTED), FRAMES, 512)
    assert not out[: TILE_FRAMES - RAMP].any()
    assert np.allclose(out[TILE_FRAMES:], 0.5 * vocals[TILE_FRAMES:], atol=1e-7)
    assert steps(out) <= steps(vocals)


def test_a_tile_that_comes_up_while_its_forerunner_fades_makes_no_click(tmp_path: Path) -> None:
    vocals = tone(FRAMES, 220)
    stems = np.stack([vocals, *[np.zeros_like(vocals)] * 3])
    song = make_song(tmp_path, vocals)
    take = make_take(song, "a", stems, tiles=[0])
    mixer = Mixer(song, [take], controls=MUTED)
    out = np.zeros((FRAMES, 2), np.float32)
    at = TILE_FRAMES - RAMP // 2
    mixer.render(0, at, out)
    take.write(TILE_FRAMES, stems[:, TILE_FRAMES : 2 * TILE_FRAMES])
    mixer.render(at, FRAMES - at, out[at:])
    assert steps(out) <= 1.1 * steps(vocals) + 0.2 / RAMP
    assert not out[TILE_FRAMES + RAMP : 2 * TILE_FRAMES - RAMP].any()


def test_choosing_another_model_crossfades_at_the_next_tile(tmp_path: Path) -> None:
    vocals = tone(FRAMES, 220)
    stems = np.stack([vocals, *[np.zeros_like(vocals)] * 3])
    song = make_song(tmp_path, vocals)
    one, other = make_take(song, "a", stems), make_take(song, "b", 0.5 * stems)
    mixer = Mixer(song, [one], controls=MUTED)
    out = np.zeros((FRAMES, 2), np.float32)
    mixer.render(0, 3000, out)
    mixer.use([other])
    mixer.render(3000, FRAMES - 3000, out[3000:])
    assert not out[:TILE_FRAMES].any()
    assert np.abs(out[TILE_FRAMES + RAMP :]).max() == pytest.approx(0.1, rel=0.01)
    assert steps(out) <= steps(vocals)
    assert mixer.heard == "b"


def test_outside_the_song_is_silence(tmp_path: Path) -> None:
    song = make_song(tmp_path, noise(1000))
    out = rendered(Mixer(song), 1200, 512, start=-100)
    assert not out[:100].any()
    assert np.array_equal(out[100:1100], song.read(0, 1000))
    assert not out[1100:].any()


def test_peeking_changes_nothing_that_follows(tmp_path: Path) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0))
    takes = [make_take(song, "a", stems, tiles=[0, 2])]
    plain, peeked = Mixer(song, takes), Mixer(song, takes)
    expected, out, aside = (np.zeros((FRAMES, 2), np.float32) for _ in range(3))
    for mixer, target in ((plain, expected), (peeked, out)):
        mixer.render(0, 1000, target)
        mixer.set_controls(MUTED)
        mixer.render(1000, 100, target[1000:])
    peeked.peek(1100, 3 * TILE_FRAMES, aside)
    plain.render(1100, FRAMES - 1100, expected[1100:])
    peeked.render(1100, FRAMES - 1100, out[1100:])
    assert out.tobytes() == expected.tobytes()
    assert np.array_equal(aside[: 3 * TILE_FRAMES], expected[1100 : 1100 + 3 * TILE_FRAMES])


def test_a_stem_a_take_lacks_belongs_to_the_residual(tmp_path: Path) -> None:
    stems = parts(FRAMES)
    song = make_song(tmp_path, stems.sum(axis=0))
    take = make_take(song, "voice", stems[:1], stems=("vocals",))
    out = rendered(Mixer(song, [take], controls=DEFAULT.with_stem("residual", mute=True)), FRAMES, 512)
    assert np.allclose(out, stems[0], atol=1e-6)
