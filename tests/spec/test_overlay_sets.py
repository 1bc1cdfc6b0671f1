"""The applier and the overlay standard: OAI's own compliant sets, and what each of them asks, in our words.

The sets are files of github.com/OAI/Overlay-Specification (Apache-2.0) and are not kept here. To run them:

    git clone --depth 1 https://github.com/OAI/Overlay-Specification /tmp/overlays
    OVERLAY_SETS=/tmp/overlays/compliant-sets python -m pytest tests/spec/test_overlay_sets.py
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from proofsheet.spec.overlay import BadOverlay, apply
from proofsheet.spec.yaml_reader import Source, read

SETS = os.environ.get("OVERLAY_SETS", "")
OFFICIAL = sorted(path.parent for path in Path(SETS).glob("*/overlay.yaml")) if SETS else []
TARGETS = ("openapi.yaml", "arazzo.yaml", "asyncapi.yaml")


@pytest.mark.skipif(not SETS, reason="OVERLAY_SETS names no folder of compliant sets (see above)")
def test_the_official_sets() -> None:
    assert len(OFFICIAL) >= 11, f"{SETS} has {len(OFFICIAL)} sets"
    for folder in OFFICIAL:
        target = next(path for name in TARGETS if (path := folder / name).is_file())
        result = apply(read(target).value, read(folder / "overlay.yaml"))
        assert result == read(folder / "output.yaml").value, folder.name


SHOP: Any = yaml.safe_load("""
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers:
  - {url: https://shop.example, description: Live}
  - {url: https://t.example, description: Trial}
paths:
  /goods:
    get: {summary: All goods, tags: [goods], responses: {"200": {d: 1}, "500": {d: 2}, default: {d: 3}}}
  /goods/{id}:
    get: {summary: One, tags: [goods], responses: {"200": {d: 4}, default: {d: 5}}}
components:
  schemas:
    Good: {properties: {name: {type: string, example: cup}, price: {type: number, example: 3}}}
""")


def done(*actions: Any) -> Any:
    value = {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": list(actions)}
    return apply(SHOP, Source(Path("o.yaml"), value, {}))


def test_add_a_license() -> None:
    made = done({"target": "$.info", "update": {"license": {"name": "MIT"}}})
    assert made["info"] == {"title": "Shop", "version": "1", "license": {"name": "MIT"}}


def test_description_and_summary() -> None:
    made = done({"target": "$.paths['/goods'].get", "update": {"description": "Said", "summary": "New"}})
    got = made["paths"]["/goods"]["get"]
    assert (got["description"], got["summary"], got["tags"]) == ("Said", "New", ["goods"])


def test_many_operations() -> None:
    made = done(
        {"target": "$.paths['/goods'].get.summary", "remove": True},
        {"target": "$.paths.*.get", "update": {"tags": ["wild"]}},
        {"target": "$.paths['/goods'].get", "update": {"x-info": {"by": "overlay"}, "tags": ["one"]}},
        {"target": "$.paths.*", "update": {"post": {"x": {"y": 1}}}},
    )
    first, second = made["paths"].values()
    assert "summary" not in first["get"]
    assert (first["get"]["tags"], second["get"]["tags"]) == (["goods", "wild", "one"], ["goods", "wild"])
    assert first["get"]["x-info"] == {"by": "overlay"}
    assert first["post"] == second["post"] == {"x": {"y": 1}}


def test_remove_example() -> None:
    made = done({"target": "$.components.schemas.Good.properties['name'].example", "remove": True})
    properties = made["components"]["schemas"]["Good"]["properties"]
    assert properties == {"name": {"type": "string"}, "price": {"type": "number", "example": 3}}


def test_remove_matching_responses() -> None:
    made = done(
        {"target": "$.paths..responses['500']", "remove": True},
        {"target": "$.paths..responses['default']", "remove": True},
    )
    assert [list(each["get"]["responses"]) for each in made["paths"].values()] == [["200"], ["200"]]


def test_remove_property_by_a_filter_below() -> None:
    made = done({"target": "$.components..properties[?(@.type == 'string')]", "remove": True})
    assert list(made["components"]["schemas"]["Good"]["properties"]) == ["price"]


def test_remove_server_by_a_filter_with_blanks() -> None:
    made = done({"target": "$.servers[?( @.description == 'Trial' )]", "remove": True})
    assert [each["description"] for each in made["servers"]] == ["Live"]


def test_replace_servers() -> None:
    made = done(
        {"target": "$.servers", "remove": True}, {"target": "$", "update": {"servers": [{"url": "http://l"}]}}
    )
    assert made["servers"] == [{"url": "http://l"}]
    assert list(made)[-1] == "servers"


def test_update_root() -> None:
    made = done({"target": "$", "update": {"info": {"x-overlaid": True}}})
    assert made["info"] == {"title": "Shop", "version": "1", "x-overlaid": True}


def test_append_to_every_list_and_update_by_a_name() -> None:  # arazzo-sandbox-workflow
    made = done(
        {"target": "$.servers[?@.description == 'Live']", "update": {"url": "https://new.example"}},
        {"target": "$.paths[*].get.tags", "update": "all"},
    )
    assert [each["url"] for each in made["servers"]] == ["https://new.example", "https://t.example"]
    assert [each["get"]["tags"] for each in made["paths"].values()] == [["goods", "all"]] * 2


def test_remove_by_an_extension() -> None:  # asyncapi-remove-internal-channels
    marked = done({"target": "$.paths['/goods'].get", "update": {"x-internal": True}})
    overlay = {
        "overlay": "1.0.0",
        "actions": [{"target": "$.paths[?@.get['x-internal'] == true]", "remove": True}],
    }
    made = apply(marked, Source(Path("o.yaml"), overlay, {}))
    assert list(made["paths"]) == ["/goods/{id}"]


NOTHING = [{"target": "$.nope", "update": {}}, {"target": "$.info"}, {"target": "$.info", "remove": False}]


@pytest.mark.parametrize("action", NOTHING, ids=str)
def test_what_does_nothing_is_an_error_though_the_standard_allows_it(action: Any) -> None:
    with pytest.raises(BadOverlay):
        done(action)


def test_remove_wins_over_update() -> None:
    assert "servers" not in done({"target": "$.servers", "remove": True, "update": {"url": "x"}})


def test_copy_of_1_1_is_refused_rather_than_passed_over() -> None:
    with pytest.raises(BadOverlay, match="needs `update` or `remove: true`"):
        done({"target": "$.info", "copy": "$.servers[0]"})
