"""A document to start from, for whatever takes one: a PPTX of a few slides, by the least of ECMA-376."""

from __future__ import annotations

import io
import zipfile
from functools import cache

TITLES = ("Paper boats", "How they are folded", "Where they float")
_DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_SHOWN = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_LINKED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_OFFICE = "application/vnd.openxmlformats-officedocument.presentationml"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SLIDE = (
    f"<p:sld {_SHOWN} {_DRAWING}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id='1' name=''/><p:cNvGrpSpPr/>"
    "<p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id='2' name='Title'/><p:cNvSpPr/><p:nvPr>"
    "<p:ph type='title'/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r>"
    "</a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
)


@cache
def source_document() -> bytes:
    """The bytes of the file: a slide for each of TITLES."""
    count = range(1, len(TITLES) + 1)
    links = "".join(_link(number, "slide", f"slides/slide{number}.xml") for number in count)
    ids = "".join(f"<p:sldId id='{255 + number}' r:id='rId{number}'/>" for number in count)
    types = "".join(_type(f"slides/slide{number}", "slide") for number in count)
    parts = {
        "[Content_Types].xml": f"<Types xmlns='{_PACKAGE}/content-types'><Default Extension='rels' "
        "ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
        f"{_type('presentation', 'presentation.main')}{types}</Types>",
        "_rels/.rels": _links(_link(1, "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {_SHOWN} {_LINKED}><p:sldIdLst>{ids}</p:sldIdLst>"
        "<p:sldSz cx='12192000' cy='6858000'/><p:notesSz cx='6858000' cy='9144000'/></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _links(links),
        **{f"ppt/slides/slide{at}.xml": _SLIDE.format(each) for at, each in zip(count, TITLES, strict=True)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def is_document(data: bytes) -> bool:
    """Whether a file is one of these, whole or not."""
    return data.startswith(b"PK")


def _link(number: int, kind: str, target: str) -> str:
    return f"<Relationship Id='rId{number}' Type='{_KINDS}/{kind}' Target='{target}'/>"


def _links(inner: str) -> str:
    return f"<Relationships xmlns='{_PACKAGE}/relationships'>{inner}</Relationships>"


def _type(name: str, kind: str) -> str:
    return f"<Override PartName='/ppt/{name}.xml' ContentType='{_OFFICE}.{kind}+xml'/>"
