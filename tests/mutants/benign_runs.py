"""Trying the benign relays: which with which document and profile, and what is printed of it.

Each stands alone before the base document, in the core profile, and before every family in free. There those
that change fields of answers stand in rows of several, as nginx before a gateway before a service do; where a
row is found out, each of it is tried alone, so that the report names the one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from mutants.benign import Benign, benign
from mutants.judging import false_alarms, harmless_trial, some_of
from support import documents

BASE = "stability"
ROWS = 4  # neighbours in the files are alike, and never stand in one row
DRAWN = 2  # operations, where a relay on a socket stands before a family
LEFT_OPEN = frozenset({"answer.headers", "answer.id", "answer.keys", "answer.type"})  # noted, and no more
BASE_ONLY = (  # a picture in each form of both versions, refusals, an account
    *("stability.generateCore.answer", "stability.generateCore.form", "stability.generateCore.finish"),
    *("stability.generateCore.picture", "stability.generateCore.seed", "stability.generateCore.prompt"),
    *("stability.generateCore.precedence", "stability.textToImage.answer", "stability.textToImage.form"),
    *("stability.textToImage.seed", "stability.getBalance"),
)


@dataclass(frozen=True)
class HarmlessRun:
    """Benign relays in front of one document, the first the nearest to it, judged in one profile."""

    relays: tuple[str, ...]
    document: str
    profile: str
    only: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{' < '.join(self.relays)}  ({self.document}, {self.profile})"


def runs(ids: list[str]) -> Iterator[HarmlessRun]:
    """Each relay alone before the base document, the broad ones before all of it; and before every family."""
    chosen = [benign()[each] for each in ids or benign()]
    for number, each in enumerate(chosen):
        only = () if each.broad else (*BASE_ONLY, *some_of(BASE, 1, number))
        yield HarmlessRun((each.id,), BASE, "core", only)
    flat = sorted((each for each in chosen if not each.wire), key=_is_coded)
    dealt = [flat[::-1][number::ROWS][::-1] for number in range(min(ROWS, len(flat)))]
    rows = [tuple(each.id for each in row) for row in dealt]
    for place, document in enumerate(documents()):
        known = rows if "." not in document else rows[place % ROWS :][:1]  # a variant is much as its family
        yield from (HarmlessRun(row, document, "free") for row in known)
    for number, each in enumerate(each for each in chosen if each.wire):
        for document in (name for name in documents() if "." not in name):
            yield HarmlessRun((each.id,), document, "free", some_of(document, DRAWN, number))


def _is_coded(relay: Benign) -> bool:
    """Whether it codes bodies: it is then the last of its row, and the only such one."""
    return any(each["do"] == "content-coding" for each in relay.does)


def tried(run: HarmlessRun) -> tuple[list[str], int]:
    """The false alarms of one run, and how many requests it sent. Its own failure is one, too."""
    relay = Benign.row([benign()[each] for each in run.relays])
    try:
        found = harmless_trial(relay, run.document, run.profile, run.only)
    except Exception as error:  # the others are tried all the same
        return [f"the trial itself: {type(error).__name__}: {error}"], 0
    is_base = run.document == BASE and run.profile == "core"
    if not is_base:  # other documents list other headers and members
        relay = replace(relay, notes=relay.notes | LEFT_OPEN)
    alarms = false_alarms(relay, found, is_whole=is_base)
    return (list(_alone(run)) or alarms) if alarms and len(run.relays) > 1 else alarms, found.asked


def _alone(run: HarmlessRun) -> Iterator[str]:
    """The alarms of each relay of a row."""
    for each in run.relays:
        alarms, _ = tried(HarmlessRun((each,), run.document, run.profile, run.only))
        yield from (f"{each}: {alarm}" for alarm in alarms)


def try_all(ids: list[str], jobs: int, say: Callable[[str], None]) -> int:
    """Try benign relays, and say of each how it went. Returns how many runs had false alarms."""
    wanted = list(runs(ids))
    failed = 0
    with ProcessPoolExecutor(jobs) as pool:
        for run, (alarms, asked) in zip(wanted, pool.map(tried, wanted), strict=True):
            failed += bool(alarms)
            say("\n    ".join([f"benign  {'WRONG' if alarms else 'ok':5}  {run}: {asked} asked", *alarms]))
    relays = len({each for run in wanted for each in run.relays})
    say(f"{len(wanted)} runs behind {relays} benign relays; runs with false alarms: {failed}")
    return failed
