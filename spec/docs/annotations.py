"""What Swagger UI does not know, put where it shows it, in descriptions: price, limits, sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.docs.form_examples import prefill
from proofsheet.spec.document import Document
from proofsheet.spec.show import operation_data
from proofsheet.spec.show.render import evidence

_MEGA = 1024 * 1024


def annotated(document: Document, bundle: dict[str, Any]) -> dict[str, Any]:
    """The bundle of `document`, whose operations' descriptions say more. It is changed in place."""
    for each in document.operations.values():
        node = pointers.get(bundle, each.pointer)
        prefill(each, node)
        parts = [node.get("description", ""), *_parts(operation_data.operation(document, each))]
        link = f"[Outcomes with their bodies, fields and evidence](index.html#{each.id})"
        node["description"] = "\n\n".join([*(part for part in parts if part), link])
    return bundle


def _parts(facts: Mapping[str, Any]) -> Iterator[str]:
    if cost := facts.get("cost"):
        yield f"**{_credits(cost)}** ({evidence(cost['evidence'])}); paid for: {', '.join(cost['charged'])}."
    yield from _limits(facts["limits"])
    if facts["rules"]:
        yield "Rules:\n\n" + "\n".join(
            f"- {each['name']} ({evidence(each['evidence'])})" for each in facts["rules"]
        )
    yield _sizes(facts.get("picture", {}).get("sizes", {}))


def _credits(cost: Mapping[str, Any]) -> str:
    credits, per = cost["credits"], f" for each of `{cost['per']}`" if "per" in cost else ""
    if "always" in credits:
        return f"{credits['always']} credits{per}"
    lines = ", ".join(f"{value} ({key})" for key, value in credits["table"].items())
    return f"Credits by `{credits['by']}`: {lines}{per}"


def _limits(limits: Mapping[str, Any]) -> Iterator[str]:
    if rate := limits.get("rate"):
        value = rate["value"]
        yield (
            f"At most {value['requests']} requests in {value['window']} s; one more shuts the key out for "
            f"{value['penalty']} s ({evidence(rate['evidence'])})."
        )
    if size := limits.get("body_bytes"):
        yield f"The whole request is at most {size['value'] / _MEGA:g} MiB ({evidence(size['evidence'])})."


def _sizes(sizes: Mapping[str, Any]) -> str:
    if "table" not in sizes:
        return ""
    lines = (
        f"| {key} | {' x '.join(map(str, size))} | {evidence(sizes['evidence'][key])} |"
        for key, size in sizes["table"].items()
    )
    return "\n".join([f"| `{sizes['by']}` | pixels | known |", "|---|---|---|", *lines])
