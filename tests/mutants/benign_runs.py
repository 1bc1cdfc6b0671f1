"""Trying the benign relays: which with which document and profile, and what is printed of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from mutants.benign import Benign, benign
from mutants.trial import false_alarms, harmless_trial
from support import documents

BASE = "stability"


@dataclass(frozen=True)
class HarmlessRun:
    """One benign relay in front of one document, judged in one profile."""

    relay: str
    document: str
    profile: str

    def __str__(self) -> str:
        return f"{self.relay}  ({self.document}, {self.profile})"


def runs(ids: list[str]) -> Iterator[HarmlessRun]:
    """Each relay in core, which holds all of free; the broad ones in free, extended, and every document."""
    chosen = [benign()[each] for each in ids or benign()]
    yield from (HarmlessRun(each.id, BASE, "core") for each in chosen)
    broad = [each.id for each in chosen if each.broad]
    yield from (HarmlessRun(each, BASE, profile) for profile in ("free", "extended") for each in broad)
    others = [name for name in documents() if name != BASE]
    yield from (HarmlessRun(each, name, "core") for name in others for each in broad)


def tried(run: HarmlessRun) -> tuple[list[str], int]:
    """The false alarms of one run, and how many requests it sent. Its own failure is one, too."""
    relay = benign()[run.relay]
    try:
        found = harmless_trial(relay, run.document, run.profile)
    except Exception as error:  # the others are tried all the same
        return [f"the trial itself: {type(error).__name__}: {error}"], 0
    return false_alarms(relay, found, is_whole=_shows_all(relay, run)), found.asked


def _shows_all(relay: Benign, run: HarmlessRun) -> bool:
    """Whether all can be noted that is to be: free sees no success, other documents have other answers."""
    return run.document == BASE and run.profile == "core"


def try_all(ids: list[str], jobs: int, say: Callable[[str], None]) -> int:
    """Try benign relays, and say of each how it went. Returns how many runs had false alarms."""
    wanted = list(runs(ids))
    counts: dict[str, int] = {}
    with ProcessPoolExecutor(jobs) as pool:
        for run, (alarms, asked) in zip(wanted, pool.map(tried, wanted), strict=True):
            counts[run.profile] = counts.get(run.profile, 0) + bool(alarms)
            say("\n    ".join([f"benign  {'WRONG' if alarms else 'ok':5}  {run}: {asked} asked", *alarms]))
    told = ", ".join(f"{count} in {profile}" for profile, count in counts.items())
    relays = len({each.relay for each in wanted})
    say(f"{len(wanted)} runs behind {relays} benign relays; runs with false alarms: {told}")
    return sum(counts.values())
