"""What a run will ask and cost, in money and time, and what is covered for that, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from proofsheet.contracts.case import Case
from proofsheet.contracts.plan.paid_coverage import Coverage
from proofsheet.contracts.plan.task_cases import depth_of
from proofsheet.contracts.plan.task_times import Seconds, in_lanes, of_requests, of_task
from proofsheet.contracts.reports.text import plural, represented
from proofsheet.contracts.run.explorer import Explorer
from proofsheet.contracts.settings import Settings

_PAIRS = 4  # pairs of dimensions that are named, of those that lack most


def priced(found: Settings, further: Sequence[Explorer]) -> str:
    """The plan with its price, what each picture is asked with and answers, and what exploring may cost."""
    return "\n".join(_lines(found, further)) + "\n"


def _lines(found: Settings, further: Sequence[Explorer]) -> Iterator[str]:
    made = found.plan
    yield f"{len(made.cases)} requests for {len(made.requirements)} requirements"
    yield ""
    for case in made.cases:
        if case.pays:
            yield from _paid(case, made.requested.get(case.id, ()))
    free = sum(not case.pays for case in made.cases)
    yield f"  {'free':>6}          {free} requests that the contract refuses or gives away"
    judged = [each for each in made.requirements if each.speaks_for]
    if judged:
        yield f"{'':18}{represented(len(judged), sum(len(each.speaks_for) for each in judged))}"
    if further:
        more = sum((Decimal(getattr(each, "price", 0)) for each in further), Decimal(0))
        yield f"  {more:>6} credits  at most, for exploring with {found.explore} examples an operation"
    yield ""
    yield f"{made.price} credits if the target keeps the contract;"
    yield f"a refusal that it grants by mistake costs up to {made.risk} more, within the budget."
    yield from _times(found)
    if made.coverage:
        yield ""
        yield "Of the values that the document offers, and of their pairs, the paid requests cover"
        for name, each in made.coverage.items():
            yield from _covered(name, each)


def _paid(case: Case, requested: Sequence[str]) -> Iterator[str]:
    topics = ", ".join(dict.fromkeys(each.requirement.split(".", 2)[-1] for each in case.expects))
    yield f"  {case.cost:>6} credits  {case.id}: {', '.join(requested) or 'as it is'}"
    yield f"{'':18}answers {topics}"


def _times(found: Settings) -> Iterator[str]:
    """The least time that the documented rate takes, and the time that tasks do."""
    document, cases = found.document, found.plan.cases
    tasks = [case for case in cases if case.follow]
    least = most = of_requests(document, len(cases), found.rate)
    for _, group in groupby(tasks, key=depth_of):
        seconds = [_seconds(found, case) for case in group]
        least += in_lanes((each[0] for each in seconds), found.tasks)
        most += in_lanes((each[1] for each in seconds), found.tasks)
    yield f"It takes {_minutes(least, most)}, beside the time that each answer takes:"
    yield (
        f"{len(cases)} requests, {found.concurrency} at once"
        + (
            f"; {plural(len(tasks), 'task')}, up to {found.tasks} at once, "
            f"{_range(*_extremes([_seconds(found, case) for case in tasks]))} s each, "
            f"given up after {_range(*_extremes([_patience(case) for case in tasks]))} s"
            if tasks
            else ""
        )
        + "."
    )


def _seconds(found: Settings, case: Case) -> Seconds:
    return (found.task_seconds, found.task_seconds) if found.task_seconds else of_task(found.document, case)


def _patience(case: Case) -> Seconds:
    assert case.follow is not None
    return case.follow.patience, case.follow.patience


def _extremes(seconds: Sequence[Seconds]) -> Seconds:
    return min(each[0] for each in seconds), max(each[1] for each in seconds)


def _minutes(least: float, most: float) -> str:
    if most < 60:
        return "less than a minute"
    found = _range(max(round(least / 60), 1), round(most / 60))
    return f"about {found} {'minute' if found == '1' else 'minutes'}"


def _range(least: float, most: float) -> str:
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


def _covered(operation: str, found: Coverage) -> Iterator[str]:
    (values, all_values), (pairs, all_pairs) = found.counts()
    yield f"  {operation}: {values} of {all_values} values, {pairs} of {all_pairs} pairs"
    for name, labels in found.missing_values().items():
        yield f"{'':4}not asked  {name}: {', '.join(labels)}"
    missing = found.missing_pairs()
    named = [f"{one} with {other} {count}" for (one, other), count in missing.most_common(_PAIRS)]
    rest = sum(missing.values()) - sum(count for _, count in missing.most_common(_PAIRS))
    if named:
        yield f"{'':4}pairs not asked  {', '.join([*named, f'others {rest}'] if rest else named)}"
