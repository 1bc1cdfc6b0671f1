"""What a mutant declares, held against what a trial found; and a declaration made from a trial.

A declaration speaks of topics (an id without family and operation), in which `*` stands for anything, so that
it holds for operations and fields that a family gains later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from mutants.catalogue import Mutant

SIMILAR = 2  # so many fields with one kind of fault are a kind, and not these fields
WIDE = 6  # of so many kinds of fault none is about certain fields
_ALIKE = (
    "any",
    "header",
    "key",
    "media-type",
    "parameters",
    "precedence",
    "robust",
    "rules",
)  # by what follows
_APART = ("answer", "finish", "form", "picture", "task")  # what follows is no field


@dataclass(frozen=True)
class Trial:
    """What the judge found: id to the messages, by how grave it is; and the ids of what it found kept."""

    broken: Mapping[str, list[str]]  # MUST and SHOULD
    advised: Mapping[str, list[str]]  # MAY
    stopped: Mapping[str, str]  # could not be judged
    levels: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0
    seconds: float = 0.0
    spoke: frozenset[str] = frozenset()  # the checks that found something
    passed: frozenset[str] = frozenset()

    @property
    def failed(self) -> set[str]:
        """The ids of all that was found, advice included."""
        return {*self.broken, *self.advised}


def topic(name: str) -> str:
    """The topic of a requirement's id."""
    return name.split(".", 2)[-1]


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, glob.split("*"))))


def covers(globs: Iterable[str], name: str) -> bool:
    """Whether one of the patterns is about the topic of an id."""
    return any(_pattern(each).fullmatch(topic(name)) for each in globs)


def missed(mutant: Mutant, names: Iterable[str]) -> list[str]:
    """The topics that a mutant is for and that are not among these ids."""
    topics = {topic(each) for each in names}
    return [each for each in mutant.aim if each not in topics]


def differences(mutant: Mutant, found: Trial) -> list[str]:
    """What a trial did not find, and what it found that has nothing to do with the mutant."""
    expected = (*mutant.aim, *mutant.every, *mutant.also)
    beyond = sorted(each for each in found.failed if not covers(expected, each))
    lost = sorted(each for each in found.passed if covers(mutant.every, each))
    stopped = sorted(each for each in found.stopped if not covers(mutant.stops, each))
    texts = (
        ("misses its aim", [] if mutant.unseen else missed(mutant, {*found.failed, *found.stopped})),
        ("was not found on every operation", lost),
        ("found beyond", beyond),
        ("can no longer be judged", stopped),
        ("only advises", [] if is_grave(mutant, found) else list(mutant.aim)),
    )
    return [f"{text}: {', '.join(which)}" for text, which in texts if which]


def is_grave(mutant: Mutant, found: Trial) -> bool:
    """Whether it fails a target by what it is for, unless it says that it only advises."""
    aimed = [each for each in found.broken if covers(mutant.aim, each)]
    return bool(aimed or found.stopped or mutant.advises or mutant.unseen)


def declared(mutant: Mutant, found: Trial) -> dict[str, list[str]]:
    """The declaration that a whole trial supports: what was found everywhere, and what went with it."""
    globs = _kinds(mutant, {topic(each) for each in found.failed})
    counts = {each: sum(covers([each], name) for name in found.failed) for each in globs}
    kept = {each for each in globs if any(covers([each], name) for name in found.passed)}
    every = [each for each in globs if counts[each] > 1 and each not in kept]
    also = [each for each in globs if each not in every and each not in mutant.aim]
    stops = sorted({topic(each) for each in found.stopped})
    return {"every": every, "also": also, "stops": stops}


def _kinds(mutant: Mutant, topics: set[str]) -> list[str]:
    """The topics, those of which there are several alike as one pattern; the aims by their names."""
    groups: dict[str, set[str]] = {}
    for each in topics:
        groups.setdefault(_kind(each), set()).add(each)
    least = 1 if sum(kind.startswith("*") for kind in groups) >= WIDE else SIMILAR
    found = {each for each in mutant.aim if each in topics}
    for kind, members in groups.items():
        found |= {kind} if len(members) >= least else members
    return sorted(found)


def _kind(name: str) -> str:
    """What a topic has in common with those of other fields: `seed.maximum` is `*.maximum`."""
    words = name.split(".")
    if len(words) == 1 or words[0] in _APART:
        return name
    if words[0] in _ALIKE:
        return f"{words[0]}.*"
    return "*.listed.*" if "listed" in words[:-1] else f"*.{words[-1]}"
