"""Outlines in Markdown: what an operation writes of one (`x-outline`), and how its text is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.choices import Choice, choice

TOPIC, CHAPTER, PAGE, HEADING, BODY = 1, 2, 3, 4, 0  # levels: those of the text's headings, and what is none
_HEADING = re.compile(r"(#{1,4})[ \t]+(.*)")
_BULLET = re.compile(r"(?:[-*+]|\d+[.)])[ \t]+")


@dataclass(frozen=True)
class Outline:
    """Which fields of a request decide about an outline; each is a place in it.

    It is about the `subjects`, or goes on from a `given` one: as a `question` says, and with text under the
    headings where it is `filled`. It becomes `pages` slides, from and to. Without `given` it is a new one.
    """

    subjects: tuple[tuple[str, ...], ...] = ()
    given: tuple[str, ...] | None = None
    question: tuple[str, ...] | None = None
    pages: Choice | None = None
    language: tuple[str, ...] | None = None
    filled: bool = False


@dataclass
class Node:
    """A line of an outline, and what stands below it."""

    level: int  # TOPIC to HEADING, or BODY
    name: str
    children: list[Node] = field(default_factory=list)

    def below(self, level: int) -> Iterator[Node]:
        """The lines of a level, in their order."""
        for each in self.children:
            if each.level == level:
                yield each
            yield from each.below(level)

    @property
    def tree(self) -> dict[str, Any]:
        """The same as a JSON value: `level`, `name`, and `children` where there are any."""
        inner = {"children": [each.tree for each in self.children]} if self.children else {}
        return {"level": self.level, "name": self.name, **inner}


def read(markdown: str) -> Node:
    """The outline of a text: what stands before its first heading of the first level is left out."""
    way = [Node(TOPIC, "")]
    for line in markdown.splitlines():
        text = line.strip()
        heading = _HEADING.fullmatch(text)
        if heading and len(heading[1]) == TOPIC:
            if way[0].name:
                continue  # there is one topic
            way = [Node(TOPIC, heading[2].strip(), way[0].children)]
        elif heading:
            level = len(heading[1])
            way = [each for each in way if each.level < level]
            way.append(Node(level, heading[2].strip()))
            way[-2].children.append(way[-1])
        elif text and way[0].name:
            way[-1].children.append(Node(BODY, _BULLET.sub("", text, count=1)))
    return way[0]


def titles(outline: Node) -> list[str]:
    """What stands on slides as their titles: the topic, each chapter and each page, in their order."""
    found = [outline.name]
    for each in outline.children:
        found += [each.name] if each.level in (CHAPTER, PAGE) else []
        found += [one.name for one in each.below(PAGE)] if each.level == CHAPTER else []
    return found


def outline(node: Mapping[str, Any] | None) -> Outline | None:
    """Read `x-outline`. Raises KeyError and ValueError where it has not the form of one."""
    if node is None:
        return None
    places = {name: pointers.split(node[name]) for name in ("given", "question", "language") if name in node}
    return Outline(
        subjects=tuple(pointers.split(each) for each in node.get("subject", ())),
        pages=choice(node["pages"]) if "pages" in node else None,
        filled=node.get("filled", False),
        **places,
    )
