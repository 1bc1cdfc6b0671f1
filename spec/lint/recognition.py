"""Rules about recognition: an answer must lead back to its outcome, also where several share a status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.expressions import is_expression
from proofsheet.spec.lint.context import Context, Found, Op, Sample, samples


def constants(context: Context) -> Iterator[Found]:
    """Outcomes of one status and media type differ in a constant; each constant stands in its value."""
    for op in context.operations:
        for sample in samples(op):
            yield from _landing(sample)
        yield from _shared(op)


def _landing(sample: Sample) -> Iterator[Found]:
    for index, pointer in enumerate(sample.node.get("x-const", ())):
        at = f"{sample.pointer}/x-const/{index}"
        if not any(True for _ in pointers.find(sample.node["value"], pointers.split(pointer))):
            yield Found(at, f"{pointer} is nowhere in the value of {sample.name}; give it a value there")
        elif pointer in sample.node.get("x-bind", {}):
            yield Found(at, f"{pointer} is bound, so it is no constant of {sample.name}; take it out")


def _shared(op: Op) -> Iterator[Found]:
    # What something before the API answers is recognised by its form: who speaks is all that matters there.
    own = [each for each in samples(op) if "x-speaker" not in each.node]
    for one, other in combinations(own, 2):
        same = (one.status, one.media_type) == (other.status, other.media_type)
        differs = _differ(_marks(one.node), _marks(other.node)) or _lack(one.node, other.node)
        if same and one.name != other.name and not differs:
            message = (
                f"{one.name} and {other.name} share {one.status} {one.media_type} and no constant that tells "
                f"which is which; give both an x-const such as [/code]"
            )
            yield Found(other.pointer, message)


def _lack(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether each has a constant where nothing stands in the other, or none and lacks all of the other's."""
    return _tells(one, other) and _tells(other, one)


def _tells(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    own, others = one.get("x-const", ()), other.get("x-const", ())
    if not own:
        return bool(others) and all(_is_nowhere(at, one) for at in others)
    return any(_is_nowhere(at, other) for at in own)


def _is_nowhere(pointer: str, node: Mapping[str, Any]) -> bool:
    return not any(True for _ in pointers.find(node["value"], pointers.split(pointer)))


def _marks(node: Mapping[str, Any]) -> dict[str, Any]:
    """The constants of an example: those of its value, and of a body of bytes its fixed headers."""
    found = {
        at: next(pointers.find(node["value"], pointers.split(at)), None) for at in node.get("x-const", ())
    }
    if "" in node.get("x-bind", {}):
        found |= {k.lower(): v for k, v in node.get("x-headers", {}).items() if not is_expression(v)}
    return found


def _holds_nothing(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether one of them is empty or null where the other has something within."""
    return any(
        value in ([], {}, None) and any(each.startswith(f"{at}/") for each in other)
        for at, value in one.items()
    )


def _differ(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an answer can be one of the two only, or one of them says more of it."""
    if any(one[at] != other[at] for at in one.keys() & other.keys()):
        return True
    if _holds_nothing(one, other) or _holds_nothing(other, one):
        return True
    return bool(one and other) and (one.keys() < other.keys() or other.keys() < one.keys())
