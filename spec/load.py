"""Finding documents by name and loading them: `stability`, or a variant such as `stability.pages-2024`.

A name is a family and any number of its overlays, joined by dots; they are applied from left to right.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spec import build, pointers
from spec.document import Document
from spec.overlay import apply
from spec.read import Source, read

HOME = Path(__file__).parent
_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")  # a name is never a path


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


@dataclass(eq=False)  # not frozen: contextlib assigns to an exception's traceback
class BadReference(LookupError):
    """A $ref that leads nowhere, out of the file, or back to itself."""

    where: str
    reference: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: $ref {self.reference!r} {self.problem}"


@dataclass(eq=False)
class Misshapen(LookupError):
    """A document that reads as YAML and lacks what serving or judging needs."""

    name: str
    path: Path
    problem: str

    def __str__(self) -> str:
        hint = f"`proofsheet spec lint {self.name}` says where"
        return f"{self.path}: cannot be served ({self.problem}); {hint}"


@dataclass(frozen=True)
class Library:
    """A folder of documents: `apis/<family>.yaml` and `overlays/<family>.<variant>.yaml`."""

    home: Path = HOME

    def families(self) -> tuple[str, ...]:
        """The families, in alphabetical order."""
        return tuple(sorted(path.stem for path in (self.home / "apis").glob("*.yaml") if path.is_file()))

    def names(self) -> tuple[str, ...]:
        """Every family and every variant."""
        overlays = (path.stem for path in (self.home / "overlays").glob("*.*.yaml"))
        return tuple(sorted([*self.families(), *overlays]))

    def files(self, name: str) -> tuple[Path, ...]:
        """The family's file and those of the overlays that `name` asks for. Raises Unknown."""
        family, *variants = name.split(".")
        paths = [self.home / "apis" / f"{family}.yaml"]
        paths += [self.home / "overlays" / f"{family}.{variant}.yaml" for variant in variants]
        if not _NAME.fullmatch(name) or not all(path.is_file() for path in paths):
            raise Unknown(name, self.names())
        return tuple(paths)

    def source(self, name: str) -> Source:
        """The plain data of `name`, overlays applied, references kept, with the family's positions.

        Raises Unknown, read.Unreadable, overlay.BadOverlay.
        """
        first, *overlays = self.files(name)
        source = read(first)
        value = source.value
        for path in overlays:
            value = apply(value, read(path))
        return Source(source.path, value, source.marks)

    def load(self, name: str) -> Document:
        """The document `name`, ready to serve. Raises as `source`, BadReference and Misshapen."""
        source = self.source(name)
        try:
            return build.document(name, resolve(source), source.value)
        except BadReference:
            raise
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Misshapen(name, source.path, f"{type(error).__name__}: {error}") from None


def resolve(source: Source) -> dict[str, Any]:
    """The document with every $ref replaced by what it names. Siblings of a $ref win over it."""
    resolved: dict[str, Any] = _resolve(source, source.value, "", ())
    return resolved


def _resolve(source: Source, node: Any, pointer: str, trail: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_resolve(source, each, f"{pointer}/{index}", trail) for index, each in enumerate(node)]
    if not isinstance(node, dict):
        return node
    if isinstance(reference := node.get("$ref"), str):
        target = _follow(source, reference, pointer, trail)
        resolved = _resolve(source, target, reference[1:], (*trail, reference))
        if not isinstance(resolved, dict):
            raise BadReference(source.where(pointer), reference, "must lead to an object")
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**resolved, **_resolve(source, rest, pointer, trail)}
    return {
        key: _resolve(source, value, f"{pointer}/{pointers.escape(key)}", trail)
        for key, value in node.items()
    }


def _follow(source: Source, reference: str, pointer: str, trail: tuple[str, ...]) -> Any:
    where = source.where(pointer)
    if not reference.startswith("#/"):
        raise BadReference(where, reference, "must lead to a place in the same file (#/…)")
    if reference in trail:
        raise BadReference(where, reference, "leads back to itself")
    try:
        return pointers.get(source.value, reference[1:])
    except KeyError:
        raise BadReference(where, reference, "leads nowhere") from None
