"""The documents that are served. Each is loaded and compiled when the first request needs it.

A document is always served under `/<name>`, and under its own base paths where no document before it has
the same method and path there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from proofsheet.mockserver.compiled import Compiled, compiled
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.paths import Found, Paths
from proofsheet.spec.security import SecurityRequirement
from proofsheet.spec.yaml_reader import BadFile

Load = Callable[[], Document]
UNLOADABLE = (LookupError, ValueError, BadFile)  # what loading a document raises


@dataclass(frozen=True)
class Served:
    """An operation, ready to be called."""

    operation: Operation
    compiled: Compiled


@dataclass(frozen=True)
class Match:
    """What a method and path lead to: `served` is None where only other methods are `allowed` there."""

    served: Served | None
    parameters: Mapping[str, str]
    allowed: tuple[str, ...]


class _Ready:
    """A loaded document with its operations compiled and its paths in a table."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.served = {name: Served(each, compiled(each)) for name, each in document.operations.items()}
        self._paths = Paths(document.operations.values())

    def find(self, path: str, bases: Iterable[str]) -> Found | None:
        """What stands at a path under one of the bases."""
        for base in bases:
            if path.startswith(base) and (found := self._paths.find(path[len(base) :])) is not None:
                return found
        return None


class Documents:
    """Documents by name, in the order in which they have a say about a path."""

    def __init__(self, loads: Mapping[str, Load]) -> None:
        self._loads = dict(loads)
        self._ready: dict[str, _Ready] = {}
        self.security: tuple[SecurityRequirement, ...] = ()  # of all operations that are loaded, each once
        self._known: dict[tuple[str, str], Match] = {}  # concrete paths that were asked for
        self.when_loaded: Callable[[], None] = _nothing  # is called after each that is loaded from now on

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Documents:
        """Documents that are loaded already."""
        made = cls({each.name: partial(_itself, each) for each in documents})
        made.load_all()
        return made

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._loads)

    def load_all(self) -> None:
        """Load what is not loaded yet. Raises what the loader does."""
        for name in self._loads:
            self.load(name)

    def load(self, name: str) -> None:
        """Load one of them, if it is not loaded yet. Raises what the loader does."""
        self._get(name)

    def loaded(self) -> tuple[Document, ...]:
        """The documents that are loaded already, in order."""
        return tuple(self._ready[name].document for name in self._loads if name in self._ready)

    def __iter__(self) -> Iterator[Document]:
        """Every document, loaded now if it is not yet."""
        return (self._get(name).document for name in self._loads)

    def _get(self, name: str) -> _Ready:
        if name not in self._ready:
            self._ready[name] = ready = _Ready(self._loads[name]())
            known = (one for each in ready.document.operations.values() for one in each.security)
            self.security = tuple(dict.fromkeys([*self.security, *known]))
            self.when_loaded()
        return self._ready[name]

    def served(self, operation: Operation) -> Served:
        """An operation of one of the documents, ready to be called."""
        return self.operation(operation.key)

    def operation(self, key: tuple[str, str]) -> Served:
        """The operation of a document and an id. Raises KeyError."""
        return self._get(key[0]).served[key[1]]

    def get(self, key: tuple[str, str]) -> Served | None:
        """The same; None where there is no such document or operation."""
        return self._get(key[0]).served.get(key[1]) if key[0] in self._loads else None

    def operations_of(self, name: str) -> Iterable[Served]:
        """The operations of a document, in its order."""
        return self._get(name).served.values()

    def find(self, method: str, path: str) -> Match | None:
        """What a request leads to; None if no document has the path. Raises what the loader does."""
        if (known := self._known.get((method, path))) is not None:
            return known
        wanted = "GET" if method == "HEAD" else method
        allowed: dict[str, None] = {}
        for ready, found in self._places(path):
            if wanted in found.operations:
                served = ready.served[found.operations[wanted].id]
                match = Match(served, found.parameters, tuple(found.operations))
                if not found.parameters:
                    self._known[method, path] = match
                return match
            allowed |= dict.fromkeys(found.operations)
        return Match(None, {}, tuple(allowed)) if allowed else None

    def _places(self, path: str) -> Iterator[tuple[_Ready, Found]]:
        """Each document that has the path, its own prefix first."""
        name, slash, rest = path[1:].partition("/")
        if slash and name in self._loads:
            ready = self._get(name)
            if found := ready.find(slash + rest, dict.fromkeys(("", *ready.document.bases))):
                yield ready, found
        for each in self._loads:
            ready = self._get(each)
            if found := ready.find(path, ready.document.bases):
                yield ready, found


def _nothing() -> None:
    return


def _itself(document: Document) -> Document:
    return document


def left_out(documents: Iterable[Document]) -> list[str]:
    """Which documents share paths with one before them and are served under their names there."""
    first: dict[tuple[str, str], str] = {}
    shared: Counter[tuple[str, str]] = Counter()
    for document in documents:
        for operation in document.operations.values():
            for base in document.bases:
                owner = first.setdefault((operation.method, base + operation.path), document.name)
                shared[document.name, owner] += owner != document.name
    return [
        f"{name}: {count} of its paths are {owner}'s here; it has them under /{name}"
        for (name, owner), count in shared.items()
        if count
    ]
