"""Text as XML 1.0 (2.2) can hold it."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(said: str, otherwise: str = "") -> str:
    """A text escaped, with `otherwise` in place of each character that no XML can hold."""
    return escape(_UNWRITABLE.sub(otherwise, said))
