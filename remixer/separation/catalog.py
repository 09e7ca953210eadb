"""The models there are: those in the model folders, and `classic`, which needs no weights."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from remixer.errors import ModelError, UsageError
from remixer.paths import models_dirs
from remixer.separation.card import MANIFEST, ModelCard, load_card
from remixer.separation.classic import CLASSIC

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Catalog:
    """The models that can be chosen, and a sentence for each folder that holds none though it should."""

    cards: tuple[ModelCard, ...]
    faults: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[ModelCard]:
        return iter(self.cards)

    def get(self, model_id: str) -> ModelCard:
        """The model of that name.

        Raises:
            UsageError: there is none; the sentence lists those there are.
        """
        for card in self.cards:
            if card.id == model_id:
                return card
        known = ", ".join(card.id for card in self.cards)
        raise UsageError(f"There is no model “{model_id}”; there are: {known}.")

    def default(self, role: str) -> ModelCard | None:
        """The model a role uses, or None.

        Roles are `live`, `live-92`, `offline`, `vocals`, `two-speakers` and `baseline`.
        """
        of_role = [card for card in self.cards if card.role == role]
        return next((card for card in of_role if card.default), of_role[0] if of_role else None)

    def default_offline(self) -> ModelCard:
        """The model that separates songs in the background: the trained one, else `classic`."""
        return self.default("offline") or CLASSIC

    def default_live(self) -> ModelCard | None:
        """The causal model that separates ahead of the playhead, or None where there is none."""
        return self.default("live") or self.default("live-92")


def load_catalog() -> Catalog:
    """Read every model folder; one that is broken, or closed, is left out with a sentence in `faults`."""
    cards: dict[str, ModelCard] = {}
    faults: list[str] = []
    for place in models_dirs():
        with _faults_kept(faults, place):
            for folder in sorted(place.iterdir()) if place.is_dir() else []:
                with _faults_kept(faults, folder):
                    _read(folder, cards)
    return Catalog((*cards.values(), CLASSIC), tuple(faults))


def _read(folder: Path, cards: dict[str, ModelCard]) -> None:
    if not (folder / MANIFEST).is_file():
        return
    card = load_card(folder)
    if card.id in cards or card.id == CLASSIC.id:
        raise ModelError(f"Two models are called “{card.id}”: one is left out.", str(folder))
    cards[card.id] = card


@contextmanager
def _faults_kept(faults: list[str], folder: Path) -> Iterator[None]:
    try:
        yield
    except ModelError as error:
        _log.warning("%s %s", error.message, error.detail)
        faults.append(error.message)
    except OSError as error:
        _log.warning("models in %s are left out: %r", folder, error)
        faults.append(f"The model folder “{folder}” cannot be looked into: {error.strerror}.")
