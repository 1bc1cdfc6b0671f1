"""Tasks: what is asked of the whole way of one, from its submission to its end and the files that it made.

Every task that is paid for answers all of it. What a client does on the way is asked in `task_moves`.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.music import SECONDS, SongIsWhole, SongsDiffer, SongsLast
from proofsheet.contracts.checks.offers import OffersShown
from proofsheet.contracts.checks.task_course import (
    Ends,
    EndStays,
    MovesAllowed,
    ProgressInRange,
    ProgressRises,
    StatesDeclared,
    TimesInOrder,
)
from proofsheet.contracts.checks.task_facts import TIMES, URL, binds, places
from proofsheet.contracts.checks.task_files import FileComes, FileDescribed, FileGivenBack, FilesFetched
from proofsheet.contracts.checks.task_lists import IsListed
from proofsheet.contracts.checks.task_views import (
    Echoes,
    Foreign,
    IdGiven,
    IdStays,
    IsTaken,
    LinkLeads,
    OtherViewAgrees,
    ResultsWhenDue,
    UnknownWithOthers,
)
from proofsheet.contracts.derive.audio import format_named
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.task_requests import (
    answering,
    holding,
    id_place,
    listing,
    unknown_id,
    view_of,
    viewing,
)
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import evidence, pointers
from proofsheet.spec.document import Operation
from proofsheet.spec.expressions import Expression
from proofsheet.spec.tasks import Lifecycle, Lists, Views

# expectation, topic, most, what is asked; of every task
_COURSE = (
    (StatesDeclared, "states", "MUST", "whenever it is looked at it is in a declared state"),
    (MovesAllowed, "moves", "MUST", "it goes from state to state only as the document has it"),
    (EndStays, "final", "MUST", "once it has ended nothing about it changes"),
    (Ends, "ends", "SHOULD", "it ends, within a time that is a multiple of the documented one"),
)


def tasks(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the tasks that an operation starts."""
    lifecycle, view = operation.lifecycle, view_of(source.document, operation)
    if lifecycle is None or view is None:
        return
    yield from _submission(source, operation)
    course = f"#/components/x-lifecycles/{lifecycle.name}"
    for check, topic, most, says in _COURSE:
        yield _asked(source, operation, topic, says, f"{course}/states", check, most=most)
    yield from _progress(source, operation, lifecycle, view)
    yield from _shown(source, operation, lifecycle, view)
    yield from _offered(source, operation, lifecycle, view)
    yield from _elsewhere(source, operation, lifecycle, view)
    yield from _files(source, operation, lifecycle, view)


def _asked(
    source: Source,
    operation: Operation,
    topic: str,
    says: str,
    at: str,
    check: type[Expectation],
    *options: object,
    most: str = "MUST",
    needs: str | None = None,
) -> Derived:
    """A requirement that every task of the operation answers."""
    wanted = source.requirement(
        operation, f"task.{topic}", says, at, profile="extended" if needs else "core", most=most, needs=needs
    )
    expect = check(wanted.id, *options)
    return Derived(wanted, paid=(PaidConstraint(operation.id),), every=lambda request: expect)


def _submission(source: Source, operation: Operation) -> Iterator[Derived]:
    at = pointers.join("responses", operation.success.status)
    yield _asked(source, operation, "taken", "a valid submission is taken, and says so", at, IsTaken)
    says = "a submission gives an id, and the task is found by it"
    yield _asked(source, operation, "id", says, "/x-task", IdGiven)


def _progress(
    source: Source, operation: Operation, lifecycle: Lifecycle, view: Operation
) -> Iterator[Derived]:
    if not binds(view, lifecycle, "$task.progress"):
        return
    course = f"#/components/x-lifecycles/{lifecycle.name}/states"
    says = "its progress never falls, and goes from 0 to 1"
    yield _asked(source, operation, "progress", says, course, ProgressRises)
    for ranges, most in (
        (_ranges(source, lifecycle, sure=True), "MUST"),
        (_ranges(source, lifecycle), "MAY"),
    ):
        if ranges:
            topic = "progress.range" + (".assumed" if most == "MAY" else "")
            says = f"its progress is in the range of its state: {', '.join(sorted(ranges))}"
            at = f"{course}{pointers.join(min(ranges))}"
            yield _asked(source, operation, topic, says, at, ProgressInRange, ranges, most=most)


