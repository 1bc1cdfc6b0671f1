"""Damages to pictures that are made of pictures."""

from __future__ import annotations

from mutants.asked import parts
from mutants.pictures import in_pictures
from mutants.relay import Got, Sent, on_answer


@on_answer("given-back")
def given_back(sent: Sent, got: Got, field: str) -> Got:
    """The picture that was given in a part of a form, instead of what was made of it."""
    _, found = parts(sent)
    files = [raw.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for name, raw in found if name == field]
    return in_pictures(got, lambda data, _: files[0] if files else data)
