"""Files are written whole or not at all, and say what was put into them."""

from __future__ import annotations

import errno
import shutil
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from remixer.audio.decode import probe, read
from remixer.audio.encode import FORMATS, Bits, Encoder, Encoding, check, quantised
from remixer.audio.tags import Tags, read_tags, write_tags
from remixer.audio.wav_file import WavFile
from remixer.errors import OutputError, UsageError

Audio = NDArray[np.float32]
Lag = Callable[[Audio, Audio], int]

PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture"
TAGS = Tags(
    (
        ("title", "Été 歌"),
        ("artist", "A"),
        ("album", "B"),
        ("date", "1999"),
        ("genre", "Pop"),
        ("tracknumber", "3/9"),
    ),
    PICTURE,
)


@pytest.mark.parametrize(
    ("kind", "bits"), [("wav", "16"), ("wav", "24"), ("wav", "float"), ("flac", "16"), ("flac", "24")]
)
def test_lossless_files_hold_the_rounded_samples(
    tmp_path: Path, sweep: Callable[..., Audio], kind: str, bits: Bits
) -> None:
    audio = sweep() * np.float32(1.1)
    with Encoder(tmp_path / f"a.{kind}", 44_100, Encoding(kind, bits)) as encoder:
        for start in range(0, len(audio), 1000):
            encoder.write(audio[start : start + 1000])
    found = soundfile.read(tmp_path / f"a.{kind}", dtype="float32")[0]
    assert np.array_equal(found, quantised(audio, bits))
    assert np.abs(found - audio).max() <= {"16": 2.0**-16, "24": 2.0**-24, "float": 0}[bits]


@pytest.mark.parametrize("bits", ["16", "24"])
def test_reading_and_writing_again_changes_nothing(
    tmp_path: Path, sweep: Callable[..., Audio], bits: Bits
) -> None:
    first = quantised(sweep(), bits)
    first[0] = [-1.0, 1 - 2.0 ** (1 - int(bits))]
    with Encoder(tmp_path / "a.wav", 44_100, Encoding("wav", bits)) as encoder:
        encoder.write(first)
    assert np.array_equal(read(tmp_path / "a.wav")[0], first)


def test_what_exceeds_full_scale_is_held_in_integers_and_kept_in_float(tmp_path: Path) -> None:
    loud = np.array([[2.0, -2.0], [0.5, -0.5]], np.float32)
    for bits in ("16", "24", "float"):
        with Encoder(tmp_path / f"{bits}.wav", 44_100, Encoding("wav", bits)) as encoder:  # type: ignore[arg-type]
            encoder.write(loud)
    assert np.array_equal(read(tmp_path / "float.wav")[0], loud)
    held = read(tmp_path / "16.wav")[0]
    assert held[0].tolist() == [1 - 2.0**-15, -1.0]
    assert held[1].tolist() == [0.5, -0.5]


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_takes_every_rate(
    tmp_path: Path, sweep: Callable[..., Audio], lag_frames: Lag, kind: str, rate: int
) -> None:
    audio = sweep(rate=rate, seconds=0.7)
    path = tmp_path / f"a.{kind}"
    with Encoder(path, rate, Encoding(kind)) as encoder:
        encoder.write(audio)
        meant = encoder.rate
    found, found_rate = read(path)
    assert found_rate == meant == Encoding(kind).rate_for(rate)
    assert len(found) == round(len(audio) * meant / rate)
    if meant == rate:
        assert lag_frames(found, audio) == 0


def test_the_rate_of_a_file_is_the_songs_or_the_next_the_format_knows() -> None:
    assert [Encoding("mp3").rate_for(rate) for rate in (44_100, 96_000, 88_200, 8_000)] == [
        44100,
        48000,
        44100,
        16000,
    ]
    assert [Encoding("m4a").rate_for(rate) for rate in (96_000, 192_000, 176_400)] == [96_000, 96_000, 88_200]
    assert [Encoding("wav").rate_for(rate) for rate in (8_000, 192_000)] == [8_000, 192_000]
    assert Encoding("opus").rate_for(44_100) == 48_000


def test_long_ogg_files_do_not_crash_the_encoder(tmp_path: Path) -> None:
    with Encoder(tmp_path / "a.ogg", 8_000, Encoding("ogg")) as encoder:
        encoder.write(np.zeros((4_000_000, 2), np.float32))
    assert probe(tmp_path / "a.ogg").frames == 4_000_000