def _ranges(source: Source, lifecycle: Lifecycle, sure: bool = False) -> frozenset[str]:
    """The states whose progress is documented, or only assumed."""
    found = set()
    for each in lifecycle.states.values():
        at = pointers.join("components", "x-lifecycles", lifecycle.name, "states", each.name)
        grade = evidence.grade(source.document.source, pointers.origin(source.document.source, at))
        if each.progress and ((grade or "assumed") not in evidence.ADVISORY) == sure:
            found.add(each.name)
    return frozenset(found)


def _shown(source: Source, operation: Operation, lifecycle: Lifecycle, view: Operation) -> Iterator[Derived]:
    at = "#" + view.pointer + pointers.join("responses", view.success.status)
    if any(binds(view, lifecycle, each) for each in TIMES):
        says = "it is created, started and ended in this order, in times of the documented form"
        yield _asked(source, operation, "times", says, at, TimesInOrder)
    if binds(view, lifecycle, "$task.id"):
        says = "every view shows it under the id that the submission gave"
        yield _asked(source, operation, "id.stays", says, at, IdStays)
    said = any(each.text.startswith("$task.request.") for each in _sources(view, lifecycle))
    if said or binds(view, lifecycle, "$task.kind"):
        yield _asked(source, operation, "echo", "views show what it was submitted with", at, Echoes)
    if binds(view, lifecycle, URL):
        says = "its results are there in the states that have them"
        yield _asked(source, operation, "results", says, at, ResultsWhenDue)
        says = "no result is there before the state that has it"
        yield _asked(source, operation, "results.early", says, at, ResultsWhenDue, True)


def _offered(
    source: Source, operation: Operation, lifecycle: Lifecycle, view: Operation
) -> Iterator[Derived]:
    """What can be done with a task at its ordinary end, where its view shows that."""
    state = lifecycle.states[lifecycle.ordinary_end]
    if any(each.id for each in state.offers) and binds(view, lifecycle, "$offer.id"):
        at = f"#/components/x-lifecycles/{lifecycle.name}/states/{state.name}/offers"
        says = f"in {state.name} the view shows what can be done with it"
        topic = f"offers.{state.name}"
        yield _asked(source, operation, topic, says, at, OffersShown, state.name, most="SHOULD")


def _sources(view: Operation, lifecycle: Lifecycle) -> Iterator[Expression]:
    for name in lifecycle.states:
        for form in view.outcomes[name].representations.values() if name in view.outcomes else ():
            yield from (each for _, each in form.binds)


