"""Slide documents of others, as far as their texts go: within limits, and nothing of them is trusted."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as Tree

from proofsheet.mockserver.media.slides.deck import MOST_SLIDES, Line, Slide

MOST_BYTES = 8_000_000  # of all parts that are read, unpacked
_MAIN = "ppt/presentation.xml"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, Tree.ParseError, KeyError, ValueError, EOFError),
    *(OSError, NotImplementedError, RuntimeError),  # of an archive that is encrypted, or packed otherwise
)


class _Package:
    """The parts of a document, of which so many bytes may be read."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.left = MOST_BYTES

    def part(self, name: str) -> Tree.Element:
        """A part as a tree. Raises one of _BROKEN."""
        with self.archive.open(name) as file:
            text = file.read(self.left + 1)
        self.left -= len(text)
        if self.left < 0 or b"<!DOCTYPE" in text:
            raise ValueError(f"{name} is too large, or has a document type")
        return Tree.fromstring(text)


def slides(data: bytes) -> tuple[Slide, ...] | None:
    """The slides of a PPTX file; None where it cannot be read."""
    try:
        package = _Package(data)
        return tuple(_slide(package.part(name)) for name in _names(package))
    except _BROKEN:
        return None


def _names(package: _Package) -> Iterator[str]:
    """The names of the slides' parts, in the order in which they are shown."""
    links = package.part("ppt/_rels/presentation.xml.rels")
    known = {each.get("Id"): each.get("Target", "") for each in links}
    for each in list(package.part(_MAIN).iter(f"{_P}sldId"))[:MOST_SLIDES]:
        yield posixpath.normpath(posixpath.join("/ppt", known[each.get(f"{_R}id")])).lstrip("/")


def _slide(tree: Tree.Element) -> Slide:
    title, lines = "", list[Line]()
    for shape in tree.iter(f"{_P}sp"):
        holder = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
        said = list(_paragraphs(shape))
        if holder is not None and holder.get("type") in ("title", "ctrTitle") and not title:
            title = " ".join(text for _, text in said)
        else:
            lines += said
    return Slide("page", title, tuple(lines))


def _paragraphs(shape: Tree.Element) -> Iterator[Line]:
    for each in shape.iter(f"{_A}p"):
        level = each.find(f"{_A}pPr")
        if text := "".join(run.text or "" for run in each.iter(f"{_A}t")):
            yield (1 if level is not None and level.get("lvl", "0") != "0" else 0), text
