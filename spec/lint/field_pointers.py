"""Rules about pointers into the request: choices, and what an artifact and a cost depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers, prompt_parameters
from proofsheet.spec.lint.context import Context, Found, Op, origin
from proofsheet.spec.schemas import types

_CHOICES = (
    *(("x-artifact", "size"), ("x-artifact", "media"), ("x-artifact", "region"), ("x-cost", "credits")),
    *(("x-artifact", "seconds"), ("x-artifact", "sound"), ("x-cost", "more", "credits")),
    *(("x-cost", "tokens", "prompt"), ("x-cost", "tokens", "completion"), ("x-negotiation", "by")),
    *(("x-embedding", "usual"), ("x-embedding", "form"), ("x-transcription", "form")),
    ("x-outline", "pages"),
)
_OF_OUTLINES = ("/$subject", "/$pages", "/$name")  # values of what a presentation is made of, and no fields
_OF_SIZE = ("width", "height", "of", "left", "right", "up", "down", "asked")


@dataclass(frozen=True)
class Use:
    """A choice as one operation uses it: where it is written, and the schema of the field it reads."""

    op: Op
    pointer: str
    choice: Mapping[str, Any]
    schema: Mapping[str, Any] | None

    @property
    def enum(self) -> tuple[str, ...]:
        """The values of the field, as the table's keys are written."""
        known = self.schema or {}
        values = (True, False) if "boolean" in types(known) else known.get("enum", ())
        return tuple(map(_key, values))


def _key(value: Any) -> str:
    """A value as a table's keys are written."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def existing(context: Context) -> Iterator[Found]:
    """Every pointer into the request leads to a property that exists."""
    for op in context.operations:
        for at, pointer in _pointers(op):
            if schema_at(op, pointer) is None and pointer not in _OF_OUTLINES:
                known = (
                    ", ".join(name for each in op.schemas for name in each.get("properties", {})) or "none"
                )
                yield Found(op.pointer + at, f"{op.id} has no request property {pointer}; it has: {known}")


def _pointers(op: Op) -> Iterator[tuple[str, str]]:
    artifact, cost = op.node.get("x-artifact", {}), op.node.get("x-cost", {})
    for name in ("prompt", "style"):
        for index, each in enumerate(artifact.get(name, ())):
            yield f"/x-artifact/{name}/{index}", each
    source = artifact.get("source", ())
    for index, each in enumerate([source] if isinstance(source, str) else source):
        yield "/x-artifact/source" + ("" if isinstance(source, str) else f"/{index}"), each
    yield from _named(
        "/x-artifact",
        artifact,
        (
            "mask",
            "grow",
            "strength",
            "fidelity",
            "vertices",
            "voice",
            "speed",
            "upload",
            "last",
            "lyrics",
            "title",
            "name",
            "pages",
        ),
    )
    timed = {
        name: artifact[name]
        for name in ("seconds", "sound", "count", "instrumental")
        if isinstance(artifact.get(name), str)
    }
    yield from _named("/x-artifact", timed, tuple(timed))
    yield from _named("/x-artifact/seed", artifact.get("seed", {}), ("field",))
    yield from _named("/x-cost", cost, ("per",))
    yield from _named("/x-cost/more", cost.get("more", {}), ("of",))
    yield from _named("/x-task/starts", op.node.get("x-task", {}).get("starts", {}), ("expires",))
    yield from _named("/x-embedding", op.node.get("x-embedding", {}), ("input", "dimensions"))
    yield from _named("/x-classification", op.node.get("x-classification", {}), ("input",))
    yield from _named("/x-transcription", op.node.get("x-transcription", {}), ("file",))
    outline = op.node.get("x-outline", {})
    yield from (
        (f"/x-outline/subject/{index}", each) for index, each in enumerate(outline.get("subject", ()))
    )
    yield from _named("/x-outline", outline, ("given", "question", "language"))
    if "x-dialogue" not in op.node:  # what it points to there are settings and items
        yield from _of_completion(op.node.get("x-completion", {}))
    for at, value in _tables(op):
        yield from _named(at, value, ("field", *_OF_SIZE))


def _of_completion(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    at = "/x-completion"
    for name in ("prompt", "most", "alternatives"):
        yield from ((f"{at}/{name}/{index}", each) for index, each in enumerate(node.get(name, ())))
    yield from _named(at, node, ("count", "stop", "echo", "suffix", "schema", "system"))
    seed = node.get("seed", ())
    yield from ((f"{at}/seed", each) for each in ([seed] if isinstance(seed, str) else seed))
    yield from _named(f"{at}/json", node.get("json", {}), ("at",))
    messages, forms = node.get("messages", {}), node.get("tools", ())
    for name in ("role", "content", "id", "calls"):
        if name in messages:
            yield f"{at}/messages/{name}", f"{messages['at']}/*/{messages[name]}"
    for tools in [forms] if isinstance(forms, dict) else forms:
        yield from _of_tools(f"{at}/tools", tools)


def _of_tools(at: str, tools: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _named(at, tools, ("at", "choice", "parallel"))
    for name in ("name", "description", "arguments"):
        yield f"{at}/{name}", f"{tools['at']}/*{tools[name]}"
    yield f"{at}/chosen", tools["choice"] + tools["chosen"]


def _named(at: str, node: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((f"{at}/{name}", node[name]) for name in names if name in node)


def _tables(op: Op) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in _CHOICES:
        value = next(pointers.find(op.node, path), None)
        if isinstance(value, dict):
            yield pointers.join(*path), value


def schema_at(op: Op, pointer: str) -> Mapping[str, Any] | None:
    """The schema of the request property at `pointer` in the first body that has it; `*` is every item.

    Without a body it is that of a parameter in the query; below $path, that of one in the path.
    """
    tokens = pointers.split(pointer)
    if tokens[:1] == (prompt_parameters.MEMBER,):
        return _parameter(op, tokens[1:])
    if tokens[:1] == ("$path",):
        return next((each["schema"] for each in op.parameters("path") if (each["name"],) == tokens[1:]), None)
    parents = op.node.get("x-task", {}).get("starts", {}).get("parent", {})
    listed = parents if isinstance(parents, list) else [parents]
    if any(pointer in each.get("inherits", ()) for each in listed):
        return {}  # as the parent's own request has it
    if not op.schemas:
        known = (each["schema"] for each in op.parameters("query") if (each["name"],) == tokens)
        return next(known, None)
    return next((found for each in op.schemas if (found := _below(each, tokens)) is not None), None)


def _below(schema: Any, tokens: tuple[str, ...]) -> Mapping[str, Any] | None:
    for token in tokens:
        is_item = token == "*" or (token.isdecimal() and "items" in schema)
        schema = schema.get("items") if is_item else schema.get("properties", {}).get(token)
        if not isinstance(schema, dict):
            return None
    return dict(schema)


def _parameter(op: Op, tokens: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The schema of a parameter that the operation's prompt carries in its text."""
    known = op.node.get("x-artifact", {}).get("parameters", {}).get("parameters", {})
    return known.get(tokens[0], {}).get("schema") if len(tokens) == 1 else None


