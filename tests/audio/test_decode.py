"""Any sound file becomes stereo float32 at its own rate, or one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from remixer.audio.decode import blocks, probe, read
from remixer.audio.encode import Encoder, Encoding
from remixer.errors import InputError

Audio = NDArray[np.float32]
Make = Callable[..., Path]
Lag = Callable[[Audio, Audio], int]


@pytest.mark.parametrize(
    "rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000]
)
def test_every_usual_rate_is_kept(wav: Make, rate: int) -> None:
    path = wav(rate=rate)
    audio, found = read(path)
    assert found == probe(path).rate == rate
    assert np.array_equal(audio, soundfile.read(path, dtype="float32")[0])


@pytest.mark.parametrize(
    ("name", "subtype", "bits"),
    [
        ("a.wav", "PCM_U8", 8), ("a.wav", "PCM_16", 16), ("a.wav", "PCM_24", 24), ("a.wav", "PCM_32", 32),
        ("a.wav", "FLOAT", 32), ("a.wav", "DOUBLE", 64), ("a.aiff", "PCM_24", 24), ("a.flac", "PCM_16", 16),
        ("a.flac", "PCM_24", 24), ("a.caf", "PCM_24", 24), ("a.rf64", "PCM_24", 24), ("a.w64", "PCM_16", 16),
        ("a.wav", "ULAW", None), ("a.ogg", "VORBIS", None), ("a.mp3", "MPEG_LAYER_III", None),
    ],
)  # fmt: skip
def test_what_libsndfile_reads_is_read_bit_for_bit(
    wav: Make, name: str, subtype: str, bits: int | None
) -> None:
    path = wav(name, subtype)
    audio, _ = read(path)
    info = probe(path)
    assert np.array_equal(audio, soundfile.read(path, dtype="float32")[0])
    assert (info.bits, info.channels, info.note) == (bits, 2, "")
    assert info.frames == len(audio) == 44_100


@pytest.mark.parametrize("codec", ["alac", "flac", "wavpack", "pcm_s24le"])
def test_lossless_codecs_ffmpeg_reads_are_exact(
    tmp_path: Path, sweep: Callable[..., Audio], codec: str
) -> None:
    meant = np.rint(sweep() * 2**15) / np.float32(2**15)
    ending = {"alac": "m4a", "flac": "mka", "wavpack": "wv", "pcm_s24le": "mka"}[codec]
    path = _by_ffmpeg(tmp_path / f"song.{ending}", codec, meant, 44_100)
    audio, rate = read(path)
    assert rate == 44_100
    assert np.array_equal(audio, meant)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.m4a", "aac"), ("a.mp4", "aac"), ("a.aac", "aac"), ("a.wma", "wmav2"), ("a.ac3", "ac3"),
     ("a.mka", "libopus"), ("a.webm", "libopus"), ("a.mp2", "mp2")],
)  # fmt: skip
def test_lossy_codecs_ffmpeg_reads_sound_the_same(
    tmp_path: Path, sweep: Callable[..., Audio], lag_frames: Lag, name: str, codec: str
) -> None:
    meant = sweep(rate=48_000)
    audio, rate = read(_by_ffmpeg(tmp_path / name, codec, meant, 48_000))
    late = lag_frames(audio, meant)
    assert rate == 48_000
    assert late == {"a.aac": 1024, "a.mp2": 481, "a.wma": -2048}.get(name, late if name == "a.ac3" else 0)
    n = min(len(audio), len(meant)) - 4096
    heard, said = audio[max(0, late) + 2048 : n], meant[max(0, -late) + 2048 : n]
    n = min(len(heard), len(said))
    assert np.sqrt(np.mean((heard[:n] - said[:n]) ** 2)) < 0.05


@pytest.mark.parametrize("name", ["a.m4a", "a.mp3", "a.ogg", "a.opus"])
def test_compressed_songs_have_their_exact_length(
    tmp_path: Path, sweep: Callable[..., Audio], lag_frames: Lag, name: str
) -> None:
    meant = sweep(rate=48_000)[:45_678]
    with Encoder(tmp_path / name, 48_000, Encoding(name[2:])) as encoder:
        encoder.write(meant)
    audio, _ = read(tmp_path / name)
    assert len(audio) == len(meant)
    assert lag_frames(audio, meant) == 0


def test_mono_is_doubled(wav: Make) -> None:
    audio, _ = read(wav(channels=1))
    assert audio.shape == (44_100, 2)
    assert np.array_equal(audio[:, 0], audio[:, 1])
    assert probe(wav(channels=1)).channels == 1


def test_surround_is_folded_by_bs_775(tmp_path: Path) -> None:
    for channel, (left, right) in enumerate(
        [(1, 0), (0, 1), (0.7071, 0.7071), (0, 0), (0.7071, 0), (0, 0.7071)]
    ):
        audio = np.zeros((1000, 6), np.float32)
        audio[:, channel] = 0.5
        soundfile.write(tmp_path / "surround.wav", audio, 48_000, subtype="FLOAT")
        folded, _ = read(tmp_path / "surround.wav")
        assert folded[500] == pytest.approx([0.5 * left, 0.5 * right], abs=1e-4)
    assert probe(tmp_path / "surround.wav").note == "5.1 folded to stereo (ITU-R BS.775)"


def test_a_flac_cut_out_of_another_is_read(tmp_path: Path) -> None:
    whole = np.random.default_rng(0).uniform(-0.5, 0.5, (132_300, 2))
    soundfile.write(tmp_path / "whole.flac", whole, 44_100)
    with av.open(str(tmp_path / "whole.flac")) as source, av.open(str(tmp_path / "part.flac"), "w") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in [one for one in source.demux(audio=0) if one.dts is not None][1:]:
            packet.stream = stream
            target.mux(packet)
    part, rate = read(tmp_path / "part.flac")
    assert rate == 44_100 and 120_000 < len(part) < 132_300
    assert np.abs(part - whole[-len(part) :]).max() < 2**-15


@pytest.mark.parametrize("channels", [3, 4, 5, 7, 8])
def test_other_surrounds_are_folded_too(tmp_path: Path, channels: int) -> None:
    audio = np.full((1000, channels), 0.1, np.float32)
    soundfile.write(tmp_path / "surround.flac", audio, 48_000)
    folded, _ = read(tmp_path / "surround.flac")
    assert folded.shape == (1000, 2)
    assert (folded[500] > 0.09).all()
    assert "folded to stereo" in probe(tmp_path / "surround.flac").note


def test_eight_planes_of_a_lossy_codec_are_read(tmp_path: Path) -> None:
    path = tmp_path / "surround.m4a"
    with av.open(str(path), "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=48_000, layout="7.1")
        stream.bit_rate = 512_000
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8 * 9600), np.int16), format="s16", layout="7.1")
        frame.sample_rate, frame.pts = 48_000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert read(path)[0].shape == (9600, 2)


def test_more_than_eight_channels_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "dome.wav", np.zeros((1000, 16)), 48_000)
    with pytest.raises(InputError, match="16 channels"):
        probe(tmp_path / "dome.wav")


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
@pytest.mark.parametrize(
    "name", ["été.wav", "歌.wav", "🎵 song.wav", "a b.wav", os.fsdecode(b"\xff\xfe.wav"), "x" * 240]
)
def test_any_name_is_read(wav: Make, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    wav().rename(path)
    assert len(read(path)[0]) == 44_100
    compressed = path.with_name(path.name[:200] + ".m4a")
    _by_ffmpeg(compressed, "aac", np.zeros((9000, 2), np.float32), 44_100)
    assert len(read(compressed)[0]) == 9000


@pytest.mark.parametrize("size", [1, 1000, 65_536])
def test_blocks_have_the_length_asked_for(wav: Make, size: int) -> None:
    path = wav(seconds=0.1 if size == 1 else 2.0)
    lengths = [len(block) for block in blocks(path, size)]
    assert set(lengths[:-1]) <= {size}
    assert 0 < lengths[-1] <= size
    assert sum(lengths) == probe(path).frames


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    audio = np.full((1000, 2), 0.25, np.float32)
    audio[10], audio[20], audio[30] = np.nan, np.inf, -np.inf
    soundfile.write(tmp_path / "a.wav", audio, 44_100, subtype="FLOAT")
    found, _ = read(tmp_path / "a.wav")
    assert not found[[10, 20, 30]].any()
    assert (np.delete(found, [10, 20, 30], axis=0) == 0.25).all()


def test_what_is_no_song_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.mp3").write_text("hello " * 1000)
    (tmp_path / "noise.m4a").write_bytes(np.random.default_rng(0).bytes(100_000))
    (tmp_path / "silent.wav").write_bytes(_header(0))
    for name, word in [
        ("missing.wav", "does not exist"), ("empty.wav", "empty"), ("text.mp3", "not a sound file"),
        ("noise.m4a", "not a sound file"), ("silent.wav", "no sound"), (".", "folder"),
    ]:  # fmt: skip
        with pytest.raises(InputError, match=word) as raised:
            list(blocks(tmp_path / name))
        assert raised.value.message.endswith(".")


def test_a_picture_or_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10, width=64, height=64, pix_fmt="yuv420p")
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        container.mux(stream.encode(None))
    with pytest.raises(InputError, match="no sound"):
        probe(path)


def test_a_playlist_reaches_nothing(tmp_path: Path) -> None:
    lines = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n"
    for name in ("list.m3u8", "list.mp3"):
        (tmp_path / name).write_text(lines)
        with pytest.raises(InputError):
            list(blocks(tmp_path / name))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(InputError, match="ordinary"):
        probe(tmp_path / "pipe.wav")


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.flac", "a.mp3", "a.ogg", "a.opus"])
def test_a_file_cut_off_gives_what_it_has_and_says_so(
    tmp_path: Path, sweep: Callable[..., Audio], name: str
) -> None:
    meant = sweep(rate=48_000, seconds=8)
    meant += np.random.default_rng(0).normal(0, 0.05, meant.shape).astype(np.float32)
    path = tmp_path / name
    soundfile.write(path, meant, 48_000, **({"format": "OGG", "subtype": "OPUS"} if "opus" in name else {}))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    found = 0
    with pytest.raises(InputError, match=r"cut off|damaged"):
        for block in blocks(path, 4096):
            found += len(block)
    assert found > 3 * 48_000


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_wav_streamed_to_a_pipe_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.wav").write_bytes(_header(size) + np.full(2000, 1000, "<i2").tobytes())
    assert len(read(tmp_path / "a.wav")[0]) == 1000


def test_an_mp3_that_does_not_tell_its_length_is_read_to_its_end(
    tmp_path: Path, sweep: Callable[..., Audio]
) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (44_100 * 10, 2)).astype(np.float32)
    meant = np.concatenate([noise, np.zeros((44_100 * 10, 2), np.float32), sweep(seconds=5)])
    with av.open(str(tmp_path / "a.mp3"), "w", options={"write_xing": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=44_100, layout="stereo", options={"qscale": "4"})
        stream.codec_context.flags |= av.codec.context.Flags.qscale
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(meant.T), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 44_100, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert 0 <= len(read(tmp_path / "a.mp3")[0]) - len(meant) < 5000


def test_a_file_that_vanishes_is_said_so(wav: Make) -> None:
    path = wav()
    path.unlink()
    with pytest.raises(InputError, match="does not exist"):
        next(blocks(path))


def test_a_long_file_is_read_with_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with Encoder(path, 44_100, Encoding("wav", "16")) as encoder:
        for _ in range(600):
            encoder.write(np.zeros((44_100, 2), np.float32))
    code = (
        "import resource, sys; from pathlib import Path; from remixer.audio.decode import blocks\n"
        "start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "frames = sum(len(block) for block in blocks(Path(sys.argv[1])))\n"
        "print(frames, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)\n"
    )
    if sys.platform != "linux":
        pytest.skip("the measure is Linux's")
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    frames, grown_kib = map(int, done.stdout.split())
    assert frames == 600 * 44_100
    assert grown_kib < 60_000


def _header(size: int) -> bytes:
    import struct

    riff = min(0xFFFFFFFF, size + 36)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", riff, b"WAVE", b"fmt ", 16, 1, 2, 44100, 176400, 4, 16, b"data", size
    )


def _by_ffmpeg(path: Path, codec: str, audio: Audio, rate: int) -> Path:
    planar = {
        "alac": "s16p",
        "flac": "s16",
        "wavpack": "s16p",
        "pcm_s24le": "s32",
        "libopus": "flt",
        "mp2": "s16",
    }
    kind = planar.get(codec, "fltp")
    scale = {"s16": 2**15, "s16p": 2**15, "s32": 2**31}.get(kind)
    data = (
        audio
        if scale is None
        else np.rint(audio.astype(np.float64) * scale).astype(f"i{2 if '16' in kind else 4}")
    )
    planes = data.T if kind.endswith("p") else data.reshape(1, -1)
    with av.open(str(path), "w", format={".m4a": "ipod"}.get(path.suffix)) as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        stream.codec_context.format = kind
        stream.bit_rate = 128_000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format=kind, layout="stereo")
        frame.sample_rate, frame.pts = rate, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
