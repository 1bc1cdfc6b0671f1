"""Which reports are shown, and under what names: a column is one target, judged by one document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from proofsheet.contracts.reports.view import View, view


class NoReports(ValueError):
    """There is nothing to show; the text says where was looked."""


@dataclass(frozen=True)
class Column:
    """A target judged by a document, on one day or several: `runs` has the newest first."""

    target: str
    document: str
    family: str
    runs: tuple[View, ...]

    @property
    def latest(self) -> View:
        return self.runs[0]

    @property
    def slug(self) -> str:
        """Its name in paths, unlike that of any other column."""
        return slug(self.target if self.document == self.family else f"{self.target}.{self.document}")


def columns(arguments: Iterable[str]) -> tuple[Column, ...]:
    """The columns of reports named as on the command line: FILE, NAME=FILE or a folder.

    Of a folder all its .jsonl are read: NAME/….jsonl are runs of the target NAME, NAME.jsonl is one.
    A FILE alone has the name of the URL that was judged. Raises BadReport and NoReports.
    """
    found: dict[tuple[str, str], list[View]] = {}
    for argument in arguments:
        for name, path in _paths(argument):
            run = view(path)
            key = (name or run.header["target"], run.header["document"])
            found.setdefault(key, []).append(run)
    made = [_column(*key, views) for key, views in found.items()]
    if len({each.slug for each in made}) < len(made):
        raise NoReports(f"two targets have the same name in paths: {_twice(made)}; give them as NAME=FILE")
    return tuple(sorted(made, key=lambda each: (each.family, each.target.lower(), each.document)))


def _paths(argument: str) -> Iterator[tuple[str, Path]]:
    name, equals, rest = argument.partition("=")
    if equals and name and not Path(argument).exists():
        yield from ((name, path) for _, path in _files(Path(rest)))
    else:
        yield from _files(Path(argument))


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield "", path
        return
    found = sorted(path.rglob("*.jsonl"))
    if not found:
        raise NoReports(f"{path}: expected reports of `proofsheet check` (.jsonl), found none")
    for each in found:
        yield each.relative_to(path).parts[0].removesuffix(".jsonl"), each


def _column(target: str, document: str, views: list[View]) -> Column:
    newest = sorted(views, key=lambda each: str(each.header["date"]), reverse=True)
    return Column(target, document, newest[0].report.family, tuple(newest))


def slug(name: str) -> str:
    """A name that any file system and any URL takes."""
    return re.sub(r"[^a-z0-9.-]+", "-", re.sub(r"^\w+://", "", name.lower())).strip("-.") or "target"


def _twice(made: list[Column]) -> str:
    slugs = [each.slug for each in made]
    return ", ".join(sorted({each.target for each in made if slugs.count(each.slug) > 1}))
