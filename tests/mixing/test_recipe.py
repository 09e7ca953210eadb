from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from remixer.errors import InputError, OutputError, UsageError
from remixer.mixing.controls import DEFAULT
from remixer.mixing.naming import file_name
from remixer.mixing.recipe import Recipe, load_recipe, save_recipe

FADERS = DEFAULT.with_stem("vocals", gain_db=-math.inf).with_stem("residual", solo=True)


def test_a_mix_is_saved_and_loaded_whole(tmp_path: Path) -> None:
    recipe = Recipe(Path("/music/é 🎵.mp3"), "abc", "live-1", FADERS, (1, 2), 3, ((5, DEFAULT), (9, FADERS)))
    save_recipe(tmp_path / "mix.json", recipe)
    assert load_recipe(tmp_path / "mix.json") == recipe
    assert [path.name for path in tmp_path.iterdir()] == ["mix.json"]
    assert "Infinity" not in (tmp_path / "mix.json").read_text("utf-8")


def test_a_path_that_is_no_text_survives(tmp_path: Path) -> None:
    recipe = Recipe(Path(os.fsdecode(b"/music/\xff.wav")), "abc")
    save_recipe(tmp_path / "mix.json", recipe)
    assert load_recipe(tmp_path / "mix.json").source == recipe.source


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 99}', '{"version": 1, "source": 3}'])
def test_a_damaged_mix_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "mix.json").write_text(text)
    with pytest.raises(UsageError):
        load_recipe(tmp_path / "mix.json")


def test_a_missing_mix_and_a_missing_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_recipe(tmp_path / "mix.json")
    with pytest.raises(OutputError):
        save_recipe(tmp_path / "none" / "mix.json", Recipe(Path("a"), "b"))


def test_a_template_makes_names_that_every_file_system_takes() -> None:
    assert file_name("{song} - {stem}", song="AC/DC: Live?", stem="vocals") == "AC_DC_ Live_ - vocals"
    assert file_name("{n:>02} {model}", n=3, model="a") == "03 a"
    assert file_name("{song}/{stem}", song="..", stem="x") == "_/x"


def test_long_fields_are_cut_so_that_a_name_fits_any_file_system() -> None:
    for letter in ("x", "é", "🎵"):
        name = file_name("{song} - {artist}", song=letter * 300, artist=f"{letter * 300}.")
        assert 200 < len(name.encode()) <= 240 and name.replace(" - ", "") == letter * (len(name) - 3)
    assert file_name("{song}", song=f"{'x' * 109}. and more") == "x" * 109


@pytest.mark.parametrize("template", ["{artst}", "{song", "{song.__class__}", "", "a//b", "{0}"])
def test_a_wrong_template_is_refused(template: str) -> None:
    with pytest.raises(UsageError):
        file_name(template, song="a", stem="b")
