"""Rules about parameters that prompts carry in their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.lint.context import Context, Found
from proofsheet.spec.lint.gates import SCHEMA_KEYWORDS

_FILL = re.compile(r"\{(\w*)\}")
_KINDS = {"unknown", "missing", "invalid"}


def read(context: Context) -> Iterator[Found]:
    """No two parameters share a name, every wording is for something, and its placeholders are filled."""
    written = (each for each in context.of_kind("prompt-parameters") if "$ref" not in each.node)
    for place in written:
        yield from _names(place.pointer, place.node["parameters"], place.node.get("ignore-case", False))
        yield from _wording(place.pointer, place.node)


def _names(at: str, parameters: Mapping[str, Any], ignores_case: bool) -> Iterator[Found]:
    seen: dict[str, str] = {}
    for name, node in parameters.items():
        for each in (name, *node.get("aliases", ())):
            where = f"{at}/parameters{pointers.join(name)}"
            if each in seen:
                yield Found(where, f"{each!r} is a name of {seen[each]} too; a name means one parameter")
            if ignores_case and each != each.lower():
                yield Found(where, f"{each!r} is never found: case is ignored; write it small")
            seen[each] = name


def _wording(at: str, node: Mapping[str, Any]) -> Iterator[Found]:
    keywords = {key for each in node["parameters"].values() for key in each["schema"]}
    for kind, text in node["wording"].items():
        if kind not in _KINDS | SCHEMA_KEYWORDS:
            yield Found(
                f"{at}/wording/{kind}", f"no flaw is of the kind {kind!r}; known are {_listed(_KINDS)}"
            )
        filled = {"words"} if kind == "unknown" else {"name", "value", *keywords}
        yield from _fills(f"{at}/wording/{kind}", text, filled)
    for index, rule in enumerate(node.get("rules", ())):
        yield from _fills(f"{at}/rules/{index}/says", rule["says"], set(node["parameters"]))


def _fills(at: str, text: str, filled: set[str]) -> Iterator[Found]:
    for name in _FILL.findall(text):
        if name not in filled:
            yield Found(at, f"nothing fills {{{name}}}; here may stand {_listed(filled)}")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
