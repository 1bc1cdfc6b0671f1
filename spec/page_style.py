"""The style that all our pages share: colours by day and by night, fonts, and no browser's margins."""

from __future__ import annotations

from pathlib import Path

_SHARED = Path(__file__).parent / "page_style.css"


def style(own: Path) -> str:
    """The stylesheet of a page: what all share, and behind it the page's own file."""
    return f"{_SHARED.read_text(encoding='utf-8')}\n{own.read_text(encoding='utf-8')}"
