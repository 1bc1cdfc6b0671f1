"""The forms in which an answer may echo a secret."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

_SHORTEST = 8  # characters; what is shorter has no base64 that is its own


def forms(secret: str) -> Iterator[str]:
    """The secret itself, in a URL, a form, JSON and HTML, and what any base64 text that holds it has."""
    inner = json.dumps(secret)[1:-1]
    yield from (secret, quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace"))
    yield from (inner, html.escape(secret), inner.replace("/", "\\/"))
    for shift in range(3 if len(secret) >= _SHORTEST else 0):
        # In base64 a text looks different at each of three places; its edges mix with its neighbours.
        whole = base64.b64encode(b"\0" * shift + secret.encode("utf-8", "replace")).decode().rstrip("=")
        middle = whole[(0, 2, 3)[shift] : -1]
        yield from (middle, middle.replace("+", "-").replace("/", "_"))
