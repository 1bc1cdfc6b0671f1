"""Values that a schema admits, where its document shows none: made up, and marked so by whoever uses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.spec.importing.schemas import fits

_UUID = "0b5a6c7d-1111-4222-8333-444455556666"
_LINK = "https://example.com/file"
_FORMATS = {
    **{"date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "time": "12:00:00Z", "uuid": _UUID},
    **{
        "uri": _LINK,
        "url": _LINK,
        "hostname": "example.com",
        "email": "ada@example.com",
        "ipv4": "192.0.2.1",
    },
    **{"byte": "aGVsbG8=", "binary": "(file)"},
}
_TEXTS = (  # tried where a pattern is to be met
    *("example", "a", "0", _UUID, _LINK, "2026-01-31", "a-1", "#ffffff", "1:1", "16:9", "1024x1024"),
    *("en", "en-US", "+15550100", "0" * 32),
)
_DEEPEST = 6


def value(schema: dict[str, Any], whole: bool = True) -> Any:
    """A value that fits, or None if none was found: with all that it lists, else with what is required.

    `whole` False tries what is required first. None may also be the value.
    """
    for everything in (whole, not whole):
        found = _value(schema, everything, 0)
        if fits(found, schema):
            return found
    return None


def _value(schema: dict[str, Any], everything: bool, depth: int) -> Any:
    known = next(_given(schema), _NOTHING)
    if known is not _NOTHING:
        return known
    for key in ("oneOf", "anyOf"):
        if key in schema:
            own = {name: each for name, each in schema.items() if name != key}
            return _chosen([{**own, **each} for each in schema[key]], schema, everything, depth)
    if "allOf" in schema:
        made = [_value(each, everything, depth) for each in (*schema["allOf"], _without(schema, "allOf"))]
        objects = [each for each in made if isinstance(each, dict)]
        return {key: each for one in objects for key, each in one.items()} if objects else made[0]
    return _of_type(schema, everything, depth)


_NOTHING = object()


def _given(schema: dict[str, Any]) -> Iterator[Any]:
    if "const" in schema:
        yield schema["const"]
    if "example" in schema and fits(schema["example"], _without(schema, "example")):
        yield schema["example"]
    if "default" in schema and schema["default"] is not None:
        yield schema["default"]
    yield from (each for each in schema.get("enum", ()) if each is not None)


def _without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: each for name, each in schema.items() if name != key}


def _chosen(choices: list[dict[str, Any]], whole: dict[str, Any], everything: bool, depth: int) -> Any:
    made = [_value(each, everything, depth) for each in choices]
    return next((each for each in made if each is not None and fits(each, whole)), made[0])


def _of_type(schema: dict[str, Any], everything: bool, depth: int) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds if isinstance(kinds, str) else next((each for each in kinds if each != "null"), "null")
    if kind == "object":
        return _object(schema, everything, depth)
    if kind == "array":
        fewest = max(schema.get("minItems", 0), 1 if everything and depth < _DEEPEST else 0)
        return [_value(schema.get("items", {}), everything, depth + 1) for _ in range(min(fewest, 50))]
    if kind in ("integer", "number"):
        return _number(schema, kind)
    return {"boolean": False, "null": None}.get(kind) if kind != "string" else _text(schema)


def _object(schema: dict[str, Any], everything: bool, depth: int) -> dict[str, Any]:
    required = schema.get("required", ())
    shown = {
        name: each
        for name, each in schema.get("properties", {}).items()
        if name in required or (everything and depth < _DEEPEST and not each.get("deprecated"))
    }
    made = {name: _value(each, everything, depth + 1) for name, each in shown.items()}
    made |= {name: "example" for name in required if name not in made}
    return {name: each for name, each in made.items() if name in required or fits(each, shown[name])}


def _number(schema: dict[str, Any], kind: str) -> float:
    step = schema.get("multipleOf", 1 if kind == "integer" else 0.5)
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0 if schema.get("maximum", 1) > 0 else -1e6))
    found = low
    if step:
        found = -(-low // step) * step
        found += step if "exclusiveMinimum" in schema and found <= low else 0
    if found > schema.get("maximum", found):
        found = schema["maximum"]
    return int(found) if float(found).is_integer() else found


def _text(schema: dict[str, Any]) -> str:
    if (known := _FORMATS.get(schema.get("format", ""))) is not None and fits(known, schema):
        return known
    fewest, most = schema.get("minLength", 0), schema.get("maxLength", 1_000_000)
    texts = (*_TEXTS, *((each * fewest)[: max(fewest, 1)] for each in ("a", "0", "A")), "example"[:most])
    known = next((each for each in texts if fits(each, schema)), None)
    return known if known is not None else _by_pattern(schema)


def _by_pattern(schema: dict[str, Any]) -> str:
    """A text that a schema's pattern admits, the same in every run."""
    import hypothesis
    from hypothesis import strategies

    quick = (hypothesis.Phase.generate,)
    settings = hypothesis.settings(database=None, derandomize=True, max_examples=100, phases=quick)
    try:
        texts = strategies.from_regex(schema.get("pattern", ""), fullmatch=True)
        return str(hypothesis.find(texts, lambda each: fits(each, schema), settings=settings))
    except (hypothesis.errors.HypothesisException, ValueError, RecursionError):
        return "example"
