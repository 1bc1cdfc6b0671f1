"""The sizes of pictures: by a table, or by two fields with rules about them. All paid."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.expected import SizeIs
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.answer_forms import PLAIN, PaidRequest, needs_picture
from proofsheet.contracts.derive.request_bodies import whole
from proofsheet.contracts.derive.samples import asking, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.expectation import Expectation
from proofsheet.contracts.requirement import Requirement
from proofsheet.spec import evidence, pointers
from proofsheet.spec.choices import Choice
from proofsheet.spec.document import Operation
from proofsheet.spec.schemas import Schema

Sides = tuple[int, int]
SIDE = 256  # pixels: enough to see something, a multiple of what sides are multiples of


def sizes(source: Source, operation: Operation) -> Iterator[Derived]:
    """The size of every picture, and that of the default, are core; each size by itself is extended."""
    if operation.artifact is None or operation.body is None or operation.artifact.kind in ("video", "music"):
        return  # a video's frames are measured in video.py
    if operation.artifact.size:
        sent = operation.artifact.sent_size
        at = provenance.place(operation, sent.field) if sent and sent.field else "/x-artifact/size"
        yield _of_every(source, operation, at)
        yield from _by_table(source, operation)
    if operation.artifact.sides:
        yield _of_every(source, operation, "/x-artifact/size/width")
        yield from _by_sides(source, operation)


def _of_every(source: Source, operation: Operation, at: str) -> Derived:
    """That the size follows what was asked for is a fact of its own, whatever is known of each size."""
    says = "a picture has the size that was asked for, or its ratio where the size is only assumed"
    wanted = source.requirement(
        operation, "picture.size", says, at, also=("/x-artifact/size",), profile="core"
    )

    def expected(request: PaidRequest) -> Expectation | None:
        return _size_of(source, request, wanted.id)

    return Derived(
        wanted, paid=(PaidConstraint(operation.id, fields=_sides_to_ask_for(operation)),), every=expected
    )


def _sides_to_ask_for(operation: Operation) -> dict[str, int]:
    """Two sides that differ, where a request without any says nothing of the size; else nothing."""
    sides = operation.artifact.sides if operation.artifact else None
    if sides is None or operation.body is None or any(len(each) > 1 for each in sides):
        return {}
    known = {each[0]: operation.body.schema["properties"][each[0]] for each in sides}
    if all(name in operation.body.defaults for name in known):
        return {}
    least = [max(SIDE, each.get("minimum", 0)) for each in known.values()]
    return dict(zip(known, (least[0], least[1] + SIDE // 2), strict=True))


def _size_of(source: Source, request: PaidRequest, requirement: str) -> Expectation | None:
    """The size that a request leads to; None where another picture decides about it, or nothing is known."""
    operation, artifact = request.operation, request.operation.artifact
    if artifact is None or artifact.resized:
        return None
    if request.has_source and not (artifact.is_edit or needs_picture(operation)):
        return None
    if artifact.sides:
        known = {**(operation.body.defaults if operation.body else {}), **request.body}
        width, height = (next(pointers.find(known, field), None) for field in artifact.sides)
        if not isinstance(width, int) or not isinstance(height, int):
            return None
        return SizeIs(requirement, width, height)
    if artifact.size is None:
        return None
    if not artifact.size.field:  # one for all
        width, height = artifact.size.constant
        return SizeIs(requirement, width, height)
    value = str(next(pointers.find(artifact.read(request.body), artifact.size.field), artifact.size.default))
    if value not in artifact.size.table and artifact.size.otherwise is not None:
        width, height = artifact.size.pick(artifact.read(request.body))
        return SizeIs(requirement, width, height, artifact.size.tolerance)
    key = value if value in artifact.size.table else str(artifact.size.default)
    place = pointers.origin(
        source.document.source, f"{operation.pointer}/x-artifact/size/table{pointers.join(key)}"
    )
    grade = evidence.grade_within(source.document.source, operation.pointer, place)
    near = artifact.size.tolerance if grade in evidence.ADVISORY else 0.0
    found = artifact.size.table[key]
    width, height = found.pick(artifact.read(request.body)) if isinstance(found, Choice) else found
    return SizeIs(requirement, width, height, near)


def _by_table(source: Source, operation: Operation) -> Iterator[Derived]:
    choice = operation.artifact.sent_size if operation.artifact else None
    if choice is None or any(isinstance(each, Choice) for each in choice.table.values()):
        return  # a size that several fields decide about is judged with each result
    if not choice.table:
        return
    name, at = choice.field[-1], "/x-artifact/size"
    for key, (width, height) in choice.table.items():
        says = f"{name} {key} gives {width} x {height} pixels"
        topic = f"size.{key.replace(':', 'x')}"
        also = (at, f"{at}/field", f"{at}/table")
        wanted = source.requirement(
            operation, topic, says, f"{at}/table/{key}", also=also, profile="extended"
        )
        expect = _expect(wanted, width, height, choice.tolerance)
        yield Derived(wanted, paid=(PaidConstraint(operation.id, expect, **asking(choice.field, key)),))
    places = (f"{at}/default", provenance.place(operation, choice.field, "default"))
    sides, at = choice.table[str(choice.default)], f"{at}/table/{choice.default}"
    yield _by_default(source, operation, sides, at, places, choice.tolerance)


def _expect(wanted: Requirement, width: int, height: int, tolerance: float) -> Expectation:
    """Exact where the size is known, about it where it is only assumed."""
    near = tolerance if wanted.grade in evidence.ADVISORY else 0.0
    return SizeIs(wanted.id, width, height, near)


def _by_default(
    source: Source, operation: Operation, sides: Sides, at: str, also: tuple[str, ...], tolerance: float = 0.0
) -> Derived:
    width, height = sides
    says = f"where no size is asked for it is {width} x {height} pixels"
    profile = "core" if not operation.lifecycles else "extended"  # a task of its own
    wanted = source.requirement(operation, "size.default", says, at, also=also, profile=profile)
    expect = _expect(wanted, width, height, tolerance)
    return Derived(wanted, paid=(PaidConstraint(operation.id, expect, "", {}, PLAIN),))


def _by_sides(source: Source, operation: Operation) -> Iterator[Derived]:
    """The default, and each size that a rule lists; bounds are the business of the refusals."""
    sides = operation.artifact.sides if operation.artifact else None
    if sides is None or operation.body is None or any(len(each) > 1 for each in sides):
        return  # sides within an object are judged with every picture
    across, down = (each[0] for each in sides)
    at = ("/x-artifact/size/width", "/x-artifact/size/height")
    defaults = operation.body.defaults
    default = (defaults.get(across), defaults.get(down))
    if isinstance(default[0], int) and isinstance(default[1], int):
        also = tuple(provenance.field(operation, name, "default") for name in (across, down))
        places = [place for sides, place in listed(operation, across, down) if sides == default]
        yield _by_default(source, operation, (default[0], default[1]), also[0], (*at, *also, *places))
    for (width, height), place in listed(operation, across, down):
        topic = f"size.{width}x{height}"
        says = f"{width} x {height} pixels are drawn where they are asked for"
        wanted = source.requirement(operation, topic, says, place, also=at, profile="extended")
        expect = _expect(wanted, width, height, 0.0)
        yield Derived(
            wanted, paid=(PaidConstraint(operation.id, expect, None, {across: width, down: height}),)
        )


def listed(operation: Operation, across: str, down: str) -> Iterator[tuple[Sides, str]]:
    """(width, height) of each alternative of the rules that hold for the smallest body, and its place."""
    seen = whole(operation, smallest(operation))
    for index, rule in enumerate(operation.rules):
        if Schema(dict(rule.when)).is_valid(seen):
            for number, each in enumerate(rule.then.get("anyOf", ())):
                sides = [each.get("properties", {}).get(name, {}).get("const") for name in (across, down)]
                if None not in sides:
                    place = pointers.join("x-rules", index, "then", "anyOf", number)
                    yield (sides[0], sides[1]), place
