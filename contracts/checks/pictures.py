"""Whether a picture is a picture: decodes to its last byte, and is what its Content-Type says."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.checks.extraction import gallery
from proofsheet.contracts.checks.image_facts import ImageFacts, inspect
from proofsheet.contracts.checks.outcomes import is_success
from proofsheet.contracts.exchange import Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.spec.document import Operation

FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/svg+xml": "SVG",
    "model/gltf-binary": "GLB",
}


def picture_is_whole(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """An image body decodes completely and has the format of its media type."""
    wanted = FORMATS.get(exchange.media_type)
    if wanted is None or exchange.method == "HEAD":
        return
    if problem := _problem(_seen(exchange, operation), wanted):
        pointer = f"{operation.pointer}/responses/{exchange.status}/content"
        yield Finding("picture-whole", operation.id, f"{exchange.media_type}: {problem}", pointer)


def _seen(exchange: Exchange, operation: Operation) -> ImageFacts:
    if is_success(exchange, operation):
        for each in gallery(exchange, operation):
            if isinstance(each, ImageFacts):
                return each
    return inspect(exchange.body)


def _problem(seen: ImageFacts, wanted: str) -> str | None:
    if seen.problem:
        return seen.problem
    return None if seen.format == wanted else f"is really {seen.format}"
