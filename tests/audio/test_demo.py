"""The demo song: known stems that add up to it, always the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from remixer.audio.decode import read
from remixer.audio.demo import DEMO_HZ, DEMO_SECONDS, mix_demo, render_demo, write_demo
from remixer.audio.tags import read_tags
from remixer.errors import OutputError, UsageError

Stems = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def stems() -> Stems:
    return render_demo()


def test_the_stems_add_up_to_the_song_exactly(stems: Stems) -> None:
    assert set(stems) == {"vocals", "drums", "bass", "other"}
    total = sum(stem.astype(np.float64) for stem in stems.values())
    assert np.array_equal(mix_demo(stems).astype(np.float64), total)
    assert all(
        stem.shape == (DEMO_SECONDS * DEMO_HZ, 2) and stem.dtype == np.float32 for stem in stems.values()
    )


def test_the_song_neither_clips_nor_whispers(stems: Stems) -> None:
    assert 0.8 < np.abs(mix_demo(stems)).max() < 0.95
    for stem in stems.values():
        assert 0.02 < np.sqrt(np.mean(stem**2)) < 0.2
        assert abs(float(stem.mean())) < 1e-3


def test_every_stem_lies_where_such_a_sound_lies(stems: Stems) -> None:
    def centre_hz(stem: NDArray[np.float32]) -> float:
        power = np.abs(np.fft.rfft(stem.mean(axis=1))) ** 2
        return float((np.fft.rfftfreq(len(stem), 1 / DEMO_HZ) * power).sum() / power.sum())

    assert centre_hz(stems["bass"]) < 250
    assert 300 < centre_hz(stems["vocals"]) < 2500
    assert stems["vocals"][: 4 * DEMO_HZ].any() == 0


def test_it_is_rendered_alike_every_time(stems: Stems) -> None:
    again = render_demo()
    assert all(np.array_equal(again[name], stem) for name, stem in stems.items())


def test_it_is_written_with_its_stems(tmp_path: Path, stems: Stems, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remixer.audio.demo.render_demo", lambda: stems)
    files = write_demo(tmp_path / "demo.wav", stems=True)
    assert np.array_equal(read(tmp_path / "demo.wav")[0], mix_demo(stems))
    assert np.array_equal(read(tmp_path / "demo" / "bass.wav")[0], stems["bass"])
    assert len(files) == 5
    assert read_tags(files[0]).title
    with pytest.raises(OutputError, match="exists"):
        write_demo(tmp_path / "demo.wav")
    (tmp_path / "taken").touch()
    with pytest.raises(OutputError, match="could not be made"):
        write_demo(tmp_path / "taken.wav", stems=True)
    with pytest.raises(UsageError, match="xyz"):
        write_demo(tmp_path / "demo.xyz")
