"""The ASGI application: documents' paths under every base path, the control surface, and the rest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from proofsheet.mockserver import faults
from proofsheet.mockserver.control import routes
from proofsheet.mockserver.double import Double, checks
from proofsheet.mockserver.endpoint import Endpoint, stray
from proofsheet.mockserver.replies import problem
from proofsheet.mockserver.unmatched import refusal
from proofsheet.spec.document import Document, Operation


@dataclass(eq=False)
class Collision(ValueError):
    """Two documents want the same method and path."""

    first: str
    second: str
    place: str

    def __str__(self) -> str:
        return f"{self.first} and {self.second} both have {self.place}: serve one of them"


class Site:
    """The application, and the one thing about it that changes: its documents, on reload."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self._app = self._build()
        self._replay = _replay(double)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # A path without a template is found in a table: trying every route costs more than judging a form.
        app = self._exact.get(scope.get("path"), self._app)
        if self._replay is None or scope["type"] != "http" or scope["path"].startswith(routes.PREFIX):
            await app(scope, receive, send)
        else:
            await self._replay(self.double, app, scope, receive, send)

    def reload(self, documents: tuple[Document, ...]) -> None:
        """Serve other documents from now on; what the double remembers stays. Raises Collision."""
        before = self.double
        compiled = {name: checks(each) for doc in documents for name, each in doc.operations.items()}
        self.double = replace(before, documents=documents, checks=compiled)
        try:
            self._app = self._build()
        except Collision:
            self.double = before
            raise

    def _build(self) -> Starlette:
        endpoints = _endpoints(self.double)
        self._exact: dict[str, Any] = {path: each for path, each in endpoints.items() if "{" not in path}
        paths = [Route(path, each) for path, each in endpoints.items()]
        app = Starlette(routes=[*routes.routes(lambda: self.double), *paths])
        app.router.redirect_slashes = False
        app.router.default = _Nowhere(self.double)
        return app


def _replay(double: Double) -> Any:
    """What answers recorded requests, if there is a recording: (double, app, scope, receive, send)."""
    if double.settings.replay is None:
        return None
    from proofsheet.mockserver import replay  # what reads recordings is loaded only where there is one

    return partial(replay.answer, replay.load(double.settings.replay))


def routes_of(documents: Iterable[Document]) -> dict[str, dict[str, tuple[str, Operation]]]:
    """Path to method to (document's name, operation). Raises Collision."""
    paths: dict[str, dict[str, tuple[str, Operation]]] = {}
    for document in documents:
        for operation in document.operations.values():
            for base in document.bases:
                methods = paths.setdefault(base + operation.path, {})
                if operation.method in methods:
                    place = f"{operation.method} {base}{operation.path}"
                    raise Collision(methods[operation.method][0], document.name, place)
                methods[operation.method] = (document.name, operation)
    return paths


def _endpoints(double: Double) -> dict[str, Endpoint]:
    """Path to endpoint, concrete paths before templated ones."""
    paths = sorted(routes_of(double.documents).items(), key=lambda item: ("{" in item[0], item[0]))
    return {
        path: Endpoint(double, {method: each for method, (_, each) in methods.items()})
        for path, methods in paths
    }


class _Nowhere:
    """The answer to a path that no document has."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self._paths = [
            base + each.path for doc in double.documents for base in doc.bases for each in _all(doc)
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if not path.startswith(routes.PREFIX) and (refused := await refusal(self._double, scope)):
            await faults.send(None, self._double.rng, refused, scope, send)
            return
        near = difflib.get_close_matches(path[:200], self._paths, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else "; GET /_mock/operations lists what there is"
        made = problem(404, "no such path", f"{scope['method']} {path[:200]} is in no document{hint}")
        if path.startswith(routes.PREFIX):
            await faults.send(None, self._double.rng, made, scope, send)
        else:
            await stray(self._double, made, scope, send)


def _all(document: Document) -> Iterable[Operation]:
    return document.operations.values()
