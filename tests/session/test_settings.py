"""Settings and the other small files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from remixer.errors import OutputError
from remixer.session.notices import Notices
from remixer.session.store import Desk, Store
from remixer.settings import Settings, load_settings, save_settings


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    wanted = Settings(
        cache_limit_gib=3.5, model="classic", theme="light", play_on_open=False, export_bits="float"
    )
    save_settings(path, wanted)
    assert load_settings(path) == wanted
    assert [found.name for found in path.parent.iterdir()] == ["settings.json"]


def test_missing_settings_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.json") == Settings()


@pytest.mark.parametrize("text", ["", "[]", "{", "nonsense", '"x"'])
def test_damaged_settings_are_the_defaults(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, "utf-8")
    assert load_settings(path) == Settings()


def test_entries_that_make_no_sense_are_passed_over_and_the_others_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    odd = {
        "theme": "pink",
        "cache_limit_gib": -1,
        "model": 7,
        "cushion": 9,
        "from_the_future": 1,
        "device": "cpu",
        "follow": 1,
    }
    path.write_text(json.dumps(odd), "utf-8")
    assert load_settings(path) == Settings(device="cpu")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="could not be saved"):
        save_settings(tmp_path / "file" / "settings.json", Settings())


def test_the_desk_comes_back_with_any_path(tmp_path: Path) -> None:
    odd = "/music/" + (os.fsdecode(b"caf\xe9.wav") if os.name != "nt" else "café.wav")
    desk = Desk(("/music/日本 🎵.flac", odd), 1, "Title", 61.5, True)
    Store(tmp_path).save_desk(desk)
    assert Store(tmp_path).load_desk() == desk


@pytest.mark.parametrize("text", ["{", "[1]", '{"paths": 3}', '{"current": "x"}'])
def test_a_damaged_desk_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "session.json").write_text(text, "utf-8")
    assert Store(tmp_path).load_desk() == Desk()


def test_the_same_sentence_stands_only_once() -> None:
    notices = Notices()
    notices.say("No.")
    notices.say("No.")
    notices.say("Yes.", "error", "logs")
    assert [notice.text for notice in notices.current()] == ["No.", "Yes."]
    notices.dismiss(notices.current()[0].number)
    assert [notice.text for notice in notices.current()] == ["Yes."]
