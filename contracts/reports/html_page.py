"""One self-contained HTML file: opens from a disk, asks for nothing, works without a script."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from proofsheet.contracts.reports import text
from proofsheet.contracts.reports.paid_pictures import judged
from proofsheet.contracts.reports.picture_frames import frames
from proofsheet.contracts.reports.records import Report
from proofsheet.contracts.reports.view import LABELS, STATES, View, counted, is_explored
from proofsheet.spec import page_style

_HOME = Path(__file__).parent / "pages"
MARKS = {"failed": "✕", "errored": "!", "advice": "i", "known": "≈", "skipped": "–", "passed": "✓"}


def html(report: Report) -> str:
    """The report as a page."""
    view = View(report)
    own = script(_HOME / "report.js")
    return render("report.html", own, view=view, frames=frames(view), judged=judged(view), states=STATES)


def style() -> str:
    """The stylesheet of every page that shows reports."""
    return page_style.style(_HOME / "report.css")


def script(own: Path) -> str:
    """The script of a page: what all that show reports share, and behind it the page's own file."""
    return f"{_text(_HOME / 'page.js')}\n{_text(own)}"


def render(template: str, code: str = "", **values: Any) -> str:
    """A template of this package with the style and a script in it, and a policy that admits only them."""
    css = style()
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(css)}; "
        f"script-src {_hash(code)}; base-uri 'none'; form-action 'none'"
    )
    page = environment().get_template(template)
    # Both are files of ours, and nothing else is ever marked as safe.
    return page.render(policy=policy, style=Markup(css), script=Markup(code), **values)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def environment(*homes: Path) -> Environment:
    """What makes pages of templates in these folders and ours; nothing that came is ever obeyed by them."""
    environment = Environment(
        loader=FileSystemLoader((*homes, _HOME)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.globals.update(marks=MARKS, labels=LABELS, counted=counted)
    environment.globals.update(reproduce=text.reproduce, is_explored=is_explored)
    for helper in (text.amount, text.size, text.plural, text.date, text.expected_came, text.clip):
        environment.filters[helper.__name__] = helper
    environment.filters["plurals"] = lambda word, count: word if count == 1 else f"{word}s"
    environment.filters.update(address=address, anchor=anchor, short=short, pieces=pieces)
    return environment


def _visible(value: Any) -> Any:
    """Whatever is printed: no mark in it turns the page around. Markup is ours."""
    return text.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def address(url: str) -> str:
    """A link's target, if it leads to the web and nowhere else; else empty."""
    return url if re.match(r"https?://[^\s]+$", url) else ""


def anchor(name: str) -> str:
    """A name as a fragment of this page."""
    return "at-" + re.sub(r"[^\w.-]", "_", name)


def short(name: str) -> str:
    """A requirement's id without its family and operation, which stand beside it."""
    return name.split(".", 2)[-1]


def pieces(name: str) -> list[str]:
    """A name cut where a line may end."""
    return re.findall(r"[^/.]*[/.]+|[^/.]+$", name)