def _elsewhere(
    source: Source, operation: Operation, lifecycle: Lifecycle, view: Operation
) -> Iterator[Derived]:
    """What other answers than those of the view say."""
    if any(each.text.startswith("$link.") for each in _bound(operation)):
        at = pointers.join("responses", operation.success.status)
        says = "the link that the submission gives leads to a view of it"
        yield _asked(source, operation, "link", says, at, LinkLeads)
    if id_place(view) and isinstance(view.task, Views):
        says = f"an id that no task has is refused by {view.id} while there is one too"
        sent = (view.id, view.task.missing, unknown_id(view))
        at = "#" + view.pointer + "/x-task"
        yield _asked(source, operation, "id.unknown", says, at, UnknownWithOthers, *sent)
    for each in answering(source.document, lifecycle):
        assert isinstance(each.task, Views)
        says, at = f"{each.id} shows what it made", "#" + each.pointer + "/x-task"
        yield _asked(
            source, operation, f"view.{each.id}", says, at, OtherViewAgrees, each.id, each.task.answers
        )
    for each in viewing(source.document, lifecycle):
        at = "#" + each.pointer + "/x-task"
        if each.id != view.id:
            says = f"{each.id} shows the same of it"
            yield _asked(source, operation, f"view.{each.id}", says, at, OtherViewAgrees, each.id)
        assert isinstance(each.task, Views)
        if not each.is_open:
            outcome = "" if each.task.any_key else each.task.missing
            does = "is shown it" if each.task.any_key else "does not find it"
            says = f"the key of another account {does} by {each.id}"
            topic = f"foreign.{each.id}"
            yield _asked(source, operation, topic, says, at, Foreign, each.id, outcome, needs="other-key")
    for each in listing(source.document, lifecycle):
        assert isinstance(each.task, Lists)
        order = each.task.order if each.task.ids is None else ""
        says = f"{each.id} lists it, as the view shows it"
        options = (each.id, each.task.states, order)
        at = "#" + each.pointer + "/x-task"
        yield _asked(source, operation, f"listed.{each.id}", says, at, IsListed, *options)


def _bound(operation: Operation) -> Iterator[Expression]:
    for form in operation.success.representations.values():
        yield from (each for _, each in form.binds)


def _files(source: Source, operation: Operation, lifecycle: Lifecycle, view: Operation) -> Iterator[Derived]:
    if operation.artifact is None:
        return
    holder = next(holding(source.document, lifecycle), None)
    if (field := operation.artifact.upload) is not None:
        yield from _uploads(source, operation, field, holder, view)
        return
    if not binds(view, lifecycle, URL):  # no link leads to the file: then an operation may answer with it
        if holder is not None:
            says = f"{holder.id} answers with the file that it made"
            yield _asked(source, operation, "file", says, "/x-artifact", FileComes, operation.artifact.kind)
        return
    says = "the link to a result leads to it, without a key, once the task has ended"
    yield _asked(source, operation, "file", says, "/x-artifact", FileComes, operation.artifact.kind)
    says = "a task that ended with results has links that can be followed"
    yield _asked(source, operation, "file.there", says, "/x-artifact", FilesFetched)
    if operation.artifact.kind == "music":
        yield from _songs(source, operation, lifecycle, view)


def _songs(source: Source, operation: Operation, lifecycle: Lifecycle, view: Operation) -> Iterator[Derived]:
    """What is to be heard in a task's files."""
    artifact = operation.artifact
    assert artifact is not None
    if (media_type := artifact.media.constant) is not None:
        says = f"each song is a whole file of {media_type} in which something is heard"
        named = format_named(str(media_type))
        yield _asked(source, operation, "file.song", says, "/x-artifact/media", SongIsWhole, named)
    if binds(view, lifecycle, SECONDS):
        says = "each song is as long as the view says"
        yield _asked(source, operation, "file.length", says, "/x-task", SongsLast)
    shows_all = any("*" in place for place in places(view, lifecycle, URL))
    if shows_all and isinstance(artifact.count, int) and artifact.count > 1:
        says = "the songs of a task are not the same"
        yield _asked(source, operation, "file.others", says, "/x-artifact/count", SongsDiffer, most="SHOULD")


def _uploads(
    source: Source, operation: Operation, field: str, holder: Operation | None, view: Operation
) -> Iterator[Derived]:
    """What becomes of a file that is uploaded."""
    lifecycle = operation.lifecycle
    if lifecycle and any(binds(view, lifecycle, f"$task.file-{each}") for each in ("size", "name")):
        says = "views say how large the file is that was uploaded, and what it is called"
        yield _asked(source, operation, "file.described", says, "/x-artifact", FileDescribed, field)
    if holder is not None:
        says = f"{holder.id} answers with the bytes that were uploaded"
        yield _asked(source, operation, "file.bytes", says, "/x-artifact", FileGivenBack, field)
