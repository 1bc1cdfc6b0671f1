"""Documents, operations, outcomes and claims as text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from proofsheet.spec.text_table import table

Plain = Mapping[str, Any]


def evidence(found: Plain) -> str:
    """`official (O1, O4)`."""
    sources = f" ({', '.join(found['sources'])})" if found.get("sources") else ""
    return f"{found['grade']}{sources}" if found else "-"


def document(each: Plain) -> str:
    """A document and its operations."""
    rows = (
        [line["operation"], line["method"], line["path"], line["credits"], evidence(line["evidence"])]
        for line in each["operations"]
    )
    head = f"{each['name']} {each['version']}: {each['title']}\n{each['description']}\n"
    servers = "".join(f"  {url}\n" for url in each["servers"])
    header = ["operation", "method", "path", "credits", "known"]
    return f"{head}\nservers\n{servers}\noperations\n{table([header, *rows], '  ')}"


def operation(each: Plain) -> str:
    """An operation; its outcomes without their bodies."""
    return "\n".join(part for part in _parts(each) if part)


def _parts(each: Plain) -> Iterator[str]:
    yield (
        f"{each['operation']}: {each['method']} {each['path']}\n{each['summary']}. {each['description']}\n"
        + (f"known: {evidence(each['evidence'])}\n")
    )
    yield _section("parameters", ([one["in"], *_field(one)] for one in each["parameters"]))
    if body := each.get("body"):
        yield _section(f"body, {body['type']}", (_field(one) for one in body["fields"]))
    yield _section("rules", ([evidence(one["evidence"]), one["name"]] for one in each["rules"]))
    yield _section("price and picture", _made(each))
    yield _section(
        "limits", ([k, evidence(v["evidence"]), _short(v["value"])] for k, v in each["limits"].items())
    )
    yield "outcomes\n" + outcomes(each["outcomes"], "  ")


def _section(title: str, rows: Iterable[Iterable[str]]) -> str:
    made = table(rows, "  ")
    return f"{title}\n{made}" if made else ""


def _field(one: Plain) -> list[str]:
    default = f" = {_short(one['default'])}" if "default" in one else ""
    star = "*" if one["required"] else ""
    return [one["name"] + star, evidence(one["evidence"]), one["is"] + default + _picture(one)]


def _picture(one: Plain) -> str:
    bounds = one.get("picture", {})
    return "".join(f"; {name.replace('_', ' ')} {_short(value)}" for name, value in bounds.items())


def _made(each: Plain) -> Iterator[list[str]]:
    if cost := each.get("cost"):
        per = f" for each of {cost['per']}" if "per" in cost else ""
        yield ["credits", evidence(cost["evidence"]), _choice(cost["credits"]) + per]
        yield ["charged", evidence(cost["evidence"]), ", ".join(cost["charged"])]
    if picture := each.get("picture"):
        yield ["formats", evidence(picture["evidence"]), _choice(picture["formats"])]
        for name in ("sides", "seed", "count"):
            if name in picture:
                yield [name, evidence(picture["evidence"]), _short(picture[name])]
        if sizes := picture.get("sizes"):
            yield from _sizes(sizes)


def _sizes(sizes: Plain) -> Iterator[list[str]]:
    if "always" in sizes:
        yield ["size", "", _side(sizes["always"])]
    for key, size in sizes.get("table", {}).items():
        yield [f"size {key}", evidence(sizes["evidence"][key]), _side(size)]


def _side(size: Any) -> str:
    """A size, or those of a choice by another field."""
    if not isinstance(size, dict):
        return " x ".join(map(str, size))
    if "always" in size:
        return _side(size["always"])
    return f"by {size['by']}: " + ", ".join(f"{key} {_side(line)}" for key, line in size["table"].items())


def _choice(value: Plain) -> str:
    if "always" in value:
        return str(value["always"])
    lines = ", ".join(f"{key}: {each}" for key, each in value["table"].items())
    return f"by {value['by']} (absent: {value['default']}): {lines}"


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False).replace('"', "")


def outcomes(found: Iterable[Plain], indent: str = "") -> str:
    """Outcomes, one in a line; the operation only where there are several."""
    found = list(found)
    several = len({each["operation"] for each in found}) > 1
    rows = (
        [
            *([each["operation"]] if several else []),
            str(each["status"]),
            each["outcome"],
            "charged" if each.get("charged") else "free",
            ", ".join(form["type"] for form in each["forms"]),
            evidence(each["evidence"]),
            each["summary"],
        ]
        for each in found
    )
    return table(rows, indent)


def claims(found: Iterable[Plain]) -> str:
    """Claims, each with where it is encoded, or why nowhere."""
    return "".join(
        f"{each['id']} ({each.get('kind', 'statement')})\n  {each['says']}\n"
        + "".join(f"  -> {pointer}\n" for pointer in each["encoded"])
        + (f"  why: {' '.join(each['why'].split())}\n" if each.get("why") and not each["encoded"] else "")
        for each in found
    )
