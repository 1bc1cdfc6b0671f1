"""The reference site of what the double serves, at /_mock/docs/; its calls are tried against the double."""

from __future__ import annotations

from starlette.responses import Response

from proofsheet.mockserver.double import Double
from proofsheet.spec.docs import Site

# As for the page, but that Swagger UI sets styles inline, has icons in data: and shows pictures from blob:.
_POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def docs(double: Double, path: str) -> Response | None:
    """The file at `path` of the site; None if it has none."""
    if (file := Site(tuple(double.documents), tries=True).file(path)) is None:
        return None
    headers = {
        "x-content-type-options": "nosniff",
        "cache-control": "no-cache",
        "content-security-policy": _POLICY,
    }
    return Response(file.content, media_type=file.media_type, headers=headers)
