"""A badge: the verdict on one profile, as an SVG of its own that asks for no font and no picture."""

from __future__ import annotations

from xml.sax.saxutils import escape

from proofsheet.contracts.reports.records import Report
from proofsheet.contracts.reports.text import line, plural
from proofsheet.contracts.reports.view import View

_COLOURS = {"success": "#2c6a3f", "partial": "#85530a", "failure": "#b3261a"}
_UNKNOWN = "#5a5148"
_WIDTH = 6.9  # of a character on average; textLength makes it exact
_PADDING = 9

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img" aria-label="{says}">
<title>{says}</title>
<clipPath id="edge"><rect width="{whole}" height="20" rx="3"/></clipPath>
<g clip-path="url(#edge)"><rect width="{whole}" height="20" fill="#211c18"/>
<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{pad}" y="14" textLength="{left_text}">{label}</text>
<text x="{right_at}" y="14" textLength="{right_text}">{verdict}</text></g>
</svg>
"""


def badge(report: Report, profile: str) -> str:
    """The badge of a profile; `not asked` if the run did not ask for it."""
    view = View(report)
    verdict = view.profiles.get(profile, "not asked")
    label = line(f"{view.header['document']} {profile}")
    shown = _shown(view, profile, verdict)
    left_text, right_text = round(len(label) * _WIDTH), round(len(shown) * _WIDTH)
    left, right = left_text + 2 * _PADDING, right_text + 2 * _PADDING
    return _SVG.format(
        whole=left + right,
        left=left,
        right=right,
        pad=_PADDING,
        right_at=left + _PADDING,
        left_text=left_text,
        right_text=right_text,
        label=escape(label),
        verdict=escape(shown),
        colour=_COLOURS.get(verdict, _UNKNOWN),
        says=escape(f"{label}: {shown}", {'"': "&quot;"}),
    )


def _shown(view: View, profile: str, verdict: str) -> str:
    if verdict == "success":
        return "conforms"
    counts = view.of(profile)
    if verdict == "failure":
        return plural(counts["failed"], "breach").replace("breachs", "breaches")
    if verdict == "partial" and counts["known"] and not counts["skipped"]:
        return plural(counts["known"], "known deviation")
    return verdict
