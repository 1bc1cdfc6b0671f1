"""The page for people at /_mock/: the journal, live, with the pictures served as a proof sheet."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from proofsheet.mockserver.control.example import example
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import KINDS
from proofsheet.mockserver.forcing import FAULT_HEADER
from proofsheet.spec import page_style, pointers

_HOME = Path(__file__).parent / "pages"
_ASSETS = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "players.js": "text/javascript",
    "tasks.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
# Nothing from elsewhere, nothing inline, no frame around it: what a request carried can never run here.
_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ORIGIN = "http://origin.invalid"  # the page knows its own
_HEADERS = {"x-content-type-options": "nosniff", "cache-control": "no-cache"}


def page(double: Double) -> Response:
    """The page; what it shows of calls it fetches from the journal."""
    environment = Environment(
        loader=FileSystemLoader(_HOME),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    command = example(double.documents, _ORIGIN)
    html = environment.get_template("page.html").render(
        documents=tuple(double.documents),
        triggers=double.triggers,
        example=command.split(_ORIGIN) if command else None,
        known_keys=double.settings.keys is not None,
        fault_header=FAULT_HEADER.title(),
        fault_kinds=KINDS,
        join=pointers.join,
        dollars=" ".join(each.name for each in double.documents if each.credit_usd == 1),
    )
    headers = {**_HEADERS, "content-security-policy": _POLICY}
    return Response(html, media_type="text/html", headers=headers)


def asset(name: str) -> Response | None:
    """A file of the page by its name in a closed table; None for any other."""
    if name not in _ASSETS:
        return None
    path = _HOME / name
    content = page_style.style(path) if path.suffix == ".css" else path.read_bytes()
    return Response(content, media_type=_ASSETS[name], headers=_HEADERS)
