from __future__ import annotations

import math

import numpy as np
import pytest

from remixer.errors import UsageError
from remixer.mixing.controls import DEFAULT, STEMS, Controls


def test_faders_at_rest_are_exactly_one() -> None:
    assert np.array_equal(DEFAULT.gains(STEMS), np.ones((5, 2), np.float32))


def test_several_solos_are_heard_together_and_silence_the_rest() -> None:
    gains = DEFAULT.with_stem("vocals", solo=True).with_stem("bass", solo=True).gains(STEMS)
    assert gains[:, 0].tolist() == [1, 0, 1, 0, 0]


def test_the_residual_can_be_soloed() -> None:
    assert DEFAULT.with_stem("residual", solo=True).gains(STEMS)[:, 0].tolist() == [0, 0, 0, 0, 1]


def test_mute_wins_over_solo() -> None:
    assert not DEFAULT.with_stem("vocals", solo=True, mute=True).gains(STEMS).any()


def test_a_solo_of_a_stem_that_is_not_there_silences_the_others() -> None:
    assert not DEFAULT.with_stem("choir", solo=True).gains(STEMS).any()


def test_pan_is_a_balance_that_leaves_the_centre_alone() -> None:
    assert DEFAULT.with_stem("bass", pan=0.25).gains(STEMS)[2].tolist() == [0.75, 1.0]
    assert DEFAULT.with_stem("bass", pan=-1.0).gains(STEMS)[2].tolist() == [1.0, 0.0]


def test_minus_infinity_is_silence_and_the_master_scales_everything() -> None:
    controls = DEFAULT.with_stem("vocals", gain_db=-math.inf).with_master(-6.0)
    gains = controls.gains(STEMS)
    assert gains[0].tolist() == [0, 0]
    assert gains[1, 0] == pytest.approx(10 ** (-6 / 20))
    assert controls.strip_gains(STEMS)[1, 0] == 1.0


def test_controls_are_written_and_read_back() -> None:
    controls = (
        DEFAULT.with_stem("vocals", gain_db=-math.inf, mute=True)
        .with_stem("residual", pan=0.5)
        .with_master(3)
    )
    assert Controls.from_plain(controls.to_plain()) == controls


@pytest.mark.parametrize(
    "changes", [{"gain_db": 12.1}, {"gain_db": math.nan}, {"pan": 1.5}, {"pan": math.nan}]
)
def test_values_out_of_range_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        DEFAULT.with_stem("vocals", **changes)


def test_damaged_controls_are_refused_with_a_sentence() -> None:
    with pytest.raises(UsageError, match="damaged"):
        Controls.from_plain({"stems": {"vocals": {}}})