@pytest.mark.parametrize("kind", FORMATS)
def test_tags_and_cover_are_kept(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    with Encoder(path, 44_100, Encoding(kind), TAGS) as encoder:
        encoder.write(np.zeros((9000, 2), np.float32))
    found = read_tags(path)
    assert sorted(found.items) == sorted(TAGS.items)
    assert found.cover == PICTURE
    assert found.title == "Été 歌"
    assert len(read(path)[0]) == round(9000 * Encoding(kind).rate_for(44_100) / 44_100)


def test_a_cover_too_large_for_flac_is_left_out_and_the_rest_is_written(tmp_path: Path) -> None:
    tags = Tags((("title", "A"),), PICTURE + bytes(2**24))
    with Encoder(tmp_path / "a.flac", 44_100, Encoding("flac"), tags) as encoder:
        encoder.write(np.zeros((9000, 2), np.float32))
    assert read_tags(tmp_path / "a.flac") == Tags(tags.items)
    assert len(read(tmp_path / "a.flac")[0]) == 9000


def test_tags_of_nothing_readable_are_empty(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"nothing")
    assert read_tags(tmp_path / "a.mp3") == read_tags(tmp_path / "missing.mp3") == Tags()
    write_tags(tmp_path / "missing.mp3", Tags())


def test_an_existing_file_is_not_overwritten_unless_told_so(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        Encoder(path, 44_100, Encoding())
    assert path.read_bytes() == b"precious"
    with Encoder(path, 44_100, Encoding(), overwrite=True) as encoder:
        encoder.write(np.zeros((100, 2), np.float32))
    assert probe(path).frames == 100


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with pytest.raises(OutputError, match="exists already"), Encoder(path, 44_100, Encoding()):
        path.write_bytes(b"precious")
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", FORMATS)
def test_an_error_on_the_way_leaves_nothing(tmp_path: Path, kind: str) -> None:
    with pytest.raises(KeyError), Encoder(tmp_path / f"a.{kind}", 44_100, Encoding(kind)) as encoder:
        encoder.write(np.zeros((10_000, 2), np.float32))
        assert not (tmp_path / f"a.{kind}").exists()
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 40 kB, as on a disk that is nearly full."""
    resource = pytest.importorskip("resource")
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_said_so_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, (200_000, 2)).astype(np.float32)
    with (
        pytest.raises(OutputError, match="could not be written"),
        Encoder(tmp_path / f"a.{kind}", 44_100, Encoding(kind)) as encoder,
    ):
        for start in range(0, len(noise), 20_000):
            encoder.write(noise[start : start + 20_000])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr(WavFile, "write", _refuse)
    with (
        pytest.raises(OutputError, match="disk is full"),
        Encoder(tmp_path / "a.wav", 44_100, Encoding()) as encoder,
    ):
        encoder.write(np.zeros((100, 2), np.float32))


def _refuse(*_: object) -> None:
    raise OSError


def test_bad_targets_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        check([tmp_path / "missing" / "a.wav"], overwrite=False)
    with pytest.raises(OutputError, match="is a folder"):
        check([tmp_path], overwrite=True)
    if sys.platform == "linux":
        with pytest.raises(OutputError, match=r"could not be written|may not be written"):
            Encoder(Path("/proc/a.wav"), 44_100, Encoding())


@pytest.mark.skipif(sys.platform == "win32", reason="the system says it in other words there")
def test_what_the_system_does_not_even_look_at_is_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutputError, match=r"cannot be written: File name too long\.$"):
        check([tmp_path / ("y" * 300 + ".wav")], overwrite=False)

    def closed(path: Path, **_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    with (
        monkeypatch.context() as patch,
        pytest.raises(OutputError, match=r"“a\.wav” cannot be written: Permission denied\.$"),
    ):
        patch.setattr(Path, "stat", closed)
        check([tmp_path / "a.wav"], overwrite=True)


def test_wrong_formats_are_refused() -> None:
    for kind, bits, word in [("xyz", "24", "xyz"), ("wav", "12", "12"), ("flac", "float", "float")]:
        with pytest.raises(UsageError, match=word):
            Encoding(kind, bits)  # type: ignore[arg-type]


def test_a_wav_beyond_its_limit_becomes_rf64(tmp_path: Path) -> None:
    audio = np.arange(20_000, dtype=np.float32).reshape(-1, 2) / 40_000
    for limit, magic in ((10_000, b"RF64"), (2**31, b"RIFF")):
        file = WavFile(tmp_path / "a.wav", 44_100, "float", largest=limit)
        file.write(audio)
        file.close()
        head = (tmp_path / "a.wav").read_bytes()[:80]
        assert head[:4] == magic
        if magic == b"RF64":
            assert struct.unpack("<Q", head[28:36])[0] == audio.nbytes
        assert np.array_equal(read(tmp_path / "a.wav")[0], audio)


def test_a_folder_here_with_a_colon_is_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mixes:2024").mkdir()
    path = Path("mixes:2024/a.m4a")
    with Encoder(path, 44_100, Encoding("m4a"), TAGS) as encoder:
        encoder.write(np.zeros((5000, 2), np.float32))
    assert len(read(path)[0]) == 5000


def test_a_name_of_any_kind_is_written(tmp_path: Path) -> None:
    for name in (
        "é歌🎵 .wav",
        "y" * 250 + ".wav",
        *(["\udcff.flac", "\udcff.m4a"] if sys.platform == "linux" else []),
    ):
        path = tmp_path / name
        with Encoder(path, 44_100, Encoding(path.suffix[1:]), TAGS) as encoder:
            encoder.write(np.zeros((5000, 2), np.float32))
        assert len(read(path)[0]) == 5000
