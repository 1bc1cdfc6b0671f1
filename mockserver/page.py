"""The page for people at /_mock/: the journal, live, with the pictures served as a proof sheet."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from mockserver.double import Double

_HOME = Path(__file__).parent / "pages"
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}
# Nothing from elsewhere and nothing inline: what a request carried can never run here.
_POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'"


def page(double: Double) -> Response:
    """The page; what it shows of calls it fetches from the journal."""
    environment = Environment(loader=FileSystemLoader(_HOME), autoescape=True, undefined=StrictUndefined)
    html = environment.get_template("page.html").render(
        documents=double.documents, operations=double.operations().values(), triggers=double.triggers
    )
    headers = {"content-security-policy": _POLICY, "x-content-type-options": "nosniff"}
    return Response(html, media_type="text/html", headers=headers)


def asset(name: str) -> Response | None:
    """A file of the page by its name in a closed table; None for any other."""
    if name not in _ASSETS:
        return None
    return Response((_HOME / name).read_bytes(), media_type=_ASSETS[name])
