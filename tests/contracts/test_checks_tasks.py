"""What is expected of a whole task: each check with a trail that passes, and ones that do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mutants.hearing import expectations

from proofsheet.contracts.checks.callbacks import OfCallback
from proofsheet.contracts.checks.music import SongsDiffer, SongsLast
from proofsheet.contracts.checks.offers import OffersShown, OfferTaken
from proofsheet.contracts.checks.task_course import (
    Ends,
    EndStays,
    MovesAllowed,
    ProgressInRange,
    ProgressRises,
    StatesDeclared,
    TimesInOrder,
)
from proofsheet.contracts.checks.task_files import FileComes, FileDescribed, FileGivenBack, FilesFetched
from proofsheet.contracts.checks.task_lists import IsListed
from proofsheet.contracts.checks.task_moves import EarlyRefused, ForeignParent, Moved, MovedAgain, MoveRefused
from proofsheet.contracts.checks.task_views import (
    Echoes,
    Foreign,
    IdGiven,
    IdStays,
    IsTaken,
    LinkLeads,
    OtherViewAgrees,
    ResultCount,
    ResultsWhenDue,
    UnknownWithOthers,
)
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation, OfTrail
from proofsheet.contracts.trail import Look, Trail
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

Kind = type[Expectation]
Looks = tuple[tuple[str, str, int, Any], ...]  # role, operation, status, JSON body

ID, LINK = "a1", "http://t.test/tasks/a1"
MADE = {"id": ID, "look": LINK}
ABOUT = {"id": ID, "kind": "DRAW", "prompt": "a cat", "created": 1796040000000, "ended": None}
NO_TASK, NOT_NOW = {"error": "no such task"}, {"error": "not in this state"}


def shown(state: str, progress: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        **ABOUT,
        "state": state,
        "progress": progress,
        "picture": None,
        "seed": None,
        "parent": None,
        **more,
    }


QUEUED, RUNNING = shown("QUEUED", "0%"), shown("RUNNING", "40%")
DONE = shown("DONE", "100%", ended="2026-11-30T12:00:05Z", picture="http://t.test/1.png", seed=7)
CANCELLED = shown("CANCELLED", ended="2026-11-30T12:00:05Z")


def submitted(body: Any = MADE) -> tuple[str, str, int, Any]:
    return ("submit", "draw", 200, body)


def view(body: Any, status: int = 200) -> tuple[str, str, int, Any]:
    role = (
        "end" if isinstance(body, dict) and body.get("state") in ("DONE", "FAILED", "CANCELLED") else "view"
    )
    return (role, "look", status, body)


def again(body: Any) -> tuple[str, str, int, Any]:
    return ("again", "look", 200, body)


def extra(role: str, operation: str, body: Any, status: int = 200) -> tuple[str, str, int, Any]:
    return (f"{role} {operation}", operation, status, body)


COURSE: Looks = (submitted(), view(QUEUED), view(RUNNING), view(DONE), again(DONE))
GOING = (submitted(), view(QUEUED), view(RUNNING))
MOVED: Looks = (*GOING, view(CANCELLED))


def ending(**more: Any) -> Looks:
    return (*GOING, view({**DONE, **more}))


# check, parameters, a trail that passes, and ones that do not, each with what is said of it
TABLE: tuple[tuple[Kind, dict[str, Any], Looks, tuple[tuple[Looks, str], ...]], ...] = (
    (
        StatesDeclared,
        {},
        COURSE,
        (
            ((*GOING, view(shown("PAUSED"))), "expected one of queued, running, done"),
            ((*GOING, view({"data": RUNNING})), "expected one of queued, running, done"),
        ),
    ),
    (MovesAllowed, {}, COURSE, (((*GOING, view(QUEUED)), "queued was seen after running"),)),
    (
        ProgressRises,
        {},
        COURSE,
        (
            ((*GOING, view(shown("RUNNING", "30%"))), "progress fell from 40% in running to 30% in running"),
            ((*GOING, view(shown("RUNNING", "0.4"))), "progress '0.4' is not of its form"),
        ),
    ),
    (
        ProgressInRange,
        {"states": frozenset({"running", "done"})},
        COURSE,
        (
            ((*GOING, view(shown("RUNNING", "97%"))), "in running progress is from 0% to 90%, came 97%"),
            (ending(progress="0%"), "in done progress is from 100% to 100%, came 0%"),
        ),
    ),
    (
        TimesInOrder,
        {},
        COURSE,
        (
            (ending(ended="2001-01-01T00:00:00Z"), "in done it ended at 978307200.0, and created at"),
            (ending(created=1796040000), "created is no time of our days"),
            (ending(created=1796040099000), "it was created at"),
        ),
    ),
    (
        EndStays,
        {},
        COURSE,
        (
            (
                (*COURSE[:-1], again({**DONE, "state": "FAILED", "picture": None})),
                "it ended in done, and was later",
            ),
            ((*COURSE[:-1], again({**DONE, "picture": None})), "it ended with 1 results, and later had 0"),
        ),
    ),
    (Ends, {}, COURSE, ((GOING, "it has not ended within 100 s: running"),)),
    (
        IdGiven,
        {},
        COURSE,
        (
            ((submitted({"look": LINK}),), "the submission gives no id"),
            ((submitted(), view(NO_TASK, 404)), "a1 is not found: 404"),
        ),
    ),
    (IdStays, {}, COURSE, (((submitted(), view({**QUEUED, "id": "b2"})), "the view shows b2"),)),
    (
        UnknownWithOthers,
        {"operation": "look", "outcome": "no_task", "id": "zz"},
        (*COURSE, extra("unknown", "look", NO_TASK, 404)),
        (((*COURSE, extra("unknown", "look", QUEUED)), "expected 404 no_task, came 200"),),
    ),
    (
        Echoes,
        {},
        COURSE,
        (
            (ending(prompt="a dog"), "to be 'a cat', came 'a dog'"),
            (ending(kind="REDRAW"), "expected $task.kind to be 'DRAW', came 'REDRAW'"),
        ),
    ),
    (
        ResultsWhenDue,
        {},
        COURSE,
        (
            (ending(picture=None), "in done there is no result at /picture"),
            (ending(picture="soon"), "in done the result at /picture is no link: 'soon'"),
        ),
    ),
    (
        ResultsWhenDue,
        {"early": True},
        COURSE,
        (((*GOING[:2], view({**RUNNING, "picture": "http://t.test/2.png"})), "there is a result already"),),
    ),
    (ResultCount, {"count": 1}, COURSE, ((ending(picture=None), "expected 1 results, came 0"),)),
    (
        OtherViewAgrees,
        {"operation": "look"},
        (*COURSE, extra("other-view", "look", DONE)),
        (
            (
                (*COURSE, extra("other-view", "look", {**DONE, "prompt": "a dog"})),
                "as 'a dog', the view as 'a cat'",
            ),
        ),
    ),
    (
        LinkLeads,
        {},
        (*COURSE, ("link", "look", 200, DONE)),
        (
            ((*COURSE, ("link", "look", 404, NO_TASK)), "does not show it: 404"),
            (
                (submitted({**MADE, "look": "/tasks/a1"}), *COURSE[1:], ("link", "look", 200, DONE)),
                "the link '/tasks/a1' cannot be followed",
            ),
        ),
    ),
    (
        IsListed,
        {"operation": "list"},
        (*COURSE, extra("list", "list", [DONE])),
        (
            ((*COURSE, extra("list", "list", [])), "a1 is not among the 0 tasks of list"),
            ((*COURSE, extra("list", "list", [DONE, DONE])), "a1 is 2 times in the list of list"),
            ((*COURSE, extra("list", "list", {"data": [DONE]})), "expected a list of tasks"),
            ((*COURSE, extra("list", "list", [QUEUED])), "it shows queued where the view shows done"),
            ((*COURSE, extra("list", "list", [{**DONE, "picture": None}])), "it shows 0 results, the view 1"),
        ),
    ),
    (
        IsListed,
        {"operation": "listSome", "order": ""},
        (*COURSE, extra("list", "listSome", [DONE])),
        (((*COURSE, extra("list", "listSome", [DONE, {**DONE, "id": "b2"}])), "listSome lists b2 too"),),
    ),
    (
        Foreign,
        {"operation": "look", "outcome": "no_task"},
        (*COURSE, extra("foreign", "look", NO_TASK, 404)),
        (((*COURSE, extra("foreign", "look", DONE)), "expected 404 no_task, came 200"),),
    ),
    (
        FilesFetched,
        {},
        COURSE,
        (
            (ending(picture="/files/1.png"), "the link '/files/1.png' cannot be followed"),
            (ending(picture="s3://files/1.png"), "the link 's3://files/1.png' cannot be followed"),
        ),
    ),
    (
        Moved,
        {"operation": "cancel", "to": "cancelled"},
        (*GOING, extra("move", "cancel", MADE), view(CANCELLED)),
        (
            (
                (*GOING, extra("move", "cancel", MADE), view(DONE)),
                "cancel was granted, and then it was in done",
            ),
            (
                (*GOING, extra("move", "cancel", NOT_NOW, 409), view(RUNNING)),
                "it was in running, which leads to cancelled, and cancel answered 409",
            ),
        ),
    ),
    (
        MoveRefused,
        {"operation": "cancel", "outcome": "not_now"},
        (*COURSE, extra("late", "cancel", NOT_NOW, 409)),
        (((*COURSE, extra("late", "cancel", MADE)), "expected 409 not_now, came 200"),),
    ),
    (
        MovedAgain,
        {"operation": "cancel", "to": "cancelled", "outcome": "not_now"},
        (*MOVED, extra("again", "cancel", NOT_NOW, 409), again(CANCELLED)),
        (
            ((*MOVED, extra("again", "cancel", MADE), again(CANCELLED)), "expected 409 not_now, came 200"),
            (
                (*MOVED, extra("again", "cancel", NOT_NOW, 409), again(RUNNING)),
                "came a second time, and then it was running",
            ),
        ),
    ),
    (
        ForeignParent,
        {"operation": "redraw", "outcome": "no_task"},
        (*COURSE, extra("early foreign", "redraw", NO_TASK, 404)),
        (((*COURSE, extra("early foreign", "redraw", MADE)), "expected 404 no_task, came 200"),),
    ),
    (
        EarlyRefused,
        {"operation": "redraw", "outcome": "not_now", "states": frozenset({"done"})},
        (*GOING, extra("early", "redraw", NOT_NOW, 409), view(RUNNING)),
        (((*GOING, extra("early", "redraw", MADE), view(RUNNING)), "expected 409 not_now, came 200"),),
    ),
)
ROWS = [(check, params, bad, text) for check, params, _, others in TABLE for bad, text in others]


def _said(check: Kind, looks: Looks, params: dict[str, Any], document: Document) -> list[str]:
    operations = document.operations
    made = tuple(
        Look(role, operations[operation], _exchange(status, body)) for role, operation, status, body in looks
    )
    given = made[0].exchange.memo["json"].get("id")
    trail = Trail(operations["draw"], operations["look"], given, {"prompt": "a cat"}, made, waited=100.0)
    answer = Answer(made[0].exchange, trail.operation, (), trail)
    return list(check("r", **params).findings(answer))


def _exchange(status: int, body: Any) -> Exchange:
    headers = (("content-type", "application/json"),)
    made = Exchange("GET", LINK, (("x-key", "sk-1"),), b"", status, headers, json.dumps(body).encode())
    made.memo["json"] = body
    return made


@pytest.mark.parametrize(("check", "params", "good"), [row[:3] for row in TABLE])
def test_what_is_right_passes(
    small_tasks: Document, check: Kind, params: dict[str, Any], good: Looks
) -> None:
    assert _said(check, good, params, small_tasks) == []


@pytest.mark.parametrize(("check", "params", "bad", "text"), ROWS)
def test_what_is_wrong_is_found(
    small_tasks: Document, check: Kind, params: dict[str, Any], bad: Looks, text: str
) -> None:
    found = _said(check, bad, params, small_tasks)
    assert any(text in each for each in found), found


def test_every_check_of_a_trail_has_a_row_with_both() -> None:
    known = {each for each in expectations() if issubclass(each, OfTrail)}
    wanted = {each for each in known if not issubclass(each, OfCallback)}  # test_callbacks_judged has those
    wanted -= {OfferTaken, OffersShown}  # and test_follow_ups_judged these
    wanted -= {FileGivenBack, FileDescribed}  # and test_uploads_judged these
    wanted -= {SongsLast, SongsDiffer}  # and test_songs_judged these
    assert {check for check, *_ in TABLE} == wanted
    assert {check for check, *_ in ROWS} == wanted


def test_a_submission_is_taken_where_it_says_so(library: Library) -> None:
    operation, check = library.load("midjourney").operations["submitImagine"], IsTaken("r")
    taken = {"code": 1, "description": "ok", "result": "1748339029401828", "properties": {}}
    assert list(check.findings(Answer(_exchange(200, taken), operation))) == []
    assert list(check.findings(Answer(_exchange(200, {**taken, "code": 22}), operation))) == []
    for body, status in (({**taken, "code": 0}, 200), ({**taken, "code": 4}, 200), (taken, 201)):
        (found,) = check.findings(Answer(_exchange(status, body), operation))
        assert found.startswith("expected ")


def test_a_file_comes_with_what_was_drawn(small_tasks: Document) -> None:
    check = FileComes("r")

    def said(status: int, body: bytes, media_type: str) -> list[str]:
        exchange = Exchange("GET", LINK, (), b"", status, (("content-type", media_type),), body)
        return list(check.findings(Answer(exchange, small_tasks.operations["draw"])))

    assert said(200, b"picture", "image/png") == said(200, b"picture", "application/octet-stream") == []
    assert said(403, b"<Error/>", "application/xml")[0].startswith(f"expected the file at {LINK}, came 403")
    assert said(200, b"", "image/png") == [f"the file at {LINK} is empty"]
    assert said(200, b"<html>", "text/html") == ["expected image, came text/html"]
