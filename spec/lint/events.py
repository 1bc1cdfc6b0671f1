"""Rules about streams: what an example of `text/event-stream` needs to be sent event by event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.events import ARTIFACT, FILE, MEDIA_TYPE, PARTIAL, PIECES
from proofsheet.spec.lint.context import Context, Found, Op, Sample, samples

_OF_A_PIECE = ("reasoning", "text", "refusal", "arguments", "function-arguments")


def sound(context: Context) -> Iterator[Found]:
    """An example of a stream lists its events, says what each is of, and binds only what that has."""
    for op in context.operations:
        for sample in samples(op):
            if (sample.media_type == MEDIA_TYPE) != ("x-events" in sample.node):
                at = sample.pointer + ("/x-events" if "x-events" in sample.node else "")
                yield Found(at, f"x-events belong to examples of {MEDIA_TYPE}, and each of these needs them")
            elif "x-events" in sample.node:
                yield from _events(op, sample)


def _events(op: Op, sample: Sample) -> Iterator[Found]:
    each, values = sample.node["x-events"]["each"], sample.node["value"]
    at = f"{sample.pointer}/x-events/each"
    if not isinstance(values, list) or len(values) != len(each):
        count = len(values) if isinstance(values, list) else "no list"
        yield Found(at, f"the value lists the data of {count} events, x-events {len(each)}; make them one")
        return
    yield from _kinds(op, at, {event["of"] for event in each if "of" in event})
    for pointer, bound in _bound(sample, each):
        token, *rest = pointers.split(pointer) or ("",)
        event = each[int(token)] if token.isdecimal() and int(token) < len(each) else None
        where = f"{sample.pointer}/x-bind{pointers.join(pointer)}"
        if event is None or not rest:
            yield Found(where, f"{pointer} is in no event: expected the number of one, and a place in it")
        elif not any(True for _ in pointers.find(values, pointers.split(pointer))):
            yield Found(where, f"{pointer} is nowhere in the value of {sample.name}; give it a value there")
        elif (wanted := _wanted(bound)) and event.get("of") not in wanted:
            yield Found(where, f"{bound} is known only in events of: {', '.join(wanted)}")


def _kinds(op: Op, at: str, kinds: set[str]) -> Iterator[Found]:
    if not {"x-completion", "x-transcription", "x-outline"} & op.node.keys() and kinds - {
        PARTIAL,
        ARTIFACT,
        FILE,
    }:
        yield Found(at, f"{op.id} has no x-completion whose pieces its events could be of")
    if kinds & {ARTIFACT, FILE} and "x-artifact" not in op.node:
        yield Found(at, f"{op.id} has no x-artifact that its events could be of")
    if PARTIAL in kinds and "partials" not in op.node.get("x-artifact", {}):
        yield Found(at, f"the x-artifact of {op.id} has no `partials`: how many stages are shown")


def _bound(sample: Sample, each: list[Any]) -> Iterator[tuple[str, Any]]:
    """What is bound in events, here and there, by its pointer; but not within lists of parts."""
    found = dict(sample.node.get("x-bind", {}))
    for number, event in enumerate(each):
        found |= {f"/{number}{at}": bound for at, bound in event.get("bind", {}).items()}
    lists = [at for at, bound in found.items() if isinstance(bound, Mapping) and "each" in bound]
    for at, bound in found.items():
        if not any(at.startswith(f"{one}/") for one in lists):
            yield at, bound


def _wanted(bound: Any) -> tuple[str, ...]:
    """Of what an event must be for an expression to have a value; empty: of anything."""
    text = str(bound.get("source", bound.get("if", "")) if isinstance(bound, Mapping) else bound)
    if text == "$piece.text":
        return _OF_A_PIECE
    if text.startswith("$artifact."):
        return (PARTIAL,) if text == "$artifact.stage" else (PARTIAL, ARTIFACT, FILE)
    if text.startswith("$tool."):
        return ("call", "arguments")
    if text.startswith("$function."):
        return ("function", "function-arguments")
    if text.startswith("$part."):
        return _OF_A_PIECE
    return ("choice", *PIECES) if text.startswith("$choice.") and text != "$choice.text" else ()
