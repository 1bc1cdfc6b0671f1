"""SVG files read strictly: what the format leaves open passes, what breaks its rules or runs is named."""

from __future__ import annotations

import pytest

from proofsheet.contracts.checks.image_facts import inspect
from proofsheet.contracts.checks.vector_files import read_vector

HEAD = '<svg xmlns="http://www.w3.org/2000/svg"'
SHAPES = '<rect width="4" height="3"/><path d="M0 0L4 3" fill="red"/>'


def svg(attributes: str = 'width="4" height="3"', inner: str = SHAPES, before: str = "") -> bytes:
    return f"{before}{HEAD} {attributes}>{inner}</svg>".encode()


@pytest.mark.parametrize(
    "data",
    [
        svg(),
        svg('viewBox="0 0 4 3"'),
        svg('viewBox="0,0,4,3" width="100%" height="100%"'),
        svg('width="4px" height="3px"'),
        svg(before='<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by a tool -->\n'),
        svg(
            before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        ),
        b"\xef\xbb\xbf" + svg() + b"\n",
        svg(inner=f"<style>.a{{fill:red}}</style><metadata/>{SHAPES}"),
        svg()
        .decode()
        .replace("<svg", "<s:svg")
        .replace("xmlns=", "xmlns:s=")
        .replace("</svg", "</s:svg")
        .replace("<rect", "<s:rect")
        .replace("<path", "<s:path")
        .encode(),
    ],
)
def test_what_the_format_leaves_open_passes(data: bytes) -> None:
    found = read_vector(data)
    assert (found.problem, found.width, found.height, found.shapes) == (None, 4.0, 3.0, 2)
    seen = inspect(data)
    assert (seen.format, seen.width, seen.height, seen.trailing) == ("SVG", 4, 3, 0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (svg()[:-10], "is no XML"),
        (svg() + b"<svg/>", "is no XML"),
        (svg(inner="<b>&nbsp;</b>"), "is no XML"),
        (svg().replace(b"red", b"\xff"), "is no XML"),
        (b"<html></html>", "begins with 'html'"),
        (b"<svg width='4' height='3'/>", "begins with 'svg' instead"),
        (svg("width='auto'"), "has no size"),
        (svg("width='10cm' height='3cm'"), "has no size"),
        (svg(inner="<script>1</script>"), "holds a script"),
        (svg(inner="<rect onload='x()'/>"), "holds a script in the attribute 'onload'"),
        (svg(inner="<a href=' JavaScript:x()'/>"), "holds a script in the attribute 'href'"),
        (svg(before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "declares the entity 'a'"),
    ],
)
def test_what_breaks_the_rules_is_named(data: bytes, says: str) -> None:
    assert says in str(read_vector(data).problem)
    assert inspect(data).problem
