"""A model folder is taken whole or refused with one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from remixer.errors import ModelError, UsageError
from remixer.separation.card import ModelCard, load_card, verify
from remixer.separation.catalog import load_catalog
from remixer.separation.classic import CLASSIC
from remixer.separation.separator import open_separator

Tiny = Callable[..., ModelCard]


def _edit(card: ModelCard, old: str, new: str) -> Path:
    assert card.folder is not None
    path = card.folder / "model.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return card.folder


def test_a_card_says_what_its_manifest_says(tiny: Tiny) -> None:
    card = tiny("streaming")
    assert card.stems == ("vocals", "drums", "bass", "other")
    assert card.take_id == f"tiny-streaming-{card.sha256[:8]}"
    assert card.latency_ms == pytest.approx((64 + 16) * 1000 / 44_100)
    assert card.weights_for("onnxruntime") is not None
    assert card.weights_for("torch") is None
    assert tiny("whole").latency_ms is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('network = "tiny"\n', "", "lacks “network”"),
        ("parameters = 4", "parameters = 4\nsize = 3", "unknown entry “size”"),
        ("segment_frames", "segments", "unknown entry “offline.segments”"),
        ('kind = "whole"', 'kind = "pickle"', "the kind “pickle”"),
        ('kind = "whole"', 'kind = "classic"', "the kind “classic”"),
        ("rate = 44100", "rate = 44100.0", "a float as “rate”"),
        ("rate = 44100", "rate = true", "a bool as “rate”"),
        ("rate = 44100", "rate = 1", "a rate of 1 Hz"),
        ("channels = 2", "channels = 6", "6 channels"),
        ('"drums"', '"vocals"', "not different names"),
        ("model.onnx", "other.onnx", "lacks its weights “other.onnx”"),
        ("model.onnx", "../tiny-whole/model.onnx", "lacks its weights"),
        ("[weights.onnx]", "[weights.pickle]", "unknown entry “weights.pickle”"),
        ('id = "tiny-whole"', 'id = "../x"', "no plain name"),
        ("[offline]", "[offline", "no valid TOML"),
    ],
)
def test_a_wrong_manifest_is_one_sentence(tiny: Tiny, old: str, new: str, said: str) -> None:
    folder = _edit(tiny("whole"), old, new)
    with pytest.raises(ModelError) as caught:
        load_card(folder)
    assert said in caught.value.message
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message


def test_a_streaming_model_needs_a_hop(tiny: Tiny) -> None:
    folder = _edit(tiny("streaming"), "hop_frames = 64", "hop_frames = 0")
    with pytest.raises(ModelError, match="no hop"):
        load_card(folder)


def test_a_folder_without_manifest_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no readable model\.toml"):
        load_card(tmp_path)


def test_damaged_weights_are_refused_when_opened(tiny: Tiny) -> None:
    card = tiny("whole")
    card.weights[0].file.write_bytes(card.weights[0].file.read_bytes() + b"x")
    with pytest.raises(ModelError, match="damaged"):
        open_separator(card)
    card.weights[0].file.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        verify(card.weights[0], card.id)


def test_the_catalog_lists_all_models_and_says_what_is_broken(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "remixer.separation.catalog.models_dirs", lambda: [tmp_path / "models", tmp_path / "no"]
    )
    tiny("streaming")
    tiny("whole")
    _edit(tiny("whole", id="broken"), 'kind = "whole"', 'kind = "half"')
    catalog = load_catalog()
    assert [card.id for card in catalog] == ["tiny-streaming", "tiny-whole", "classic"]
    assert len(catalog.faults) == 1
    assert "broken" in catalog.faults[0]
    assert catalog.get("classic") is CLASSIC
    assert catalog.default_offline().id == "tiny-whole"
    live = catalog.default_live()
    assert live is not None
    assert live.id == "tiny-streaming"
    with pytest.raises(UsageError, match="tiny-streaming, tiny-whole, classic"):
        catalog.get("nothing")


def test_a_folder_that_may_not_be_looked_into_is_left_out_with_a_sentence(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / ("models" * 60)
    monkeypatch.setattr("remixer.separation.catalog.models_dirs", lambda: [closed, tmp_path / "models"])
    tiny("whole")
    catalog = load_catalog()
    assert [card.id for card in catalog] == ["tiny-whole", "classic"]
    assert len(catalog.faults) == 1
    assert "cannot be looked into" in catalog.faults[0]


def test_without_models_the_classic_separator_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remixer.separation.catalog.models_dirs", lambda: [tmp_path])
    catalog = load_catalog()
    assert catalog.default_offline() is CLASSIC
    assert catalog.default_live() is None


def test_a_second_model_of_the_same_name_is_left_out(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / "one", tmp_path / "two"]
    monkeypatch.setattr("remixer.separation.catalog.models_dirs", lambda: places)
    first = tiny("whole", place=places[0])
    tiny("whole", place=places[1])
    catalog = load_catalog()
    assert catalog.get("tiny-whole").folder == first.folder
    assert len(catalog.faults) == 1
