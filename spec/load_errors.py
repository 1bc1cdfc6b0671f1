"""Why a document cannot be loaded, beside a file that is no YAML."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

MISSHAPES = (LookupError, TypeError, ValueError, AttributeError)  # what another shape makes of a reader


@dataclass(eq=False)  # not frozen: contextlib assigns to an exception's traceback
class Unknown(LookupError):
    """No document of that name; `nearest` is what may have been meant."""

    name: str
    known: tuple[str, ...]

    @property
    def nearest(self) -> str | None:
        return next(iter(difflib.get_close_matches(self.name, self.known, n=1, cutoff=0.4)), None)

    def __str__(self) -> str:
        hint = f"did you mean {self.nearest!r}? " if self.nearest else ""
        return f"there is no document named {self.name!r}; {hint}known: {', '.join(self.known)}"


@dataclass(eq=False)
class Misshapen(LookupError):
    """A document that reads as YAML and has not the shape that its readers need."""

    name: str
    path: Path
    problem: str

    def __str__(self) -> str:
        hint = f"`proofsheet spec lint {self.name}` says where"
        return f"{self.path}: cannot be read ({self.problem}); {hint}"
