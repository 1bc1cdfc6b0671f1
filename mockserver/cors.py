"""Cross-origin requests of pages in browsers (the CORS protocol of the Fetch standard): `serve --cors`."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware

from proofsheet.mockserver.double import Double
from proofsheet.spec.document import Cors, Operation

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_UNKNOWN = Cors(_METHODS, max_age=600, credentials=False)  # where no document tells its vendor's


async def serve(double: Double, app: Any, scope: Any, receive: Any, send: Any) -> None:
    """Serve `app` to pages of the origins in the settings, with the headers of the path's document (x-cors).

    Any request header may be sent, and every response header that the operation declares can be read.
    """
    sent = Headers(scope=scope)
    operation = _operation(double, sent.get("access-control-request-method", scope["method"]), scope["path"])
    documents = {each.name: each for each in double.documents.loaded()}
    known = (documents[operation.document].cors if operation else None) or _UNKNOWN
    middleware = CORSMiddleware(
        app,
        allow_origins=double.settings.cors,
        allow_methods=known.methods,
        allow_headers=["*"],
        allow_credentials=known.credentials,
        allow_private_network=True,  # a page on the network that calls this machine
        expose_headers=_declared(operation) if operation else (),
        max_age=known.max_age,
    )
    await middleware(scope, receive, send)


def _operation(double: Double, method: str, path: str) -> Operation | None:
    try:
        match = double.documents.find(method, path)
    except (LookupError, ValueError):  # a document that cannot be read, which the application answers
        return None
    return match.served.operation if match and match.served else None


def _declared(operation: Operation) -> list[str]:
    outcomes = operation.outcomes.values()
    return sorted(
        {
            name.lower()
            for outcome in outcomes
            for each in outcome.representations.values()
            for name, _ in each.headers
        }
    )
