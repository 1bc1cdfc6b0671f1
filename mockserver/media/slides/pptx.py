"""The file of a slide document: Office Open XML (ECMA-376), of parts that are written once.

Put together for each document in some 6 ms for 25 slides; python-pptx takes 72 (tests open these with it).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.mockserver.media import xml_text
from proofsheet.mockserver.media.slides.deck import Deck, Slide
from proofsheet.spec.yaml_reader import table

_MADE = (1980, 1, 1, 0, 0, 0)  # the date of every part: equal documents are equal files
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_TYPES = {  # of a part, by the folder that it is in
    "ppt": "presentationml.presentation.main",
    "ppt/theme": "theme",
    "ppt/slideMasters": "presentationml.slideMaster",
    "ppt/slideLayouts": "presentationml.slideLayout",
    "ppt/slides": "presentationml.slide",
}


def file(deck: Deck) -> bytes:
    """The bytes of the document's file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _parts(deck):
            archive.writestr(zipfile.ZipInfo(name, _MADE), (_HEAD + text).encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parts(deck: Deck) -> Iterator[tuple[str, str]]:
    known, xml = _known(), _known()["xml"]
    palettes = known["palettes"]
    dark, accent, light = palettes[deck.picture.identity[0] % len(palettes)]
    colours = {"dark": dark, "accent": accent, "light": light}
    common = {"namespaces": xml["namespaces"], "tree": xml["tree"]}
    count = len(deck.slides)
    made = {name: text.format(**common, **colours) for name, text in known["parts"].items()}
    for number, each in enumerate(deck.slides, 1):
        made[f"ppt/slides/slide{number}.xml"] = _slide(each, colours, common)
    slides = "".join(f'<p:sldId id="{255 + each}" r:id="rId{1 + each}"/>' for each in range(1, count + 1))
    made["ppt/presentation.xml"] = xml["presentation"].format(slides=slides, **common)
    yield "[Content_Types].xml", _content_types(made)
    whole = [("officeDocument", "ppt/presentation.xml"), (_CORE, "docProps/core.xml")]
    yield "_rels/.rels", _relationships(whole)
    said = {"title": xml_text.text(deck.title), "made": xml_text.text(deck.picture.title)}
    yield "docProps/core.xml", xml["properties"].format(**said)
    yield from made.items()
    yield from _links(deck, count)


_CORE = "metadata/core-properties"


def _links(deck: Deck, count: int) -> Iterator[tuple[str, str]]:
    """The relationships of each part to others."""
    slides = [("slide", f"slides/slide{number}.xml") for number in range(1, count + 1)]
    master = "slideMasters/slideMaster1.xml"
    theme = ("theme", "theme/theme1.xml")
    yield "ppt/_rels/presentation.xml.rels", _relationships([("slideMaster", master), *slides, theme])
    layouts = [("slideLayout", f"../slideLayouts/slideLayout{number}.xml") for number in (1, 2)]
    of_master = _relationships([*layouts, ("theme", "../theme/theme1.xml")])
    yield "ppt/slideMasters/_rels/slideMaster1.xml.rels", of_master
    for number in (1, 2):
        of_layout = _relationships([("slideMaster", f"../{master}")])
        yield f"ppt/slideLayouts/_rels/slideLayout{number}.xml.rels", of_layout
    for number, each in enumerate(deck.slides, 1):
        layout = _known()["kinds"][each.kind]["layout"]
        of_slide = _relationships([("slideLayout", f"../slideLayouts/slideLayout{layout}.xml")])
        yield f"ppt/slides/_rels/slide{number}.xml.rels", of_slide


def _slide(slide: Slide, colours: Mapping[str, str], common: Mapping[str, str]) -> str:
    xml, kind = _known()["xml"], _known()["kinds"][slide.kind]
    is_page = slide.kind == "page"
    ground = {"cover": colours["dark"], "chapter": colours["accent"], "page": colours["light"]}[slide.kind]
    ink, soft = (colours["dark"], "333333") if is_page else ("FFFFFF", "FFFFFF")
    x, y, width, height = kind["bar"]
    bar = colours["light"] if slide.kind == "chapter" else colours["accent"]
    shapes = xml["box"].format(id=2, x=x, y=y, width=width, height=height, colour=bar)
    shapes += _holder(3, "Title", 'type="title"' if is_page else 'type="ctrTitle"', [(0, slide.title)], ink)
    if slide.lines:
        shapes += _holder(4, "Text", 'idx="1"' if is_page else 'type="subTitle" idx="1"', slide.lines, soft)
    return str(xml["slide"].format(ground=ground, shapes=shapes, **common))


def _holder(id: int, name: str, holder: str, lines: Any, colour: str) -> str:
    xml = _known()["xml"]
    text = "".join(
        xml["line"].format(level=depth, language=_language(said), colour=colour, text=xml_text.text(said))
        for depth, said in lines
    )
    return str(xml["text"].format(id=id, name=name, holder=holder, text=text))


def _language(text: str) -> str:
    return "zh-CN" if _CHINESE.search(text) else "en-US"


def _content_types(parts: Mapping[str, str]) -> str:
    override = _known()["xml"]["override"]
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    known = "".join(override.format(name=each, type=_TYPES[each.rpartition("/")[0]]) for each in parts)
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    usual = f'<Default Extension="rels" ContentType="{rels}"/>'
    usual += '<Default Extension="xml" ContentType="application/xml"/>'
    usual += f'<Override PartName="/docProps/core.xml" ContentType="{core}"/>'
    return f'<Types xmlns="{_PACKAGE}content-types">{usual}{known}</Types>'


def _relationships(targets: list[tuple[str, str]]) -> str:
    written = _known()["xml"]["relationship"]
    found = [written.format(number=at, kind=kind, target=to) for at, (kind, to) in enumerate(targets, 1)]
    text = "".join(found).replace(
        f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{_CORE}",
        f"{_PACKAGE}relationships/{_CORE}",
    )
    return f'<Relationships xmlns="{_PACKAGE}relationships">{text}</Relationships>'


def _known() -> Mapping[str, Any]:
    found: Mapping[str, Any] = table(__file__, "parts.yaml")
    return found
