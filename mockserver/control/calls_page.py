"""The page for people at /_mock/: the journal, live, with the pictures served as a proof sheet."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from proofsheet.mockserver.double import Double
from proofsheet.mockserver.faults import KINDS
from proofsheet.mockserver.forcing import FAULT_HEADER
from proofsheet.spec import page_style, pointers
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.snippets.example_call import CannotAsk, Choice, asked
from proofsheet.spec.snippets.render import snippet

_HOME = Path(__file__).parent / "pages"
_ASSETS = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "tasks.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
# Nothing from elsewhere, nothing inline, no frame around it: what a request carried can never run here.
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ORIGIN, _KEY = "http://origin.invalid", "sk-test"  # the page knows its own origin; any key will do
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
    html = environment.get_template("page.html").render(
        documents=tuple(double.documents),
        triggers=double.triggers,
        example=_example(tuple(double.documents)),
        known_keys=double.settings.keys is not None,
        fault_header=FAULT_HEADER.title(),
        fault_kinds=KINDS,
        join=pointers.join,
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


def _draws_at_once(operation: Operation) -> bool:
    """Whether an answer may be the picture that was asked for."""
    known = (name for each in operation.outcomes.values() for name in each.representations)
    return operation.artifact is not None and any(name.startswith("image/") for name in known)


def _example(documents: tuple[Document, ...]) -> tuple[str, str] | None:
    """A call to paste: curl before and behind the origin; one that saves a picture, if there is one."""
    pairs = [(each, operation) for each in documents for operation in each.operations.values()]
    for document, operation in sorted(pairs, key=lambda pair: not _draws_at_once(pair[1])):
        with suppress(CannotAsk):
            call = asked(document, operation, Choice(url=_ORIGIN + document.bases[0]))
            before, _, behind = snippet("curl", call).replace("$API_KEY", _KEY).partition(_ORIGIN)
            return before, behind.rstrip()
    return None
