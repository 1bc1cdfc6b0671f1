"""What each finding is: a sentence from explained.yaml for each message, or it is told as unexplained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import yaml

from gateways.fleet import HERE
from gateways.judged import Finding, Judged


@dataclass(frozen=True)
class Explanation:
    """Why some messages are there; all but `why` are patterns with * and ?, of which any may fit.

    `requirements` are matched with `operation.topic`, the id without its family.
    """

    gateways: tuple[str, ...]
    requirements: tuple[str, ...]
    why: str
    says: tuple[str, ...] = ("*",)

    def covers(self, gateway: str, finding: Finding, message: str) -> bool:
        about = (
            (gateway, self.gateways),
            (finding.requirement.split(".", 1)[1], self.requirements),
            (message, self.says),
        )
        return all(_fits(text, patterns) for text, patterns in about)


@dataclass
class Explained:
    """Of one proxy: sentence -> topic -> operations, and the messages that nobody explains."""

    found: dict[Explanation, dict[str, set[str]]] = field(default_factory=dict)
    left: list[tuple[Finding, str]] = field(default_factory=list)


def explanations() -> list[Explanation]:
    """All of explained.yaml."""
    table: list[Mapping[str, Any]] = yaml.safe_load((HERE / "explained.yaml").read_text(encoding="utf-8"))
    return [
        Explanation(
            tuple(each["gateways"]),
            tuple(each["requirements"]),
            " ".join(each["why"].split()),
            tuple(each.get("says", "*")),
        )
        for each in table
    ]


def explained(judged: Judged, known: Sequence[Explanation]) -> Explained:
    """Give each message of each finding to the first explanation that covers it."""
    told = Explained()
    for finding in judged.findings:
        _, operation, topic = finding.requirement.split(".", 2)
        for message in finding.messages:
            why = next((each for each in known if each.covers(judged.gateway.name, finding, message)), None)
            if why is None:
                told.left.append((finding, message))
            else:
                told.found.setdefault(why, {}).setdefault(f"{finding.level} {topic}", set()).add(operation)
    return told


def stale(results: Iterable[Judged], known: Sequence[Explanation]) -> list[str]:
    """Patterns of gateways in explanations that explain nothing there any more, and with them the sentence.

    A proxy that was not run is not held against them.
    """
    ran = {each.gateway.name: explained(each, known).found for each in results if not each.why_not}
    missing = [each.gateway.name for each in results if each.why_not]
    return [
        f"{pattern}: {why.why}"
        for why in known
        for pattern in why.gateways
        if not any(why in found for name, found in ran.items() if fnmatchcase(name, pattern))
        and not any(fnmatchcase(name, pattern) for name in missing)
    ]


def _fits(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, each) for each in patterns)
