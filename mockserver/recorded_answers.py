"""Recorded exchanges by what was asked: the request whole, or what its conversation says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from proofsheet.mockserver.tool_choice import declared_names
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.expressions import place_in_request
from proofsheet.traffic import transcript
from proofsheet.traffic.content_coding import Undecodable, plain
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.matching import same
from proofsheet.traffic.transcript import Cut, Entry, entries

Place = tuple[str, str]  # method and path without the base


@dataclass
class Recording:
    """The recorded answers by what was asked. Equal requests get theirs in order, then the last again.

    Where nobody asked the very same, what has the same conversation, model, tools and form of the answer is
    taken for it: a temperature that was changed since makes no other question.
    """

    answers: dict[str, list[Entry]]
    places: dict[Place, list[Entry]]
    _turn: Counter[str] = field(default_factory=Counter)
    _talks: dict[tuple[tuple[str, str], Place], dict[str, list[Entry]]] = field(default_factory=dict)

    def next(self, digest: str) -> Entry | None:
        """The answer to the next request of that digest; None if none was recorded."""
        return self._following(digest, self.answers.get(digest))

    def next_of_talk(self, operation: Operation, asked: Flow) -> Entry | None:
        """The same for a request that says what a recorded one said, to an operation that writes."""
        place = (asked.method, asked.path)
        wanted = talk(operation, asked) if place in self.places else None
        if wanted is None:
            return None
        known = self._talks.get((operation.key, place))
        if known is None:
            known = self._talks[operation.key, place] = defaultdict(list)
            for each in self.places[place]:
                if (said := talk(operation, each.flow())) is not None:
                    known[said].append(each)
        return self._following(wanted, known.get(wanted))

    def _following(self, name: str, found: list[Entry] | None) -> Entry | None:
        if not found:
            return None
        turn = min(self._turn[name], len(found) - 1)
        self._turn[name] += 1
        return found[turn]


def load(folder: Path) -> Recording:
    """The transcript in a folder; bodies stay on the disk. Raises BadTraffic."""
    answers: dict[str, list[Entry]] = defaultdict(list)
    places: dict[Place, list[Entry]] = defaultdict(list)
    for each in entries(folder):
        if isinstance(each, Cut):
            click.echo(f"Note: {each}", err=True)
            continue
        flow = each.flow()
        whole = flow.end == "complete" and flow.status is not None and flow.body is not None
        if whole and flow.request_body is not None:
            answers[same(flow)].append(each)
            places[flow.method, flow.path].append(each)
    return Recording(dict(answers), dict(places))


def is_recording(path: Path) -> bool:
    """Whether something is a transcript, and no file or folder of written answers."""
    if path.is_dir():
        return any(path.glob(f"*/{transcript.FILE}")) or (path / transcript.FILE).exists()
    return path.name == transcript.FILE


def talk(operation: Operation, flow: Flow) -> str | None:
    """What a request says and wants, as one text; None where nothing is written in reply to it."""
    completion, embedding = operation.completion, operation.embedding
    fields = _fields(flow)
    if fields is None or not (completion or embedding):
        return None
    turns = completion.conversation(fields) if completion else ()
    said: list[Any] = [[each.role, each.text, each.id, each.pictures] for each in turns]
    said += embedding.inputs(fields) if embedding else ()
    wanted = [
        _model(operation, fields),
        declared_names(completion.tools, fields) if completion else (),
        next(pointers.find(fields, completion.json[0]), None) if completion and completion.json else None,
        operation.policy.chosen_form.pick(fields) if operation.policy.chosen_form else None,
    ]
    return json.dumps([said, wanted], sort_keys=True, default=str)


def _fields(flow: Flow) -> Any:
    try:
        _, body = plain(flow.request_headers, flow.request_body or b"")
        found = json.loads(body)
    except (Undecodable, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _model(operation: Operation, fields: Any) -> Any:
    role = operation.resource
    if role is None or role.id is None:
        return None
    place, _, tokens = place_in_request(role.id.text)
    return next(pointers.find(fields, tokens), None) if place == "body" else None


def piece_ends(flow: Flow) -> Iterator[tuple[float, bytes]]:
    """Each piece of an answer, and after how many seconds it came; one piece where nobody noted them."""
    body = flow.body or b""
    noted = flow.arrivals or ((0, flow.milliseconds),)
    ends = [*(offset for offset, _ in noted[1:]), len(body)]
    for (offset, milliseconds), end in zip(noted, ends, strict=True):
        yield milliseconds / 1000, body[offset:end]
