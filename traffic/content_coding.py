"""Content codings undone, so that a body can be judged and searched for what must not be kept."""

from __future__ import annotations

import zlib

from proofsheet.traffic.flow import Headers, header

MOST = 64 * 1024 * 1024  # bytes of a decoded body
_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Undecodable(ValueError):
    """A body whose coding cannot be undone; the text says why."""


def plain(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Headers and body without content coding. Raises Undecodable."""
    codings = [each.strip().lower() for each in header(headers, "content-encoding").split(",")]
    wanted = [each for each in codings if each not in ("", "identity")]
    if not wanted or not body:
        return headers, body
    for coding in reversed(wanted):
        if coding not in _WINDOWS:
            raise Undecodable(f"content-encoding {coding} cannot be read here")
        body = _inflated(coding, body)
    kept = tuple(each for each in headers if each[0].lower() not in ("content-encoding", "content-length"))
    return kept, body


def _inflated(coding: str, body: bytes) -> bytes:
    windows = (_WINDOWS[coding], -15) if coding == "deflate" else (_WINDOWS[coding],)
    problem = ""
    for bits in windows:  # some servers send deflate without its frame
        machine = zlib.decompressobj(bits)
        try:
            made = machine.decompress(body, MOST)
        except zlib.error as error:
            problem = str(error)
            continue
        if machine.unconsumed_tail:
            raise Undecodable(f"the body is larger than {MOST} bytes when it is unpacked")
        if machine.unused_data:  # what is behind it would be kept unseen
            raise Undecodable(f"content-encoding {coding}: there are bytes behind its end")
        return made
    raise Undecodable(f"content-encoding {coding} is broken: {problem}")
