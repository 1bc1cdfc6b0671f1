"""The page of a judging proxy, on a port of its own: every path of the other is passed on."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from proofsheet.spec import page_style

PATH = "/_proofsheet/"
_LOCAL = ["127.0.0.1", "localhost"]  # another site's page may call itself by our address
_OTHERWISE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
State = Callable[[], dict[str, Any]]


def html(state: dict[str, Any], nonce: str = "") -> str:
    """The page of one state."""
    folder = Path(__file__).parent / "pages"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    style = Markup(page_style.style(folder / "proxy.css"))
    return environment.get_template("proxy.html").render(**state, style=style, nonce=nonce)


def app(state: State) -> Starlette:
    """The page, and the same as JSON."""

    def page(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        own = f"style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
        none = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        policy = f"{none}; {own}; connect-src 'self'; img-src data:"
        return HTMLResponse(html(state(), nonce), headers={**_OTHERWISE, "content-security-policy": policy})

    def data(request: Request) -> Response:
        return JSONResponse(state(), headers=_OTHERWISE)

    def to_page(request: Request) -> Response:
        return RedirectResponse(PATH)

    return Starlette(
        routes=[
            Route(PATH, page),
            Route(f"{PATH}state.json", data),
            *(Route(path, to_page) for path in ("/", PATH[:-1])),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_LOCAL, www_redirect=False)],
    )


def serve(sock: socket.socket, state: State) -> None:
    """Serve the page on a listening socket, in a thread of this process. It logs nothing."""
    config = uvicorn.Config(
        app(state),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_keep_alive=10,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, args=([sock],), daemon=True).start()
