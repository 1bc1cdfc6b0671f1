"""An outline about a subject, in Markdown: deterministic, in Chinese or English, and obviously a double's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from random import Random
from typing import Any

from proofsheet.spec import outline
from proofsheet.spec.outline import BODY, CHAPTER, HEADING, PAGE, TOPIC, Node
from proofsheet.spec.yaml_reader import table

_LONGEST = 30  # characters of a title
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SPACE = re.compile(r"\s+")
_PAGES = 3  # of a chapter, which has a slide of its own
LENGTH = (20, 30)  # slides, where nothing says how many


def written(subjects: Sequence[str], language: str, pages: tuple[int, int] = LENGTH) -> Node:
    """A new outline that becomes about so many slides, from and to: topic, chapters, pages and headings."""
    said = [text for each in subjects if (text := _SPACE.sub(" ", each).strip(" #"))]
    known = _phrases(language, said)
    topic = _short(said[0]) if said else known["nothing"]
    count = max(1, round((sum(pages) / 2 - 1) / (1 + _PAGES)))
    return _of_chapters(topic, known["chapters"][:count])


def revised(given: Node, question: str, language: str) -> Node:
    """The given outline with a chapter more about what was asked for."""
    known = _phrases(language, [given.name, question])
    asked = _short(_SPACE.sub(" ", question).strip(" #")) or known["nothing"]
    return Node(TOPIC, given.name, [*given.children, *_of_chapters(asked, [known["revised"]]).children])


def filled(given: Node, language: str) -> Node:
    """The given outline with a text under each heading that has none."""
    known = _phrases(language, [given.name])
    return _filled(given, given.name, known["body"])


def _filled(node: Node, topic: str, body: Sequence[str]) -> Node:
    children = [_filled(each, topic, body) for each in node.children]
    if not children and node.level in (PAGE, HEADING):
        seed = blake2b(f"{topic} {node.name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
        children = [Node(BODY, Random(seed).choice(body).format(topic=topic, heading=node.name))]
    return Node(node.level, node.name, children)


def _of_chapters(topic: str, chapters: Sequence[Mapping[str, Any]]) -> Node:
    def nodes(level: int, found: Any) -> list[Node]:
        if isinstance(found, list):
            return [Node(level, each) for each in found]
        return [Node(level, name.format(topic=topic), nodes(level + 1, each)) for name, each in found.items()]

    return Node(TOPIC, topic, [one for each in chapters for one in nodes(CHAPTER, each)])


def markdown(node: Node) -> str:
    """An outline as text, which `spec.outline.read` reads back."""
    return "\n".join(_lines(node)) + "\n"


def _lines(node: Node) -> Iterator[str]:
    name = _SPACE.sub(" ", node.name)
    yield f"- {name}" if node.level == outline.BODY else f"{'#' * node.level} {name}"
    for each in node.children:
        yield from _lines(each)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _phrases(language: str, said: Sequence[str]) -> Mapping[str, Any]:
    """Those of a language; of one that is not known, or not named, those that the words are in."""
    is_chinese = any(map(_CHINESE.search, said)) or not said
    name = "zh" if language.lower().startswith("zh") or (not language and is_chinese) else "en"
    found: Mapping[str, Any] = table(__file__, "outline.yaml")[name]
    return found
