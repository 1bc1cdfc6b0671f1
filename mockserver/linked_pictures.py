"""A picture that is linked in what is written in reply: drawn when it is fetched, gone in time."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.choices import LINK, Choice
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.file_links import file_of, keep
from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.writing import writing
from proofsheet.spec.completion import Draws


def link_pictures(call: Call, double: Double) -> None:
    """Put a link of its own into each choice that speaks of a picture; the call has these pictures then."""
    draws = call.operation.completion.draws if call.operation.completion else None
    written = writing(call) if draws else None
    if draws is None or written is None:
        return
    found = {each.index: _picture(call, draws, each) for each in written.choices if _speaks_of_one(each)}
    if not found:
        return
    origin = call.base.removesuffix(call.prefix)
    links = {
        index: origin + keep(double, file_of("image", each), draws.seconds) for index, each in found.items()
    }
    choices = (_linked(each, links[each.index]) if each.index in links else each for each in written.choices)
    call.writing = replace(written, choices=tuple(choices))
    call.pictures = tuple(found.values())


def _speaks_of_one(choice: Choice) -> bool:
    return any(LINK in each.tokens for each in choice.parts)


def _picture(call: Call, draws: Draws, choice: Choice) -> Picture:
    said = next((each.text for each in reversed(call.turns) if each.role == "user"), "")
    text = f"{said} {choice.index}"
    return Picture(
        width=draws.size[0],
        height=draws.size[1],
        media_type=draws.media,
        seed=choice.index,
        identity=hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest(),
        title=f"{call.operation.id}  {draws.size[0]} x {draws.size[1]}",
        prompt=said,
    )


def _linked(choice: Choice, link: str) -> Choice:
    parts = (
        replace(each, tokens=tuple(link if token == LINK else token for token in each.tokens))
        for each in choice.parts
    )
    return replace(choice, parts=tuple(parts))
