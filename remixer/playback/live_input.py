"""Live sound: from an input device through the live engine to an output device, and to disk."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from remixer.errors import Cancelled, OutputError
from remixer.jobs import Report
from remixer.playback.duplex import Duplex
from remixer.playback.live_engine import LiveResult, LiveRun

if TYPE_CHECKING:
    from remixer.separation.card import ModelCard

_REPORT_SECONDS = 0.1


def listen(
    card: ModelCard,
    out_dir: Path,
    block_frames: int,
    input_device: str,
    seconds: float | None,
    report: Report,
    overwrite: bool,
    cushion: int,
) -> LiveResult:
    """Send live sound through a model to the default output and record it, until told to stop.

    Being told to stop is the ordinary end here: the recording is finished. Devices that break off are opened
    again; the recording is silent for that moment. Whatever else ends it, what was recorded is kept.

    Raises:
        ModelError: the model cannot run live, or broke off.
        OutputError: a device cannot be opened or went away, or a file exists or cannot be written.
    """
    rate = Duplex.rate_for(input_device, "")
    with contextlib.closing(Duplex(rate, block_frames, input_device)) as duplex:
        run = LiveRun(card, rate, block_frames, out_dir, "live", overwrite, cushion, duplex.latency_seconds)
        with run.recorded(), run.working():
            duplex.begin(run.chain.render, run.chain.rest)
            try:
                lost = not _kept_open(duplex, run, seconds, report)
            except (Cancelled, KeyboardInterrupt):
                lost = False
            finally:
                duplex.close()
                run.note(max(0, duplex.frames - run.chain.delay_frames))
    if lost:
        raise OutputError("The sound device went away; what was recorded until then is kept.")
    return run.result()


def _kept_open(duplex: Duplex, run: LiveRun, seconds: float | None, report: Report) -> bool:
    """Wait until the time is over; return whether the devices lasted so long."""
    begun = time.monotonic()
    while seconds is None or time.monotonic() - begun < seconds:
        time.sleep(_REPORT_SECONDS)
        duplex.watch()
        if not duplex.alive:
            return False
        run.check()
        report(min(1.0, (time.monotonic() - begun) / seconds) if seconds else 0.0)
    return True