def _uses(context: Context) -> Iterator[Use]:
    for op in context.operations:
        for at, value in _tables(op):
            if "table" in value:
                yield Use(op, op.pointer + at, value, _named_by(context, op, value["field"]))


def _named_by(context: Context, op: Op, field: str) -> Mapping[str, Any] | None:
    """The schema of a field; of one that names the resource which the operation needs, with their names."""
    schema, role = schema_at(op, field), op.node.get("x-resource", {})
    named = field.replace("/$path/", "$request.path.") if "$path" in field else f"$request.body#{field}"
    if schema is None or role.get("id") != named:
        return schema
    known = pointers.get(context.resolved, pointers.join("components", "x-resources", role["of"], "items"))
    fit = role.get("where", {}).items()
    return {**schema, "enum": [name for name, each in known.items() if fit <= each.items()]}


def tables(context: Context) -> Iterator[Found]:
    """A choice's table covers the enum of its field, and has no line that nobody can ask for."""
    asked: dict[str, set[str]] = {}
    for use in _uses(context):
        written = origin(context.source.value, use.pointer + "/table")
        asked.setdefault(written, set()).update(use.enum)
        if use.schema and not use.enum and "otherwise" not in use.choice:
            yield Found(use.pointer, f"{use.choice['field']} of {use.op.id} has no enum; a table needs one")
        # Null is what an absent field is: the default's.
        for value in (each for each in use.enum if each not in use.choice["table"] and each != "None"):
            yield Found(f"{use.pointer}/table", f"no line for {value!r}, which {use.op.id} accepts; add one")
    for written, values in asked.items():
        for key in pointers.get(context.resolved, written):
            if values and key not in values:
                yield Found(written + pointers.join(key), f"no operation accepts {key!r}; remove the line")


def defaults(context: Context) -> Iterator[Found]:
    """A choice's default is a line of its table and the default of its field."""
    for use in _uses(context):
        default, field = use.choice["default"], use.choice["field"]
        if default not in use.choice["table"]:
            yield Found(
                f"{use.pointer}/default", f"the default {default!r} is not in the table; add the line"
            )
        declared = (use.schema or {}).get("default")
        if use.schema and _key(declared) != default and not _required(use.op, field):
            yield Found(
                f"{use.pointer}/default",
                f"the default is {default!r}, that of {field} in {use.op.id} is {declared!r}; make them one",
            )


def _required(op: Op, pointer: str) -> bool:
    if pointer.startswith("/$path/"):
        return True
    required = [name for schema in op.schemas for name in schema.get("required", ())]
    return pointers.split(pointer)[-1] in required


def seeds(context: Context) -> Iterator[Found]:
    """A seed's bounds are those of its field."""
    for op in context.operations:
        seed = op.node.get("x-artifact", {}).get("seed")
        schema = schema_at(op, seed["field"]) if seed and "field" in seed else None
        if seed and schema and schema.get("maximum", seed["maximum"]) != seed["maximum"]:
            at = f"{op.pointer}/x-artifact/seed/maximum"
            yield Found(
                at, f"{seed['maximum']}, but {seed['field']} goes up to {schema['maximum']}; make them one"
            )
