"""Carries a snapshot of the session to the widgets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remixer.gui.about_dialog import ModelFacts
from remixer.gui.mixer_view import Columns
from remixer.gui.pickers import Choice, model_about
from remixer.gui.song_page import SongPage
from remixer.gui.truth_panel import Rows, truth_rows
from remixer.mixing.controls import RESIDUAL
from remixer.separation.card import ModelCard
from remixer.session import Session
from remixer.session.snapshot import Snapshot
from remixer.session.waveforms import StemWaveform

_DECODING_STEPS = 200


class Screen:
    """Shows what a session says; remembers what is shown, so that little is painted.

    Args:
        session: what is shown.
        page: where.
    """

    def __init__(self, session: Session, page: SongPage) -> None:
        self._session = session
        self._page = page
        self._song_id = ""
        self._takes: tuple[str, ...] = ()
        self._spans: object = None
        self._devices: object = None
        self._residual_tiles = 0
        page.header.model.set_choices(model_choices(session), session.background.card.id)

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        page = self._page
        entry = snapshot.entries[snapshot.current] if snapshot.current >= 0 else None
        page.header.show_song(snapshot.song, entry.title if entry else "", entry.error if entry else "")
        page.queue.show_entries(snapshot.entries, snapshot.current)
        self._show_pickers(snapshot)
        self._show_song(snapshot)
        self._show_work(snapshot, broken=entry is not None and entry.state == "failed")
        page.transport.show_playing(snapshot.playing)
        page.transport.undo.setEnabled(snapshot.can_undo)
        page.transport.bypass.setChecked(snapshot.bypassed)
        page.transport.follow.setChecked(self._session.choices.settings.follow)
        if page.side is page.truth:
            page.truth.show_rows(facts_of(self._session, snapshot))

    def _show_song(self, snapshot: Snapshot) -> None:
        page, song = self._page, snapshot.song
        song_id = song.id if song is not None else ""
        if song_id != self._song_id:
            self._song_id, self._takes, self._spans = song_id, (), None
            page.clear()
        if song is None:
            page.transport.show_loop(None, 1)
            return
        page.mixer.set_stems((*song.stems, RESIDUAL))
        page.set_length(song.frames, song.rate)
        self._show_waves(snapshot)
        self._show_takes(snapshot)
        self._show_residual()
        page.set_loop(snapshot.loop)
        page.set_playhead(
            snapshot.position_frames, snapshot.playing and self._session.choices.settings.follow
        )
        page.mixer.set_controls(snapshot.controls)
        page.mixer.set_levels(snapshot.levels)
        page.master.show_master(snapshot.controls.master_db, snapshot.levels.get("master"))
        page.transport.show_place(snapshot.position_frames, song.frames, song.rate)
        page.transport.show_loop(snapshot.loop, song.rate)

    def _show_waves(self, snapshot: Snapshot) -> None:
        page, song = self._page, self._session.front.song
        if song is None or snapshot.song is None:
            return
        takes = self._session.background.take_ids()
        if takes != self._takes:
            self._takes = takes
            stems: dict[str, Columns] = {
                name: StemWaveform(song, takes, name).columns for name in snapshot.song.stems
            }
            stems[RESIDUAL] = self._residual_columns
            page.mixer.set_peaks(song.peaks.columns, stems)
            page.overview.set_peaks(song.peaks.columns)
            page.spectrum.set_source(song, takes, snapshot.song.stems)
        step = max(1, snapshot.song.frames // _DECODING_STEPS)
        shown = (snapshot.spans, snapshot.song.decoded_frames // step, snapshot.song.complete)
        if shown != self._spans:
            was_complete = isinstance(self._spans, tuple) and self._spans[-1]
            self._spans = shown
            covered = [(start, end) for start, end, key in snapshot.spans if key]
            page.set_spans(snapshot.spans, covered, self._names(snapshot))
            if not was_complete:
                page.mixer.mix_lane.forget()
                page.overview.forget()

    def _residual_columns(self, start: int, end: int, columns: int) -> NDArray[np.float32]:
        residual = self._session.front.residual
        return (
            np.zeros((columns, 2), np.float32) if residual is None else residual.columns(start, end, columns)
        )

    def _show_residual(self) -> None:
        residual = self._session.front.residual
        tiles = residual.tiles if residual is not None else 0
        if tiles != self._residual_tiles:
            self._residual_tiles = tiles
            self._page.mixer.rows[RESIDUAL].lane.forget()

    def _show_takes(self, snapshot: Snapshot) -> None:
        picker = self._page.take
        picker.setVisible(len(snapshot.takes) > 1)
        if len(snapshot.takes) > 1:
            choices = [Choice(take.take_id, f"Hear {take.name}") for take in snapshot.takes]
            picker.set_choices(choices, snapshot.preferred)

    def _names(self, snapshot: Snapshot) -> list[tuple[str, str]]:
        """Name what is heard or will be; the live model always, so that no pattern changes its meaning."""
        background = self._session.background
        live = background.catalog.default_live()
        named = {key for _, _, key in snapshot.spans if key} | {background.card.take_id}
        named |= {live.take_id} if live is not None else set()
        ranked = [card for card in reversed(background.ranked()) if card.take_id in named]
        return [("", "The song as it is"), *((card.take_id, card.name) for card in ranked)]

    def _show_work(self, snapshot: Snapshot, broken: bool) -> None:
        song = snapshot.song
        decoding = None
        if song is not None and not song.complete:
            decoding = song.decoded_frames / max(1, song.frames)
        name = self._session.background.card.name
        status = snapshot.separation
        other = next((entry.title for entry in snapshot.entries if entry.song_id == status.song_id), "")
        front_id = song.id if song is not None else ""
        ahead = other if status.song_id not in ("", front_id) else ""
        self._page.separation.show_status(status, name, decoding, ahead, broken)

    def _show_pickers(self, snapshot: Snapshot) -> None:
        header, devices = self._page.header, self._session.choices.devices()
        self._page.master.output.set_choices(
            [Choice("", "As the system says"), *output_choices(self._session)], snapshot.output
        )
        header.model.set_current(snapshot.model)
        if devices is not self._devices:
            self._devices = devices
            header.device.set_choices(
                [Choice(device.id, device.name, f"runs in {device.runtime}") for device in devices],
                snapshot.device,
            )
        header.device.set_current(snapshot.device)


def facts_of(session: Session, snapshot: Snapshot) -> Rows:
    """Return the figures of the panel that tells how it runs."""
    background = session.background
    live = background.catalog.default_live()
    heard = background.name(snapshot.player.heard) or "the song as it is"
    name = live.name if live else ""
    return truth_rows(snapshot.player, heard, name, snapshot.separation, background.card.name)


def model_choices(session: Session) -> Sequence[Choice]:
    """Return the models as a picker shows them."""
    return [
        Choice(
            card.id,
            card.name,
            model_about(card.role, card.licence, card.tiers, card.validation.get("sdr"), card.latency_ms),
        )
        for card in session.choices.models()
    ]


def model_facts(card: ModelCard) -> ModelFacts:
    """Return what the about page says of a model."""
    tiers = " with data for non-commercial use" if "nc" in card.tiers else ""
    trained = f"Trained{tiers}. " if card.tiers else ""
    lines = [f"{trained}Licence: {card.licence}.", card.paper]
    if card.parameters:
        lines.insert(0, f"{card.network}, {card.parameters / 1e6:.2f} million parameters")
    note = card.validation.get("note")
    return ModelFacts(card.name, tuple(line for line in (*lines, str(note or "")) if line))


def output_choices(session: Session) -> Sequence[Choice]:
    """Return the loudspeakers as a picker shows them."""
    return [
        Choice(output.id, output.name, f"{output.rate / 1000:g} kHz · {output.latency * 1000:.0f} ms")
        for output in session.choices.outputs()
    ]
