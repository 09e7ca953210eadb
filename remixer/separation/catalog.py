"""The models there are: those in the model folders, and `classic`, which needs no weights."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

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
    """Read every model folder; one that is broken is left out with a sentence in `faults`."""
    cards: dict[str, ModelCard] = {}
    faults = []
    for place in models_dirs():
        folders = sorted(place.iterdir()) if place.is_dir() else []
        for folder in folders:
            if not (folder / MANIFEST).is_file():
                continue
            try:
                card = load_card(folder)
                if card.id in cards or card.id == CLASSIC.id:
                    raise ModelError(f"Two models are called “{card.id}”: one is left out.", str(folder))
                cards[card.id] = card
            except ModelError as error:
                _log.warning("%s %s", error.message, error.detail)
                faults.append(error.message)
    return Catalog((*cards.values(), CLASSIC), tuple(faults))
