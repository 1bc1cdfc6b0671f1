"""The ASGI application: the control surface, the documents' paths, and what is neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.applications import Starlette

from proofsheet.mockserver import file_links, files, unmatched
from proofsheet.mockserver.control import probes, routes
from proofsheet.mockserver.cors import CrossOrigin
from proofsheet.mockserver.dialogue import connection
from proofsheet.mockserver.documents import UNLOADABLE, Documents
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.endpoint import serve
from proofsheet.mockserver.state.protocol import StateUnavailable
from proofsheet.spec.document import Document


class Site:
    """The application, and the one thing about it that changes: its documents, on reload."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.is_leaving = False  # told to end, it serves on for a while, and is not ready for more
        self._control = _control(lambda: self.double, lambda: self.is_leaving)
        self._replay = _replay(double)
        self._api = self._with_cors(double)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._serve_any(scope, receive, send)
        except StateUnavailable as away:
            with suppress(RuntimeError):  # an answer has begun, or ended
                await unmatched.say_unavailable(self.double, away, scope, send)

    async def _serve_any(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._talk(scope, receive, send)
        elif scope["type"] != "http":
            return
        elif scope["path"].startswith(routes.PREFIX) or scope["path"] in probes.PATHS:
            await self._control(scope, receive, send)
        elif scope["path"].startswith(file_links.PREFIX):
            await files.serve(self.double, scope, send)
        else:
            await self._api(scope, receive, send)

    async def _talk(self, scope: Any, receive: Any, send: Any) -> None:
        """A WebSocket: a dialogue, or refused before it is accepted."""
        double = self.double
        try:
            match = double.documents.find("GET", scope["path"])
        except UNLOADABLE:
            match = None
        if match is None or match.served is None or match.served.operation.dialogue is None:
            await unmatched.refuse(scope, receive, send)
        else:
            await connection.serve(double, match.served, match, scope, receive, send)

    def _with_cors(self, double: Double) -> Any:
        return CrossOrigin(double, self._answer) if double.settings.cors else self._answer

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if self._replay is not None:
            await self._replay(self.double, self._serve, scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        double = self.double
        try:
            match = double.documents.find(scope["method"], scope["path"])
        except UNLOADABLE as problem:  # a document that is read only now
            await unmatched.unreadable(double, problem, scope, send)
            return
        if match is None:
            await unmatched.no_path(double, scope, send)
        elif match.served is None:
            await unmatched.wrong_method(double, match.allowed, scope, send)
        else:
            await serve(double, match.served, match, scope, receive, send)

    def reload(self, documents: Documents | Iterable[Document]) -> None:
        """Serve other documents from now on; what the double remembers stays. Raises what the loader does."""
        loaded = documents if isinstance(documents, Documents) else Documents.of(documents)
        loaded.load_all()
        self.double = replace(self.double, documents=loaded)
        self._api = self._with_cors(self.double)


def _control(get: Callable[[], Double], is_leaving: Callable[[], bool]) -> Starlette:
    app = Starlette(routes=[*probes.routes(get, is_leaving), *routes.routes(get)])
    app.router.redirect_slashes = False
    app.router.default = unmatched.NoControlPath(get)
    return app


def _replay(double: Double) -> Any:
    """What answers recorded requests, if there is a recording: (double, app, scope, receive, send)."""
    if double.settings.replay is None:
        return None
    # What reads recordings is loaded only where there is one.
    from proofsheet.mockserver import recorded_answers, replay

    return partial(replay.answer, recorded_answers.load(double.settings.replay))
