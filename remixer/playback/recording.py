"""Recording what goes out: files that are whole at every moment."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from remixer.audio.wav_file import WavFile
from remixer.errors import OutputError
from remixer.playback.priority import raise_priority

Audio = NDArray[np.float32]

_RING_SECONDS = 20
_SYNC_SECONDS = 0.5
_ASIDE = ".recording.wav"


class Recording:
    """Writes stems and mix to wav files while they sound.

    The files are called `.recording.wav` until they are finished; whatever
    happens, what was written until the last half second can be played.

    Args:
        folder: where they go; it exists.
        stems: the stems' names.
        rate: frames a second.
        skip_frames: frames at the beginning that are not written.
        overwrite: replace files of the same names, and what a recording that broke off left of them.

    Raises:
        OutputError: a file exists, or the folder refuses it.
    """

    def __init__(
        self, folder: Path, stems: Sequence[str], rate: int, skip_frames: int = 0, overwrite: bool = False
    ) -> None:
        self.files = [folder / f"{name}.wav" for name in (*stems, "mix")]
        self.error: OutputError | None = None
        self.lost_frames = 0
        self._asides = [path.with_suffix(_ASIDE) for path in self.files]
        if not overwrite:
            self._refuse_to_replace()
        try:
            self._writers = [WavFile(path, rate, "float") for path in self._asides]
        except OSError as error:
            raise _failed(error) from error
        self._ring = np.zeros((len(self.files), _RING_SECONDS * rate, 2), np.float32)
        self._rate = rate
        self._put = self._written = 0
        self._skip = skip_frames
        self._limit: int | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name="recording", daemon=True)
        self._thread.start()

    def put(self, stems: Audio, mix: Audio) -> None:
        """Take a block: (stems, n, 2) and (n, 2). Thread: audio."""
        frames, size = len(mix), self._ring.shape[1]
        if self._put + frames - self._written > size:
            self.lost_frames += frames
            return
        start = self._put % size
        first = min(frames, size - start)
        self._ring[:-1, start : start + first] = stems[:, :first]
        self._ring[:-1, : frames - first] = stems[:, first:]
        self._ring[-1, start : start + first] = mix[:first]
        self._ring[-1, : frames - first] = mix[first:]
        self._put += frames

    def rest(self, frames: int) -> None:
        """Take silence: nothing went out for so long. Thread: audio."""
        size = self._ring.shape[1]
        if self._put + frames - self._written > size:
            self.lost_frames += frames
            return
        start = self._put % size
        self._ring[:, start : start + frames] = 0.0
        self._ring[:, : max(0, start + frames - size)] = 0.0
        self._put += frames

    @property
    def seconds(self) -> float:
        """How long it is. Thread: any."""
        return self._put / self._rate

    def waiting_frames(self) -> int:
        """Return how many frames are not written yet. Thread: any."""
        return self._put - self._written

    @property
    def failure(self) -> OutputError | None:
        """Why it is not whole; None while it is. Thread: any."""
        if self.error is None and self.lost_frames:
            return OutputError("The disk was too slow for the recording; it was ended.")
        return self.error

    def finish(self, frames: int | None = None) -> list[Path]:
        """Write the rest, at most so many frames in all, and give the files their names.

        Raises:
            OutputError: something could not be written; what was is in the `.recording.wav` files.
        """
        self._limit = frames
        self._ended.set()
        self._thread.join()
        if self.error is not None:
            raise self.error
        try:
            for aside, path in zip(self._asides, self.files, strict=True):
                aside.replace(path)
        except OSError as error:
            raise _failed(error) from error
        return self.files

    def salvage(self) -> OutputError | None:
        """Finish what is there, whole or not; return why it is not whole and where it lies, None if it is.

        Files that could not be finished get their names as after a crash, see `recover`.
        """
        try:
            self.finish()
            failure = self.failure
        except OutputError as error:
            failure = error
        if failure is None:
            return None
        folder = self.files[0].parent
        with contextlib.suppress(OutputError):  # it lies in that folder, whatever it is called
            recover(folder)
        reason = failure.message.rstrip(".")
        return OutputError(f"{reason}; what there was until then is in “{folder}”.", failure.detail)

    def discard(self) -> None:
        """End and remove the files."""
        self._ended.set()
        self._thread.join()
        for aside in self._asides:
            aside.unlink(missing_ok=True)

    def _refuse_to_replace(self) -> None:
        for path in (*self.files, *self._asides):
            if path.exists():
                left = ", left by a recording that broke off," if path in self._asides else ""
                raise OutputError(f"“{path.name}”{left} exists already; nothing was overwritten.", str(path))

    def _write_on(self) -> None:
        raise_priority("beside")
        try:
            while not self._ended.wait(_SYNC_SECONDS / 4):
                self._drain(self._put)
            self._drain(self._put)
        except OSError as error:
            self.error = _failed(error)
        finally:
            for writer in self._writers:
                try:
                    writer.close()
                except OSError as error:
                    self.error = _failed(error)

    def _drain(self, end: int) -> None:
        size = self._ring.shape[1]
        while self._written < end:
            start = self._written % size
            count = min(end - self._written, size - start)
            low = min(count, max(0, self._skip - self._written))
            high = count
            if self._limit is not None:
                high = max(low, min(count, self._skip + self._limit - self._written))
            for writer, lane in zip(self._writers, self._ring, strict=True):
                writer.write(lane[start + low : start + high])
            self._written += count
        for writer in self._writers:
            writer.sync()


def recover(folder: Path) -> list[Path]:
    """Give the files that a broken recording left in a folder their names, and return them.

    Raises:
        OutputError: the folder refuses it.
    """
    found = []
    try:
        for aside in sorted(folder.glob(f"*{_ASIDE}")):
            path = aside.with_name(aside.name.removesuffix(_ASIDE) + ".wav")
            found.append(aside.rename(path) if not path.exists() else aside)
    except OSError as error:
        raise _failed(error) from error
    return found


def _failed(error: OSError) -> OutputError:
    return OutputError(f"The recording could not be written: {error.strerror or error}.", repr(error))
