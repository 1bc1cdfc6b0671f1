"""Pages as JSON: a canvas, and on each page texts of paragraphs of runs, each with its place (`point`).

The form is that of the published protocol of `pptxProperty`; nothing is said of colours and masters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Lines = Sequence[tuple[int, str]]
_TITLE, _BODY = "TITLE", "BODY"
_DEEPEST = 20  # of objects in objects


def document(pages: Sequence[tuple[str, Lines]], canvas: tuple[int, int]) -> dict[str, Any]:
    """A document of pages, each with a title and lines that are set so deep."""
    width, height = canvas
    master: dict[str, Any] = {
        "background": {},
        "children": [],
        "slideLayouts": [{"background": {}, "children": []}],
    }
    return {
        "version": "1.0",
        "width": width,
        "height": height,
        "font": [],
        "pages": [_page(number, *each, canvas) for number, each in enumerate(pages, 1)],
        "slideMasters": [master],
    }


def _page(number: int, title: str, lines: Lines, canvas: tuple[int, int]) -> dict[str, Any]:
    width, height = canvas
    texts = [_text(f"{number}-1", _TITLE, [(0, title)], [width // 15, 40, width * 13 // 15, 80])]
    if lines:
        texts.append(_text(f"{number}-2", _BODY, lines, [width // 15, 140, width * 13 // 15, height - 180]))
    ground = {"realType": "Background", "anchor": [0, 0, width, height], "fillStyle": {"type": "noFill"}}
    info = {"slideMasterIdx": 0, "slideLayoutIdx": 0, "background": {**ground, "strokeStyle": {}}}
    return {"page": number, "extInfo": info, "children": texts}


def _text(id: str, holder: str, lines: Lines, point: list[int]) -> dict[str, Any]:
    about = {"realType": "TextBox", "anchor": point, "placeholder": {"type": holder, "visible": True}}
    children = [_paragraph(f"{id}-{at}", id, *each) for at, each in enumerate(lines, 1)]
    return {
        "id": id,
        "type": "text",
        "depth": 1,
        "point": point,
        "extInfo": {"property": about},
        "children": children,
    }


def _paragraph(id: str, parent: str, depth: int, text: str) -> dict[str, Any]:
    inner = {"id": f"{id}-r", "pid": id, "type": "r", "depth": 3, "text": text, "extInfo": {}, "children": []}
    about = {"property": {"textAlign": "LEFT", "indentLevel": depth}}
    return {"id": id, "pid": parent, "type": "p", "depth": 2, "extInfo": about, "children": [inner]}


def pages_of(pages: Any) -> list[tuple[str, list[tuple[int, str]]]]:
    """The title and the lines of each page: the text that is marked as its title, or else the first."""
    return [_read(each) for each in pages if isinstance(each, dict)] if isinstance(pages, list) else []


def _read(page: dict[str, Any]) -> tuple[str, list[tuple[int, str]]]:
    texts = [each for each in _objects(page, 0) if each.get("type") == "text"]
    title = next((each for each in texts if "TITLE" in _holder(each)), texts[0] if texts else None)
    lines = [one for each in texts if each is not title for one in _paragraphs(each)]
    said = " ".join(text for _, text in _paragraphs(title)) if title else ""
    return said, lines


def _objects(node: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    children = node.get("children")
    for each in children if isinstance(children, list) and depth < _DEEPEST else ():
        if isinstance(each, dict):
            yield each
            yield from _objects(each, depth + 1)


def _at(node: Any, *names: str) -> Any:
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def _holder(text: dict[str, Any]) -> str:
    return str(_at(text, "extInfo", "property", "placeholder", "type"))


def _paragraphs(text: dict[str, Any]) -> Iterator[tuple[int, str]]:
    for each in (one for one in _objects(text, 0) if one.get("type") == "p"):
        runs = [str(run.get("text", "")) for run in _objects(each, 0) if run.get("type") == "r"]
        if said := "".join(runs) or str(each.get("text", "")):
            level = _at(each, "extInfo", "property", "indentLevel")
            yield (1 if isinstance(level, int) and level else 0), said
