"""A part's table of resources has entries of the whole's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proofsheet.spec.inherited_tables import NoTable, with_inherited
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import BadFile

WHOLE = {"a": {"kind": "chat", "price": 1}, "b": {"kind": "sound"}, "c": {"kind": "chat"}}


def document(**table: Any) -> dict[str, Any]:
    return {"info": {"x-part-of": "shop"}, "components": {"x-resources": {"models": table}}}


def inherited(value: dict[str, Any]) -> Any:
    whole = document(items=WHOLE, until="gone")
    return with_inherited(value, lambda name: whole if name == "shop" else {})


def test_entries_with_the_members_are_taken_and_ones_own_win() -> None:
    value = document(inherits={"kind": "chat"}, items={"c": {"kind": "chat", "price": 3}}, until="ends")
    found = inherited(value)["components"]["x-resources"]["models"]
    assert found == {"until": "ends", "items": {"a": WHOLE["a"], "c": {"kind": "chat", "price": 3}}}


def test_what_inherits_nothing_is_as_it_was() -> None:
    value = document(items={"z": {}})
    assert inherited(value) is value


def test_nothing_to_inherit_from_is_an_error() -> None:
    value = {**document(inherits={"kind": "chat"}), "info": {}}
    with pytest.raises(NoTable, match="models"):
        inherited(value)


def test_it_says_where(tmp_path: Path) -> None:
    (tmp_path / "apis").mkdir()
    text = "info: {title: x}\ncomponents:\n  x-resources:\n    models: {inherits: {kind: chat}}\n"
    (tmp_path / "apis" / "shop-parcels.yaml").write_text(text)
    with pytest.raises(BadFile, match=r"shop-parcels\.yaml:4:\d+: there is no table models"):
        Library(tmp_path).source("shop-parcels")
