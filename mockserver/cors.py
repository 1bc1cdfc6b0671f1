"""Cross-origin requests of pages in browsers (the CORS protocol of the Fetch standard): `serve --cors`."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware

from proofsheet.mockserver.double import Double
from proofsheet.spec.document import Cors, Operation

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_UNKNOWN = Cors(_METHODS, max_age=600, credentials=False)  # where no document tells its vendor's


class CrossOrigin:
    """Serves `app` to pages of the origins in the settings, with the headers of the path's document (x-cors).

    Any request header may be sent, and every response header that the operation declares can be read.
    """

    def __init__(self, double: Double, app: Any) -> None:
        self._double, self._app = double, app
        self._by_operation: dict[tuple[str, str], CORSMiddleware] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        sent = Headers(scope=scope)
        operation = self._operation(sent.get("access-control-request-method", scope["method"]), scope["path"])
        key = (operation.document, operation.id) if operation else ("", "")
        if key not in self._by_operation:
            self._by_operation[key] = self._middleware(operation)
        await self._by_operation[key](scope, receive, send)

    def _operation(self, method: str, path: str) -> Operation | None:
        try:
            match = self._double.documents.find(method, path)
        except (LookupError, ValueError):  # a document that cannot be read, which the application answers
            return None
        return match.served.operation if match and match.served else None

    def _middleware(self, operation: Operation | None) -> CORSMiddleware:
        documents = {each.name: each for each in self._double.documents.loaded()}
        known = (documents[operation.document].cors if operation else None) or _UNKNOWN
        return CORSMiddleware(
            self._app,
            allow_origins=self._double.settings.cors,
            allow_methods=known.methods,
            allow_headers=["*"],
            allow_credentials=known.credentials,
            allow_private_network=True,  # a page on the network that calls this machine
            expose_headers=_declared(operation) if operation else (),
            max_age=known.max_age,
        )


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
