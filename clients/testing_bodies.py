"""Types of the control surface's bodies for TypeScript, Go and Java, written from its own schemas.

python -m clients.testing_bodies            writes them
python -m clients.testing_bodies --check    ends with 1 and names those that are not as the schemas say
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proofsheet.mockserver.control.control_request import schemas

HOME = Path(__file__).parent
NOTE = "Written by `python -m clients.testing_bodies` from mockserver/control/request_bodies.yaml."
_TYPES = {  # of JSON Schema: in TypeScript, Go, Java
    "string": ("string", "string", "String"),
    "integer": ("number", "int", "int"),
    "number": ("number", "float64", "double"),
    "boolean": ("boolean", "bool", "boolean"),
    "object": ("Record<string, unknown>", "map[string]any", "java.util.Map<String, ?>"),
}
_ANY = ("unknown", "any", "Object")
_NUMBER_OR_NULL = ("number | null", "any", "Object")


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each route's body (PostSchedule), and its schema."""
    for route, schema in schemas().items():
        method, _, path = route.partition(" /_mock/")
        words = re.findall(r"[a-z]+", path.replace("{id}", "one"))
        yield method.capitalize() + "".join(map(str.capitalize, words)), schema


def members(schema: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str, str], bool, str]]:
    """Name, types, whether it is required, and what is expected, of each member but the key."""
    for name, each in schema["properties"].items():
        if name == "key":  # every client sends it in a header
            continue
        found = schema["$defs"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        yield name, _types(found), name in schema.get("required", ()), found.get("description", "")


def _types(schema: dict[str, Any]) -> tuple[str, str, str]:
    named = schema.get("type")
    kinds = [each for each in (named if isinstance(named, list) else [named]) if each != "null"]
    if schema.get("const") is True:
        return _TYPES["boolean"]
    if kinds != [None]:
        script, *others = _TYPES[kinds[0]]
        needs_null = isinstance(named, list) and "null" in named
        return (f"{script} | null" if needs_null else script, others[0], others[1])
    options = [each.get("type") for each in schema.get("anyOf", ())]
    return _NUMBER_OR_NULL if "number" in options else _ANY


def typescript() -> str:
    lines = [f"// {NOTE}"]
    for name, schema in bodies():
        lines += ["", f"export interface {name} {{"]
        for member, (kind, *_), needed, says in members(schema):
            lines += [f"  /** {says} */", f"  {member}{'' if needed else '?'}: {kind};"]
        lines.append("}")
    return "\n".join(lines) + "\n"


def go() -> str:
    lines = [f"// {NOTE}", "", "package proofsheettest"]
    for name, schema in bodies():
        lines += [
            "",
            f"// {name} is a body of the control surface; what is left at its zero is not sent.",
            f"type {name} struct {{",
        ]
        for member, (_, kind, _), needed, says in members(schema):
            tag = member if needed else f"{member},omitempty"
            pointer = "*" if not needed and kind in ("int", "bool") and member in _ZERO_MATTERS else ""
            lines += [f"\t// {says}", f'\t{_exported(member)} {pointer}{kind} `json:"{tag}"`']
        lines.append("}")
    return "\n".join(lines) + "\n"


_ZERO_MATTERS = ("count", "at_most", "frozen")  # zero calls are something to expect


def _exported(member: str) -> str:
    return "".join(map(str.capitalize, member.split("_")))


def java() -> str:
    lines = [f"// {NOTE}", "package dev.proofsheet.testing;", "", "import java.util.LinkedHashMap;", ""]
    lines += [
        "/** Bodies of the control surface; what is not set is not sent. */",
        "public final class Bodies {",
        "    private Bodies() {}",
    ]
    for name, schema in bodies():
        lines += ["", f"    public static final class {name} extends LinkedHashMap<String, Object> {{"]
        for member, (_, _, kind), _, says in members(schema):
            words = _exported(member)
            lines += [f"        /** {says} */"]
            lines += [f"        public {name} {words[0].lower()}{words[1:]}({kind} value) {{"]
            lines += [f'            put("{member}", value);', "            return this;", "        }"]
        lines.append("    }")
    return "\n".join([*lines, "}"]) + "\n"


FILES = {
    HOME / "node-testing" / "bodies.d.ts": typescript,
    HOME / "go-testing" / "bodies.go": go,
    HOME / "java-testing" / "src/main/java/dev/proofsheet/testing/Bodies.java": java,
}


def stale() -> list[Path]:
    """The files that are not what the schemas say."""
    return [path for path, make in FILES.items() if not path.exists() or path.read_text() != make()]


def main() -> int:
    wrong = stale()
    if "--check" in sys.argv[1:]:
        for path in wrong:
            print(f"{path}: not as the schemas say; run python -m clients.testing_bodies", file=sys.stderr)
        return int(bool(wrong))
    for path in wrong:
        path.write_text(FILES[path]())
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
