"""The tables of a helper: what a client has to know, and the names that the generator gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from proofsheet.spec.clients.helpers.following import About, Course, Shape, Submission, submissions
from proofsheet.spec.clients.helpers.streams import Streaming, streamings
from proofsheet.spec.document import Document

Call = tuple[str, str]  # a method in upper case, and a path with its templates


@dataclass(frozen=True)
class Entry:
    """One operation in a helper. `name`, `view` and `file` are what the generator calls it, that which shows
    its tasks, and that which has what these made."""

    name: str
    plan: Mapping[str, Any]
    view: str = ""
    course: str = ""
    file: str = ""


@dataclass(frozen=True)
class Tables:
    """What stands in a helper. `missing` are the operations that the generated client does not have."""

    title: str
    submissions: tuple[Entry, ...]
    streamings: tuple[Entry, ...]
    courses: Mapping[str, Mapping[str, Any]]
    missing: tuple[str, ...]


def tables(document: Document, view: str, named: Callable[[Call], str | None]) -> Tables:
    """The tables for a client that takes answers of this view; `named` finds what a call is called there."""
    courses: dict[str, Mapping[str, Any]] = {}
    entries: list[Entry] = []
    missing: list[str] = []
    for each in submissions(document, view):
        view_of, file = each.course.view, each.course.file
        name, viewed = named((each.method, each.path)), named((view_of.method, view_of.path))
        if name is None or viewed is None:
            missing.append(each.operation)
            continue
        fetched = named((file.method, file.path)) if file else None
        entries.append(Entry(name, _submission(each), viewed, _kept(courses, each.course), fetched or ""))
    streams = []
    for one in streamings(document):
        if name := named((one.method, one.path)):
            streams.append(Entry(name, _streaming(one)))
        else:
            missing.append(one.operation)
    return Tables(document.title, tuple(entries), tuple(streams), courses, tuple(missing))


def _kept(courses: dict[str, Mapping[str, Any]], course: Course) -> str:
    """The name of a course among these; one that is there already is not there twice."""
    found = _course(course)
    for name, each in courses.items():
        if each == found:
            return name
    name = (
        course.view.operation
        if course.view.operation not in courses
        else f"{course.view.operation} {len(courses)}"
    )
    courses[name] = found
    return name


def _submission(each: Submission) -> dict[str, Any]:
    return {
        "ids": each.ids,
        "shapes": tuple(map(_shape, each.shapes)),
        "refused": tuple(one.outcome for one in each.shapes if one.outcome in each.refused),
        "says": each.says,
    }


def _course(each: Course) -> dict[str, Any]:
    return {
        "view": _about(each.view),
        "shapes": tuple(map(_shape, each.shapes)),
        "states": dict(each.states),
        "gone": tuple(map(_shape, each.gone)),
        "progress": each.progress,
        "links": each.links,
        "failed": each.failed,
        "refused": each.refused,
        "file": _about(each.file) if each.file else None,
        "seconds": each.seconds,
    }


def _about(each: About) -> dict[str, Any]:
    return {
        "method": each.method,
        "path": each.path,
        "place": each.place,
        "id": each.id,
        "headers": dict(each.headers),
    }


def _shape(each: Shape) -> tuple[Any, ...]:
    return each.outcome, each.status, each.has, each.headers


def _streaming(each: Streaming) -> dict[str, Any]:
    return {
        "asks": each.asks,
        "end": each.end,
        "last": tuple(asdict(one) for one in each.last),
        "ends": each.ends,
        "error": asdict(each.error) if each.error else None,
        "says": each.says,
        "refused": each.refused,
    }
