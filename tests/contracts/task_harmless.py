"""Relays that change what a document of tasks leaves open: nothing may be found behind them."""

from __future__ import annotations

from typing import Any

import httpx
from task_relays import (
    Counted,
    Forward,
    Relay,
    editing,
    holding,
    is_file,
    is_submission,
    is_view,
    on,
    relay,
    saying,
)


@relay
def further_fields() -> Relay:
    return editing(lambda task: task.update(gateway={"node": 3}, cost=None), listed=True)


@relay
def numbers_as_floats() -> Relay:
    return editing(lambda task: task.update(created=float(task["created"])), listed=True)


@relay
def header_case_and_more_headers() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        more = {"X-Gateway-Node": "7", "Via": "1.1 gateway"}
        return httpx.Response(
            response.status_code,
            headers={**{name.title(): each for name, each in response.headers.items()}, **more},
            content=response.content,
        )

    return run


@relay
def files_on_another_host() -> Relay:
    def edit(task: dict[str, Any]) -> None:
        if task.get("picture"):
            task["picture"] = task["picture"].replace("http://double.test", "https://cdn.example")

    linked = editing(edit, listed=True)

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.url.host == "cdn.example":
            assert "x-key" not in request.headers  # the key goes to nobody else
            return forward(httpx.Request("GET", request.url.copy_with(scheme="http", host="double.test")))
        return linked(request, forward)

    return run


@relay
def links_signed_anew_at_each_look() -> Relay:
    counted = Counted()

    def edit(task: dict[str, Any]) -> None:
        if task.get("picture"):
            task["picture"] += f"?signature={counted.count()}"

    return editing(edit, listed=True)


@relay
def files_without_a_type() -> Relay:
    return on(is_file, lambda each: holding(each, each.content, content_type="application/octet-stream"))


@relay
def a_state_is_never_seen() -> Relay:
    def edit(task: dict[str, Any]) -> None:
        if task["state"] == "QUEUED":
            task.update(state="RUNNING", progress="0%")

    return editing(edit, listed=True)


@relay
def progress_in_fractions() -> Relay:
    def edit(task: dict[str, Any]) -> None:
        if task["progress"] is not None:
            task["progress"] = task["progress"].replace("%", ".0%")

    return editing(edit, listed=True)


@relay
def missing_values_left_out() -> Relay:
    def change(response: httpx.Response) -> httpx.Response:
        return saying(response, {name: each for name, each in response.json().items() if each is not None})

    return on(is_view, change)


@relay
def view_link_on_another_host() -> Relay:
    def change(response: httpx.Response) -> httpx.Response:
        value = response.json()
        return saying(response, {**value, "look": value["look"].replace("double.test", "eu.double.test")})

    linked = on(is_submission, change)

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.url.host == "eu.double.test":
            assert "x-key" not in request.headers
            return httpx.Response(401, json={"error": "no such key"})
        return linked(request, forward)

    return run
