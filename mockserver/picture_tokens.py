"""How many tokens and megapixels a call for pictures or audio counts: its prompts, what is given and made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from proofsheet.mockserver.call import Call
from proofsheet.spec import tokens
from proofsheet.spec.cost import megapixels


def text_tokens(call: Call) -> int:
    """The tokens of the prompts."""
    return sum(map(tokens.count, call.prompts))


def picture_tokens(call: Call) -> int:
    """The tokens of the given pictures."""
    artifact = call.operation.artifact
    given = sum(len(each) for each in call.given.values())
    return given * artifact.source_tokens if artifact else 0


def output_tokens(call: Call) -> int:
    """The tokens of all pictures that are drawn, or of the seconds that are spoken."""
    artifact = call.operation.artifact
    if artifact is None or artifact.tokens is None:
        return 0
    each = int(artifact.tokens.pick(call.known_fields))
    spoken = [made.seconds for made in call.pictures if hasattr(made, "seconds")]
    return math.ceil(each * sum(spoken)) if spoken else each * call.count


def _output_megapixels(call: Call) -> int:
    artifact = call.operation.artifact
    sides = artifact.size_of(call.known_fields, call.given_sides) if artifact else None
    return (megapixels(sides) if sides else 1) * call.count


def _input(call: Call) -> int:
    return text_tokens(call) + picture_tokens(call)


TOKENS: Mapping[str, Callable[[Call], int]] = {
    "$tokens.text": text_tokens,
    "$tokens.pictures": picture_tokens,
    "$tokens.input": _input,
    "$tokens.output": output_tokens,
    "$megapixels.input": lambda call: sum(map(megapixels, call.all_given_sides)),
    "$megapixels.output": _output_megapixels,
    "$tokens.total": lambda call: _input(call) + output_tokens(call),
}
