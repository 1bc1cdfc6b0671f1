"""Vendor by operation, status and field: what a vendor's pages document, and what they leave to the base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import evidence, pointers
from proofsheet.spec.build import operations
from proofsheet.spec.load import Library
from proofsheet.spec.references import resolve
from proofsheet.spec.text_table import table
from proofsheet.spec.vendor_profile import Profile

_WIDTH = 100
_NOTHING = "-"
_Key = tuple[str, str, str]  # operation, kind, name
LEGEND = {
    "documented": "on the page",
    "sample": "only in the page's sample",
    "inherited": "the page is silent, or there is no page: the base holds",
    "assumed": "our reading of the base",
    _NOTHING: "neither listed nor in the document",
}


@dataclass(frozen=True)
class Row:
    """One status or field of an operation, and how well each vendor's document knows it."""

    operation: str
    kind: str  # page | status | field
    name: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Matrix:
    """The vendors, and the rows in the order of the base's document."""

    vendors: tuple[Profile, ...]
    rows: tuple[Row, ...]

    def as_data(self) -> dict[str, Any]:
        """Everything, for programs."""
        return {
            "vendors": [{"vendor": each.slug, **each.raw} for each in self.vendors],
            "rows": [
                {"operation": each.operation, "kind": each.kind, "name": each.name, **each.cells}
                for each in self.rows
            ],
        }


def matrix(library: Library, slugs: Sequence[str]) -> Matrix:
    """The matrix of some vendors. Raises as Library.source, and references.BadReference."""
    profiles = tuple(library.profile(slug) for slug in slugs)
    columns = {each.slug: _column(library, each) for each in profiles}
    rows = dict.fromkeys(key for column in columns.values() for key in column)
    order = {operation: place for place, operation in enumerate(dict.fromkeys(key[0] for key in rows))}
    kinds = ("page", "status", "field")
    found = sorted(rows, key=lambda key: (order[key[0]], kinds.index(key[1])))  # else as they come
    return Matrix(profiles, tuple(Row(*key, _cells(key, columns)) for key in found))


def _cells(key: _Key, columns: Mapping[str, Mapping[_Key, str]]) -> dict[str, str]:
    return {slug: column.get(key, _NOTHING) for slug, column in columns.items()}


def _column(library: Library, vendor: Profile) -> dict[_Key, str]:
    source = library.source(vendor.slug)
    listed = {each["operation"] for each in vendor.raw.get("listed", ())}
    made: dict[_Key, str] = {}
    for path, method, node in operations(resolve(source)):
        name, at = node["operationId"], pointers.join("paths", path, method)
        own = vendor.raw["operations"].get(name, {})
        made[name, "page", "page"] = own.get("page", "only listed" if name in listed else _NOTHING)
        for status in node["responses"]:
            made[name, "status", status] = _grade(source.value, at, f"{at}/responses/{status}")
        for field, place in _fields(node, at):
            made[name, "field", field] = _known(own, field) or _grade(source.value, at, place)
    return made


def _fields(node: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    for media_type, content in node.get("requestBody", {}).get("content", {}).items():
        within = f"{at}/requestBody/content{pointers.join(media_type)}/schema/properties"
        for field in content["schema"].get("properties", {}):
            yield field, within + pointers.join(field)


def _known(own: Mapping[str, Any], field: str) -> str | None:
    """How the vendor's page has a field."""
    if field in own.get("fields", ()):
        return "documented"
    return "sample" if field in own.get("sample", {}).get("fields", ()) else None


def _grade(document: Any, operation: str, pointer: str) -> str:
    found = evidence.grade_within(document, operation, pointers.origin(document, pointer))
    return "inherited" if found not in ("documented", "assumed") else found


def text(made: Matrix) -> str:
    """At most 100 columns wide: vendors that do not fit into it follow below."""
    lines = [line for vendor in made.vendors for line in _about(vendor)]
    for operation in dict.fromkeys(row.operation for row in made.rows):
        rows = [row for row in made.rows if row.operation == operation]
        for slugs in _shares([each.slug for each in made.vendors], rows):
            cells = ([_label(row), *(row.cells[slug] for slug in slugs)] for row in rows)
            lines += ["", *table([[operation, *slugs], *cells]).splitlines()]
    return "\n".join([*lines, "", table(LEGEND.items())])


def _about(vendor: Profile) -> Iterator[str]:
    pages = ", ".join(f"{key} (changed: {each['changed']})" for key, each in vendor.raw["pages"].items())
    yield f"{vendor.slug}: {vendor.name}, over {vendor.base}"
    yield f"  url   {_url(vendor)}"
    yield f"  key   {', '.join(_ways(vendor))}"
    yield f"  pages {pages}"


def _url(vendor: Profile) -> str:
    server = vendor.raw["server"]
    return f"{server.get('url', '(no host printed)')}{server['path']}"


def _ways(vendor: Profile) -> Iterator[str]:
    """Where a key may stand."""
    return (f"{each['way']} ({', '.join(each['at'])})" for each in vendor.raw["auth"])


def _shares(slugs: Sequence[str], rows: Sequence[Row]) -> Iterator[list[str]]:
    """The vendors in groups whose columns fit into a terminal's width."""
    room = _WIDTH - _first(rows)
    share: list[str] = []
    for slug in slugs:
        if share and sum(_wide(each, rows) for each in (*share, slug)) > room:
            yield share
            share = []
        share.append(slug)
    yield share


def _first(rows: Sequence[Row]) -> int:
    return max(len(rows[0].operation), *(len(_label(row)) for row in rows))


def _label(row: Row) -> str:
    return f"  {row.kind}" if row.kind == "page" else f"  {row.kind} {row.name}"


def _wide(slug: str, rows: Sequence[Row]) -> int:
    return max(len(slug), *(len(row.cells[slug]) for row in rows)) + 2


def markdown(made: Matrix) -> str:
    """One table of the vendors and one for each operation."""
    lines = ["| vendor | base URL | key | pages | base |", "|---|---|---|---|---|"]
    for vendor in made.vendors:
        ways, url = "; ".join(_ways(vendor)), _url(vendor)
        pages = ", ".join(vendor.raw["pages"])
        lines.append(f"| {vendor.name} (`{vendor.slug}`) | {url} | {ways} | {pages} | `{vendor.base}` |")
    slugs = [each.slug for each in made.vendors]
    for operation in dict.fromkeys(row.operation for row in made.rows):
        lines += ["", f"## {operation}", "", f"| | {' | '.join(slugs)} |", f"|---|{'---|' * len(slugs)}"]
        for row in made.rows:
            if row.operation == operation:
                cells = " | ".join(row.cells[slug] for slug in slugs)
                lines.append(f"| {_label(row).strip()} | {cells} |")
    return "\n".join(lines) + "\n"
