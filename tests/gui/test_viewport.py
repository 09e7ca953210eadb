"""The part of the song that is seen, and numbers in words."""

from __future__ import annotations

import math

import pytest

from remixer.gui.viewport import Viewport
from remixer.gui.words import byte_size, clock, milliseconds, percent, time_left


def test_zooming_keeps_a_frame_in_its_place() -> None:
    view = Viewport.whole(100_000).zoomed(4.0, 25_000)
    assert view.span == 25_000
    assert (25_000 - view.start) / view.span == pytest.approx(0.25)


def test_the_view_stays_within_the_song() -> None:
    view = Viewport.whole(100_000).zoomed(10.0, 0)
    assert view.scrolled(-5000).start == 0
    assert view.scrolled(10**9).end == 100_000
    assert view.zoomed(0.001, 5000) == Viewport.whole(100_000)
    assert view.centred(99_999).end == 100_000


def test_zooming_in_ends_where_samples_are_seen() -> None:
    view = Viewport.whole(100_000)
    for _ in range(50):
        view = view.zoomed(2.0, 50_000)
    assert view.span == 2048


def test_a_song_shorter_than_the_closest_view_is_seen_whole() -> None:
    assert Viewport.whole(100).zoomed(2.0, 50) == Viewport.whole(100)


def test_the_view_is_turned_over_when_the_playhead_runs_out_of_it() -> None:
    view = Viewport.whole(100_000).zoomed(10.0, 0)
    assert view.following(5000) is view
    turned = view.following(9900)
    assert turned.start < 9900 < turned.end and turned.start > view.start
    assert view.following(80_000).start == 79_000


def test_a_song_that_turns_out_longer_stays_seen_whole() -> None:
    assert Viewport.whole(1000).resized(2000) == Viewport.whole(2000)
    zoomed = Viewport.whole(100_000).zoomed(10.0, 0)
    assert (zoomed.resized(200_000).start, zoomed.resized(200_000).span) == (0, 10_000)


@pytest.mark.parametrize(
    ("seconds", "step", "text"),
    [
        (0, 1, "0:00"),
        (61.2, 1, "1:01"),
        (59.999, 1, "1:00"),
        (3725, 1, "1:02:05"),
        (math.nan, 1, "0:00"),
        (-3, 1, "0:00"),
        (61.27, 0.1, "1:01.3"),
        (1.25, 0.05, "0:01.25"),
    ],
)
def test_places_are_told_as_clocks_tell_them(seconds: float, step: float, text: str) -> None:
    assert clock(seconds, step) == text


def test_numbers_are_said_as_people_read_them() -> None:
    assert [time_left(value) for value in (None, 0.2, 59, 100, 7200)] == [
        "", "1 s left", "59 s left", "2 min left", "2.0 h left",
    ]  # fmt: skip
    assert [milliseconds(value) for value in (None, 11.61, 83.6)] == ["–", "11.6 ms", "84 ms"]
    assert [percent(value) for value in (0, 0.999, 1)] == ["0 %", "99 %", "100 %"]
    assert [byte_size(value) for value in (8 * 2**20, 4.25 * 2**30)] == ["8 MiB", "4.2 GiB"]
