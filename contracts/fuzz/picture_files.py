"""Pictures for schemathesis to send: real small files of sides that are right and wrong, in three formats."""

from __future__ import annotations

from hypothesis import strategies as st

from proofsheet.contracts.derive.sample_pictures import drawing

FORMATS = ("png", "jpeg", "webp")
SIDES = ((64, 64), (128, 72), (256, 256), (63, 64), (1, 1))  # pixels; the last two are too small for anybody


def pictures(kind: str) -> st.SearchStrategy[bytes]:
    """Whole files of one format, small ones first; made when the first one is drawn."""
    return st.sampled_from(SIDES).map(lambda sides: drawing(*sides, kind.upper()))


def register() -> None:
    """Tell schemathesis, once for all of this process (it keeps the strategies in a module of its own)."""
    import schemathesis.openapi

    for kind in FORMATS:
        schemathesis.openapi.media_type(f"image/{kind}", pictures(kind))
