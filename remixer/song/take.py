"""A take: one model's stems of one song, filled tile by tile."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remixer.errors import InputError, UsageError
from remixer.song.arrays import Fetcher, Writer, create, forget, mapped, touch, unreadable
from remixer.song.peaks import Peaks, Pyramid

TILE_FRAMES = 8192
FINAL, PROVISIONAL = 1, 2
GRID = 2.0**23
_FRAME_BYTES = 8


def tile_count(frames: int) -> int:
    """Return how many tiles cover so many frames."""
    return -(-frames // TILE_FRAMES)


class Take:
    """One model's stems, on disk, shared between processes.

    Writers fill tiles and then mark them in `coverage`; readers look at
    `coverage` and read. `frames` follows the song while that is being decoded.

    Attributes:
        id: names the model and its exact weights.
        model_id: the model.
        stems: names, in the order of the first axis of `audio`.

    Thread: any; one writer a tile.
    """

    def __init__(self, folder: Path, frames: Callable[[], int]) -> None:
        told = _read(folder / "take.json")
        self.folder = folder
        self.id, self.model_id = str(told["id"]), str(told["model_id"])
        self.stems: tuple[str, ...] = tuple(told["stems"])
        self.capacity_frames = int(told["capacity_frames"])
        self._song_frames = frames
        shape = (len(self.stems), self.capacity_frames, 2)
        self._audio: NDArray[np.float32] = mapped(folder / "stems.f32", "<f4", shape)
        self._coverage: NDArray[np.uint8] = mapped(
            folder / "coverage.u8", "u1", (tile_count(self.capacity_frames),)
        )
        self._writers: tuple[Writer, Writer] | None = None
        self._fetcher = Fetcher(folder / "stems.f32")
        self._pyramid: Pyramid | None = None

    @staticmethod
    def create(folder: Path, take_id: str, model_id: str, stems: Sequence[str], capacity_frames: int) -> None:
        """Make the files of an empty take.

        Raises:
            OutputError: the disk is full or refuses it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        create(folder / "stems.f32", len(stems) * capacity_frames * _FRAME_BYTES)
        create(folder / "coverage.u8", tile_count(capacity_frames), sparse=False)
        told = {
            "id": take_id, "model_id": model_id, "stems": list(stems), "capacity_frames": capacity_frames,
            "tile_frames": TILE_FRAMES, "created": time.time(),
        }  # fmt: skip
        aside = folder / "take.json.part"
        aside.write_text(json.dumps(told, indent=1), encoding="utf-8")
        aside.replace(folder / "take.json")

    @property
    def frames(self) -> int:
        """The song's length as far as it is known."""
        return min(self._song_frames(), self.capacity_frames)

    @property
    def audio(self) -> NDArray[np.float32]:
        """The stems, (stems, frames, 2), mapped, read-only; zeros where nothing is covered yet."""
        return self._audio[:, : self.frames]

    @property
    def coverage(self) -> NDArray[np.uint8]:
        """One number a tile, not 0 where the stems are there; mapped, so it follows the writer.

        `PROVISIONAL` says that the same model may write better ones there, `FINAL` that it will not.
        """
        view = self._coverage[: tile_count(self.frames)]
        view.flags.writeable = False
        return view

    @property
    def complete(self) -> bool:
        """Whether every tile is covered."""
        coverage = self.coverage
        return bool(len(coverage)) and bool(coverage.all())

    @property
    def fraction(self) -> float:
        """How much is covered, 0 to 1."""
        coverage = self.coverage
        return float(np.count_nonzero(coverage)) / len(coverage) if len(coverage) else 0.0

    def write(self, start_frame: int, audio: NDArray[np.float32], mark: int = FINAL) -> None:
        """Write whole tiles and mark them covered.

        Samples that are no numbers become zero; all are rounded to multiples
        of 2**-23, the step of 24-bit sound, so that the song minus its stems is
        exact in float32 for PCM as long as it stays below 2.

        Args:
            start_frame: on a tile border.
            audio: (stems, n, 2); n a number of whole tiles, or up to the song's end.
            mark: `FINAL` or `PROVISIONAL`.

        Raises:
            UsageError: the span does not lie on tile borders, or the shape is wrong.
            OutputError: the disk is full.
        """
        n = audio.shape[1]
        if audio.ndim != 3 or audio.shape[0] != len(self.stems) or audio.shape[2] != 2:
            raise UsageError(
                f"Stems of shape {audio.shape} do not fit a take of {len(self.stems)} stereo stems."
            )
        whole = n % TILE_FRAMES == 0 or start_frame + n >= self.frames
        if (
            start_frame % TILE_FRAMES
            or not whole
            or start_frame < 0
            or start_frame + n > self.capacity_frames
        ):
            raise UsageError(f"Frames {start_frame} to {start_frame + n} do not lie on borders of tiles.")
        if not n:
            return
        rounded = on_grid(audio)
        if self._writers is None:
            self._writers = Writer(self.folder / "stems.f32"), Writer(self.folder / "coverage.u8")
        stems, coverage = self._writers
        for index, stem in enumerate(rounded):
            stems.write((index * self.capacity_frames + start_frame) * _FRAME_BYTES, stem)
        self._peaks().update(start_frame, rounded)
        coverage.write(start_frame // TILE_FRAMES, np.full(tile_count(n), mark, np.uint8))

    def peaks(self, stem: str) -> Peaks:
        """Return the waveform of a stem, as far as it is covered.

        Raises:
            UsageError: the take has no such stem.
        """
        if stem not in self.stems:
            raise UsageError(f"There is no stem “{stem}”; there are {', '.join(self.stems)}.")
        lane = self.stems.index(stem)
        return Peaks(self._peaks(), lane, lambda start, end: self.audio[lane, start:end])

    def read(self, start: int, end: int) -> NDArray[np.float32]:
        """Return a copy of frames [start, end) of all stems, (stems, n, 2)."""
        return np.array(self.audio[:, start:end])

    def fetch(self, start: int, end: int) -> None:
        """Have frames [start, end) of all stems in memory before they are read."""
        for lane in range(len(self.stems)):
            self._fetcher.fetch(
                (lane * self.capacity_frames + start) * _FRAME_BYTES, (end - start) * _FRAME_BYTES
            )

    def touch(self, start: int, end: int) -> None:
        """Have them and the coverage mapped as well. Thread: any but one that must not wait for the disk."""
        touch(self._coverage)
        for lane in self._audio:
            touch(lane[start:end])

    def release(self) -> None:
        """Give the mapped pages back to the system; long readers call it every few seconds of audio."""
        forget(self._audio)
        if self._pyramid is not None:
            self._pyramid.release()

    def _peaks(self) -> Pyramid:
        if self._pyramid is None:
            self._pyramid = Pyramid(self.folder / "peaks", len(self.stems), self.capacity_frames)
        return self._pyramid


def on_grid(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return finite samples rounded to multiples of 2**-23."""
    finite = np.nan_to_num(audio, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)
    rounded: NDArray[np.float32] = np.rint(finite * np.float32(GRID)) / np.float32(GRID)
    return rounded


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise unreadable(f"{path.name} cannot be read", error) from error
    if not isinstance(told, dict) or not {"id", "model_id", "stems", "capacity_frames"} <= told.keys():
        raise InputError(f"The song's folder is damaged: {path.name} does not say what it should.")
    return told
