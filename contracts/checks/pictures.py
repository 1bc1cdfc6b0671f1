"""Whether a picture is a picture: decodes to its last byte, and is what its Content-Type says."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from PIL import Image

from contracts.exchange import Exchange, Finding
from contracts.oracle import Oracle
from spec.document import Operation

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}


def picture_is_whole(exchange: Exchange, operation: Operation, oracle: Oracle) -> Iterator[Finding]:
    """An image body decodes completely and has the format of its media type."""
    wanted = _FORMATS.get(exchange.media_type)
    if wanted is None or exchange.method == "HEAD":
        return
    if problem := _problem(exchange.body, wanted):
        pointer = f"{operation.pointer}/responses/{exchange.status}/content"
        yield Finding("picture-whole", operation.id, f"{exchange.media_type}: {problem}", pointer)


def _problem(data: bytes, wanted: str) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Image.open(io.BytesIO(data))
            picture.load()
    except Exception as error:  # Pillow raises many kinds, and each means that this is no picture
        return f"does not decode: {error}"
    return None if picture.format == wanted else f"is really {picture.format}"
