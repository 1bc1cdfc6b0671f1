"""JSON Pointer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofsheet.spec import pointers

DATA = {"a": [{"b": 1}, {"b": 2}, {}], "x/y": {"~": "tilde"}, "": "empty"}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", DATA), ("/a/0/b", 1), ("/x~1y/~0", "tilde"), ("/", "empty"), ("/a/2", {})],
)
def test_get(pointer: str, value: object) -> None:
    assert pointers.get(DATA, pointer) == value


@pytest.mark.parametrize("pointer", ["/b", "/a/3", "/a/-1", "/a/x", "/a/0/b/c", "/a/*", "/a/-", "/a/²"])
def test_get_where_nothing_is(pointer: str) -> None:
    with pytest.raises(KeyError):
        pointers.get(DATA, pointer)


def test_find_takes_every_item_for_a_star() -> None:
    assert list(pointers.find(DATA, ("a", "*", "b"))) == [1, 2]
    assert list(pointers.find(DATA, ("a", "b"))) == []
    assert list(pointers.find(DATA, ("x/y", "*"))) == list(
        DATA["x/y"].values()
    )  # and every member of an object
    assert [found for _, found in pointers.find_places(DATA, ("x/y", "*"))] == list(DATA["x/y"].values())


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="is no JSON pointer"):
        pointers.split("a/b")


@given(st.lists(st.text()))
def test_join_and_split_are_inverse(tokens: list[str]) -> None:
    assert pointers.split(pointers.join(*tokens)) == tuple(tokens)


@pytest.mark.parametrize(
    ("pointer", "left"),
    [
        ("/a/b", {"a": {"c": 2}, "d": [1]}),
        ("/a", {"d": [1]}),
        ("/a/x", {"a": {"b": 1, "c": 2}, "d": [1]}),
        ("/d/0", {"a": {"b": 1, "c": 2}, "d": [1]}),
    ],
)
def test_a_member_is_removed_from_a_copy(pointer: str, left: object) -> None:
    value = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert pointers.removed(value, pointers.split(pointer)) == left
    assert value == {"a": {"b": 1, "c": 2}, "d": [1]}
