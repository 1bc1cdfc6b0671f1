"""Values of a request by runtime expressions, as documents speak of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.spec import expressions, pointers
from proofsheet.spec.expressions import Expression


def request_value(call: Call, expression: Expression) -> Any:
    """The value at a place of a request, a text made of several, or a part of one; None if there is none."""
    if expression.is_template:
        wanted = expressions.embedded(expression.text)
        return expressions.fill(
            expression.text, {each.text: str(next(of_request(each.text, call), "")) for each in wanted}
        ).strip()
    found = next(of_request(expression.text, call), None)
    return part(expression, found) if expression.match else found


def part(expression: Expression, value: Any) -> str | None:
    """What the first group of the expression's `match` takes of a text; None where it does not fit."""
    found = re.search(expression.match or "", value) if isinstance(value, str) else None
    return found[1] if found else None


def of_request(text: str, call: Call) -> Iterator[Any]:
    """The value of a `$request` expression; nothing where the request has none."""
    place, _, name = text.removeprefix("$request.").partition(".")
    if place.startswith("body"):
        yield from pointers.find(call.fields, pointers.split(text.partition("#")[2]))
        return
    table = {"header": call.headers, "query": call.query, "path": call.path_params}[place]
    if (found := table.get(name.lower() if place == "header" else name)) is not None:
        yield found
