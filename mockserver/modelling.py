"""From a call to the models it asks for: a pure function of the request and the seed, like a picture."""

from __future__ import annotations

import asyncio

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.drawing import pictures
from proofsheet.mockserver.media.image.picture import PNG
from proofsheet.mockserver.media.model.model import Model, pieces
from proofsheet.mockserver.media.model.relief import FEWEST, USUAL
from proofsheet.spec import pointers

MOST = 100_000  # vertices


def models(call: Call, double: Double, blurred: bool) -> tuple[Model, ...]:
    """The models of a call, in order; the size that it asks for is that of the texture."""
    artifact = call.operation.artifact
    if artifact is None:
        return ()
    given = call.given_sides(artifact.sources[0]) if artifact.sources else None
    width, height = given or (1, 1)
    wanted = next(pointers.find(call.known_fields, artifact.vertices), None) if artifact.vertices else None
    vertices = min(MOST, int(wanted)) if isinstance(wanted, int | float) and wanted >= FEWEST else USUAL
    found = pictures(call, double, blurred, PNG)
    return tuple(Model(each, width / height, vertices) for each in found)


async def build(model: Model, double: Double) -> list[bytes]:
    """The pieces of the model's file; made off the event loop."""
    async with double.editing:
        return await asyncio.to_thread(pieces, model, double.renderer.draw)
