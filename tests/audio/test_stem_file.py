"""Stem files: five tracks of one length that any player opens, and a manifest that DJ programs find."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from remixer.audio.decode import read
from remixer.audio.encode import STEM_FORMAT, Encoder, Encoding, format_of
from remixer.audio.stem_file import STEM_ORDER, put_manifest
from remixer.audio.tags import Tags, read_tags
from remixer.errors import OutputError

Audio = NDArray[np.float32]
TAGS = Tags((("title", "Été"), ("artist", "A")), b"\x89PNG\r\n\x1a\n" + b"picture")


@pytest.fixture
def tracks(sweep: Callable[..., Audio]) -> Audio:
    """Mix and stems side by side."""
    stems = [sweep(seconds=2.0) * np.float32(share) for share in (0.3, 0.2, 0.1, 0.05)]
    return np.concatenate([sum(stems), *stems], axis=1, dtype=np.float32)


def _write(path: Path, tracks: Audio, rate: int = 44_100) -> None:
    with Encoder(path, rate, Encoding(STEM_FORMAT), TAGS) as encoder:
        for start in range(0, len(tracks), 30_000):
            encoder.write(tracks[start : start + 30_000])


def _track(path: Path, number: int) -> Audio:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=number)]
    return np.concatenate(frames, axis=1).T


def _atoms(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        assert size >= 8 and at + size <= len(content)
        yield kind, content[at + 8 : at + size]
        at += size


def _inside(content: bytes, *path: bytes) -> bytes:
    for kind in path:
        (content,) = (body for found, body in _atoms(content) if found == kind)
    return content


def test_the_tracks_are_mix_and_stems_and_a_player_plays_the_mix(tmp_path: Path, tracks: Audio) -> None:
    path = tmp_path / "a.stem.mp4"
    _write(path, tracks)
    with av.open(str(path)) as container:
        streams = container.streams.audio
        assert [stream.codec_context.name for stream in streams] == ["aac"] * 5
        assert [bool(stream.disposition & 1) for stream in streams] == [True, False, False, False, False]
        assert {stream.duration * stream.time_base for stream in streams} == {len(tracks) / 44_100}
    found = [_track(path, number)[: len(tracks)] for number in range(5)]
    for number, track in enumerate(found):
        wanted = tracks[:, 2 * number : 2 * number + 2]
        assert np.sqrt(np.mean((track - wanted) ** 2)) < 0.02 * np.sqrt(np.mean(wanted**2))
    assert np.sqrt(np.mean((sum(found[1:]) - found[0]) ** 2)) < 0.02 * np.sqrt(np.mean(found[0] ** 2))
    heard, rate = read(path)
    assert rate == 44_100 and np.array_equal(heard, found[0])


def test_the_manifest_names_the_stems(tmp_path: Path, tracks: Audio) -> None:
    path = tmp_path / "a.stem.mp4"
    _write(path, tracks)
    told = json.loads(_inside(path.read_bytes(), b"moov", b"udta", b"stem"))
    assert told["version"] == 1
    assert [stem["name"].lower() for stem in told["stems"]] == list(STEM_ORDER)
    assert all(len(stem["color"]) == 7 and stem["color"].startswith("#") for stem in told["stems"])
    assert not any(told["mastering_dsp"][part]["enabled"] for part in ("compressor", "limiter"))


def test_tags_and_cover_stand_beside_the_manifest(tmp_path: Path, tracks: Audio) -> None:
    path = tmp_path / "a.stem.mp4"
    _write(path, tracks)
    found = read_tags(path)
    assert sorted(found.items) == sorted(TAGS.items) and found.cover == TAGS.cover


def test_a_rate_that_aac_does_not_know_is_changed_for_all_tracks(tmp_path: Path) -> None:
    path = tmp_path / "a.stem.mp4"
    _write(path, np.zeros((192_000, 10), np.float32), 192_000)
    with av.open(str(path)) as container:
        assert {(stream.rate, stream.duration) for stream in container.streams.audio} == {(96_000, 96_000)}


def test_nothing_is_left_of_a_file_that_broke_off(tmp_path: Path, tracks: Audio) -> None:
    with pytest.raises(KeyError), Encoder(tmp_path / "a.stem.mp4", 44_100, Encoding(STEM_FORMAT)) as encoder:
        encoder.write(tracks)
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    _write(tmp_path / "a.stem.mp4", tracks)
    with pytest.raises(OutputError, match="exists already"):
        _write(tmp_path / "a.stem.mp4", tracks)


def test_a_file_of_another_kind_gets_no_manifest(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content in (b"", struct.pack(">I4s", 16, b"moov") + bytes(8) + struct.pack(">I4s", 8, b"free")):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="moov"):
            put_manifest(path, b"{}")
        assert path.read_bytes() == content


def test_the_ending_of_a_name_says_the_format() -> None:
    names = ("a.stem.mp4", "A.STEM.MP4", "a.b.FLAC", "a")
    assert [format_of(Path(name)) for name in names] == [STEM_FORMAT, STEM_FORMAT, "flac", "wav"]
