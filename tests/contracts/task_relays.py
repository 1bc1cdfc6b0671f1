"""What relays do to answers about tasks: ways that break a documented fact, and ways that break none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

Forward = Callable[[httpx.Request], httpx.Response]
Relay = Callable[[httpx.Request, Forward], httpx.Response]
RELAYS: dict[str, Callable[[], Relay]] = {}


def relay(make: Callable[[], Relay]) -> Callable[[], Relay]:
    """Register a maker of relays by its name: each run gets one with a memory of its own."""
    RELAYS[make.__name__] = make
    return make


def saying(response: httpx.Response, value: Any, status: int | None = None) -> httpx.Response:
    """The same answer with another JSON body."""
    kept = [(name, each) for name, each in response.headers.multi_items() if name != "content-length"]
    return httpx.Response(status or response.status_code, headers=kept, content=json.dumps(value).encode())


def holding(response: httpx.Response, body: bytes, **headers: str) -> httpx.Response:
    """The same answer with other bytes."""
    kept = {**dict(response.headers), **{name.replace("_", "-"): each for name, each in headers.items()}}
    kept["content-length"] = str(len(body))
    return httpx.Response(response.status_code, headers=kept, content=body)


def is_view(request: httpx.Request) -> bool:
    return request.method == "GET" and re.fullmatch(r"/tasks/[^/]+", request.url.path) is not None


def is_list(request: httpx.Request) -> bool:
    return (request.method, request.url.path) in (("GET", "/tasks"), ("POST", "/some-tasks"))


def is_file(request: httpx.Request) -> bool:
    return request.url.path.startswith("/_files/")


def is_submission(request: httpx.Request) -> bool:
    return request.method == "POST" and re.search(r"/(draw|careful|redraw)$", request.url.path) is not None


def of_views(change: Callable[[dict[str, Any]], Any], listed: bool = False) -> Relay:
    """A relay that changes what views answer, and the items of lists where they are to agree."""

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if response.status_code != 200:
            return response
        if is_view(request):
            return saying(response, change(response.json()) or response.json())
        if listed and is_list(request):
            return saying(response, [change(each) or each for each in response.json()])
        return response

    return run


def editing(edit: Callable[[dict[str, Any]], None], listed: bool = False) -> Relay:
    """The same, where the change is made in place."""

    def change(task: dict[str, Any]) -> dict[str, Any]:
        edit(task)
        return task

    return of_views(change, listed)


def on(test: Callable[[httpx.Request], bool], change: Callable[[httpx.Response], httpx.Response]) -> Relay:
    """A relay that changes the answers to some requests."""

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        return change(response) if test(request) and response.status_code == 200 else response

    return run


@dataclass
class Counted:
    """How often a task was looked at in a state."""

    seen: dict[Any, int] = field(default_factory=dict)

    def count(self, *key: Any) -> int:
        self.seen[key] = self.seen.get(key, 0) + 1
        return self.seen[key]
