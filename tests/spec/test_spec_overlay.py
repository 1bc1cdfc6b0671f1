"""Overlays: what each kind of action does, and what is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proofsheet.spec.overlay import BadOverlay, apply
from proofsheet.spec.yaml_reader import Source

BASE = {
    "info": {"title": "one", "tags": ["a"]},
    "paths": {"/a-b": {"get": {"n": 1}}, "/c": {"get": {"n": 2}}},
    "list": [{"name": "x", "v": 1}, {"name": "y", "v": 2}, {"name": "x", "v": 3}],
}


def overlay(*actions: Any, **head: Any) -> Source:
    return Source(
        Path("o.yaml"), {"overlay": "1.0.0", "actions": list(actions), **head}, {"/actions/0": (4, 5)}
    )


def applied(*actions: Any) -> Any:
    return apply(BASE, overlay(*actions))


def test_update_merges_objects_deeply_and_replaces_scalars() -> None:
    result = applied({"target": "$.info", "update": {"title": "two", "more": {"x": 1}}})
    assert result["info"] == {"title": "two", "tags": ["a"], "more": {"x": 1}}
    assert BASE["info"] == {"title": "one", "tags": ["a"]}, "the base stays as it is"


def test_update_appends_to_arrays() -> None:
    assert applied({"target": "$.info.tags", "update": "b"})["info"]["tags"] == ["a", "b"]
    assert applied({"target": "$.info", "update": {"tags": ["b", "c"]}})["info"]["tags"] == ["a", "b", "c"]


def test_remove_takes_away_keys_and_items() -> None:
    assert "title" not in applied({"target": "$.info.title", "remove": True})["info"]
    assert applied({"target": "$.list[?@.name=='x']", "remove": True})["list"] == [{"name": "y", "v": 2}]
    assert applied({"target": "$.paths['/a-b','/c']", "remove": True})["paths"] == {}


def test_a_filter_updates_each_match_with_a_copy_of_its_own() -> None:
    update: dict[str, Any] = {"deep": {"n": []}}
    result = applied({"target": "$.list[?@.name=='x']", "update": update})
    result["list"][0]["deep"]["n"].append(1)
    assert result["list"][2]["deep"]["n"] == []
    assert update == {"deep": {"n": []}}


def test_actions_see_what_earlier_ones_did() -> None:
    result = applied({"target": "$", "update": {"new": {}}}, {"target": "$.new", "update": {"x": 1}})
    assert result["new"] == {"x": 1}


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ({"target": "$.nope", "remove": True}, "matches nothing"),
        ({"target": "$.info.title", "update": "x"}, "a scalar changes through its parent"),
        ({"target": "$.info", "update": "x"}, "a scalar changes through its parent"),
        ({"target": "$[", "remove": True}, "is no JSONPath"),
        ({"target": "$", "remove": True}, "cannot be removed"),
        ({"target": "$.info"}, "needs `update` or `remove: true`"),
        ({"target": "$.info", "remove": "true"}, "needs `update` or `remove: true`"),
        ({"update": {}}, "needs a target"),
        ("x", "needs a target"),
    ],
)
def test_an_action_that_cannot_be_done_is_an_error_with_its_place(action: Any, problem: str) -> None:
    with pytest.raises(BadOverlay) as caught:
        applied(action)
    assert problem in str(caught.value)
    assert str(caught.value).startswith("o.yaml:4:5: ")


@pytest.mark.parametrize("value", [[], "x", {}, {"overlay": "2.0.0", "actions": [{}]}, {"overlay": "1.0.0"}])
def test_what_is_no_overlay_says_so(value: Any) -> None:
    with pytest.raises(BadOverlay):
        apply(BASE, Source(Path("o.yaml"), value, {}))
