"""What no source gives can fail nobody: not by its level, and not by standing in the way of what one does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import httpx
import pytest
from judging import Judged
from support import documents
from task_relays import Forward

from proofsheet.contracts.client.target import PERMISSIONS
from proofsheet.contracts.plan.plan import derived, plan
from proofsheet.contracts.settings import load
from proofsheet.spec import evidence, pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.load import Library
from proofsheet.spec.paths import Paths

EVERYTHING = frozenset(PERMISSIONS) | {"other-key", "broke-key"}
PROMPTS = {"flagged": "a", "filtered": "b"}
KINDS = ("parameters", "responses", "examples", "properties")  # what stands below is one fact, by its name


def our_own(document: Document) -> list[Operation]:
    """The operations whose path or fields no source gives."""
    known = document.operations.values()
    return [each for each in known if evidence.grade(document.source, each.pointer) == "assumed"]


def inventive() -> list[str]:
    library = Library()
    return [name for name in library.families() if our_own(library.load(name))]


def facts_around(pointer: str) -> Iterator[str]:
    """The operation, parameters, answers, outcomes and fields that a place is in, and the place itself."""
    tokens = pointers.split(pointer)
    for depth in range(1, len(tokens) + 1):
        is_operation = tokens[0] == "paths" and depth == 3
        if is_operation or depth == len(tokens) or tokens[depth - 2] in KINDS:
            yield pointers.join(*tokens[:depth])


def test_nobody_fails_by_what_is_assumed_or_stands_within_it() -> None:
    """One test, for what is asked of all documents takes seconds in each process that asks."""
    looked_at = 0
    for name in documents():
        source = replace(load(name), prompts=PROMPTS)
        document = source.document
        own = {each.id for each in our_own(document)}
        known = cache(lambda place, written=document.source: evidence.grade(written, place))
        for wanted in (each.requirement for each in derived(source) if each.requirement.level != "MAY"):
            looked_at += 1
            assert wanted.operation not in own, wanted
            assert wanted.grade != "assumed", wanted
            around = {place: known(place) for place in facts_around(wanted.pointer)}
            assert "assumed" not in around.values(), (wanted.id, around)
    assert looked_at > 10_000


class Lacking:
    """A gateway that has other paths, or other answers, than those that are our own."""

    def __init__(self, document: Document, status: int) -> None:
        self._status = status
        self._own = {each.id for each in our_own(document)}
        self._paths = Paths(document.operations.values())
        self.asked = 0

    def __call__(self, request: httpx.Request, forward: Forward) -> httpx.Response:
        found = self._paths.find(request.url.path)
        operation = found.operations.get(request.method) if found else None
        if operation is None or operation.id not in self._own:
            return forward(request)
        self.asked += 1
        return httpx.Response(
            self._status, json={"outcome": {"text": f"{request.method} {request.url.path}"}}
        )


@pytest.mark.parametrize(
    ("name", "status"), [*((name, 404) for name in inventive()), ("viggle", 200), ("mewxai", 200)]
)
def test_a_gateway_without_our_inventions_fails_by_nothing(name: str, status: int) -> None:
    source = load(name)
    relay = Lacking(source.document, status)
    judged = Judged(source.document, plan(source, "core", (), EVERYTHING), relay=relay).all()
    failed = {
        each.requirement.id: each for each in judged.run.verdicts.values() if each.status.name == "FAILED"
    }
    assert relay.asked
    assert failed, "advice is given"
    assert {each.requirement.level for each in failed.values()} == {"MAY"}, failed
