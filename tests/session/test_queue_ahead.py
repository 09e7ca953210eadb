"""The songs that wait are prepared, and looked at no more than that takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from remixer.session.ahead import Ahead


class KnownSong:
    """A song whose stems come at some time, and which counts how often they are looked for."""

    def __init__(self, song_id: str, complete: bool) -> None:
        self.id, self.complete, self.looks = song_id, complete, 0

    def take(self, take_id: str) -> Any:
        self.looks += 1
        return SimpleNamespace(complete=self.complete)


def test_a_song_that_is_finished_is_not_looked_at_again() -> None:
    songs = [KnownSong("front", True), KnownSong("finished", True), KnownSong("next", False)]
    begun: list[KnownSong] = []
    playlist: Any = SimpleNamespace(
        items=[SimpleNamespace(state="ready", song=song) for song in songs], current_index=0
    )
    background: Any = SimpleNamespace(card=SimpleNamespace(take_id="a"), separate_ahead=begun.append)
    separation: Any = SimpleNamespace(state="done")
    ahead = Ahead(playlist, background)
    for _ in range(3):
        ahead.poll(separation)
    assert begun == [songs[2]] * 3 and songs[1].looks == 1
    songs[2].complete = True
    background.card.take_id = "b"
    ahead.poll(separation)
    assert songs[1].looks == 2 and len(begun) == 3
