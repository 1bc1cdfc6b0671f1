"""Media types and Accept headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofsheet.spec import media_types

OFFERS = ("application/json", "image/png", "image/webp")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("image/*", ("image/png", "image/webp")),
        ("*/*", OFFERS),
        ("application/json", ("application/json",)),
        ("Application/JSON; charset=utf-8", ("application/json",)),
        ("application/json; type=image/png", ("application/json",)),
        ("image/webp;q=0.5, image/png", ("image/png", "image/webp")),
        ("*/*;q=0.1, application/json", ("application/json", "image/png", "image/webp")),
        ("*/*, image/webp", ("image/webp", "application/json", "image/png")),
        ("image/png;q=0", ()),
        ("image/png;q=2", ()),
        ("image/png;q=x", ()),
        ("text/html", ()),
        ("", ()),
        (",,", ()),
        ("image", ()),
        ("*", ()),
    ],
)
def test_matching(header: str, expected: tuple[str, ...]) -> None:
    assert media_types.matching(header, OFFERS) == expected


def test_parse_keeps_parameters_without_quality() -> None:
    parsed = media_types.parse('multipart/form-data; Boundary="a b"; q=0.5')
    assert (parsed.name, parsed.parameters, parsed.quality) == (
        "multipart/form-data",
        {"boundary": "a b"},
        0.5,
    )


@given(st.text())
def test_no_header_makes_it_raise(header: str) -> None:
    media_types.parse(header)
    assert set(media_types.matching(header, OFFERS)) <= set(OFFERS)


@given(
    st.lists(
        st.sampled_from(["*/*", "image/*", "image/png", ";q=", "0.5", "1e9", "nan", ",", ";", '"', "-1"])
    )
)
def test_no_near_header_makes_it_raise(parts: list[str]) -> None:
    found = media_types.accepted("".join(parts))
    assert all(0 < each.quality <= 1 for each in found)
