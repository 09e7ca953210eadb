"""Mixtures: the same for equal seeds, finite, at sane levels."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from song_folders import write_song

from remixer.errors import InputError
from remixer.training.mixtures import MixtureConfig, Mixtures
from remixer.training.pool import STEMS, Pool, song_sources, write_pool

pytestmark = pytest.mark.torch
SMALL = MixtureConfig(seconds=0.2, batch=4)


@pytest.fixture
def pool(songs: Path, tmp_path: Path) -> Pool:
    return write_pool(song_sources(songs), tmp_path / "pool")


def test_a_batch_is_a_function_of_seed_and_step(pool: Pool) -> None:
    one, other = Mixtures(pool, SMALL, 7), Mixtures(pool, SMALL, 7)
    other.batch(0)
    assert torch.equal(one.batch(3).stems, other.batch(3).stems)
    assert not torch.equal(one.batch(3).stems, one.batch(4).stems)


def test_batches_are_finite_and_of_the_asked_shape(pool: Pool) -> None:
    batch = Mixtures(pool, SMALL, 1).batch(0)
    assert batch.stems.shape == (4, len(STEMS), 2, round(0.2 * 44_100))
    assert batch.stems.isfinite().all()
    assert batch.equaliser_db.isfinite().all()


def test_the_loudness_spreads_about_its_centre(pool: Pool) -> None:
    config = MixtureConfig(seconds=0.2, batch=16, loudness_spread_db=0.0, silent=0.0)
    mixtures = Mixtures(pool, config, 2).batch(0).stems.sum(1)
    rms_db = 20 * torch.log10(mixtures.square().mean((1, 2)).sqrt())
    assert torch.allclose(rms_db, torch.full_like(rms_db, config.loudness_db), atol=0.1)


def test_songs_without_a_stem_anywhere_are_refused(tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "a", 0, stems=("vocals", "drums", "other"))
    pool = write_pool(song_sources(tmp_path / "songs"), tmp_path / "pool")
    with pytest.raises(InputError, match="hold no bass"):
        Mixtures(pool, SMALL, 1)


def test_a_layered_stem_is_two_of_its_kind(pool: Pool) -> None:
    def spread(layered: float) -> float:
        """How many frequencies hold the energy of the basses, each of which is one tone."""
        config = MixtureConfig(seconds=0.5, batch=16, together=0.0, silent=0.0, layered=layered)
        bass = Mixtures(pool, config, 5).batch(0).stems[:, STEMS.index("bass"), 0]
        power = torch.fft.rfft(bass * torch.hann_window(bass.shape[-1])).abs().square()
        share = power / power.sum(-1, keepdim=True)
        return float((1.0 / share.square().sum(-1)).mean())

    assert spread(1.0) > 1.2 * spread(0.0)
