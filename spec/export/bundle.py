"""From a document's plain data to a bundle: a view, with or without our keywords, in one OpenAPI version."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from proofsheet.spec.export import downgrade, views
from proofsheet.spec.export.callback_ids import with_callback_ids
from proofsheet.spec.export.losses import Loss, Losses
from proofsheet.spec.export.pruning import stripped
from proofsheet.spec.lint.vocabulary import vocabulary
from proofsheet.spec.unreferenced import pruned

VERSIONS = ("3.1", "3.0")
VIEWS = ("full", "json", "binary")


@dataclass(frozen=True)
class Wanted:
    """What a bundle is to be. `extensions` keeps our x- keywords; None keeps them in the full view only."""

    version: str = "3.1"
    view: str = "full"
    extensions: bool | None = None

    @property
    def keeps_extensions(self) -> bool:
        return self.view == "full" if self.extensions is None else self.extensions


@dataclass(frozen=True)
class Bundle:
    """One self-contained document, and what it does not say any more."""

    document: dict[str, Any]
    losses: tuple[Loss, ...]


def bundle(document: Any, wanted: Wanted) -> Bundle:
    """The bundle of a document with its overlays applied and its references kept (`Library.source`)."""
    grammar, losses = vocabulary().places, Losses()
    made = copy.deepcopy(document)
    if wanted.view != "full":
        made = views.viewed(made, wanted.view, grammar, losses)
    if not wanted.keeps_extensions:
        made = stripped(made, grammar)
    made = with_callback_ids(pruned(made))
    if wanted.version == "3.0":
        made = downgrade.as_30(made, grammar, losses)
    return Bundle(made, losses.all())
