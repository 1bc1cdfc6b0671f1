"""Relays that do to tasks what gateways, edges and caches do: some break a documented fact by it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
from task_relays import (
    Counted,
    Forward,
    Relay,
    editing,
    holding,
    is_file,
    is_list,
    is_submission,
    is_view,
    of_views,
    on,
    relay,
    saying,
)

HOST = "http://double.test"
ENDS = ("DONE", "FAILED", "CANCELLED")


def _linking(change: Callable[[str], str]) -> Relay:
    def edit(task: dict[str, Any]) -> None:
        if task.get("picture"):
            task["picture"] = change(task["picture"])

    return editing(edit, listed=True)


def _json(change: Callable[[httpx.Response], httpx.Response]) -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return change(response) if is_json and response.content else response

    return run


# Breaking


@relay
def result_links_without_a_host() -> Relay:
    """A gateway behind a path forgets where it is."""
    return _linking(lambda link: link.removeprefix(HOST))


@relay
def result_links_of_the_store() -> Relay:
    return _linking(lambda link: link.replace(HOST, "s3://results"))


@relay
def view_link_without_a_host() -> Relay:
    def change(response: httpx.Response) -> httpx.Response:
        value = response.json()
        return saying(response, {**value, "look": value["look"].removeprefix(HOST)})

    return on(is_submission, change)


@relay
def files_redirected_to_a_sign_in() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.url.host == "login.example":
            return httpx.Response(200, html="<html>sign in</html>")
        if is_file(request):
            return httpx.Response(302, headers={"location": "https://login.example/?next=/"})
        return forward(request)

    return run


@relay
def submission_in_an_envelope() -> Relay:
    return on(is_submission, lambda each: saying(each, {"code": 0, "message": "ok", "data": each.json()}))


@relay
def views_cached_for_ever() -> Relay:
    kept: dict[str, httpx.Response] = {}

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if not is_view(request):
            return forward(request)
        return kept.setdefault(request.url.path, forward(request))

    return run


@relay
def unknown_is_the_newest() -> Relay:
    known: list[str] = []

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if is_submission(request) and response.status_code == 200:
            known.append(response.json()["id"])
        if is_view(request) and response.status_code == 404 and known:
            newest = request.url.copy_with(path=f"/tasks/{known[-1]}")
            return forward(httpx.Request("GET", newest, headers=request.headers))
        return response

    return run


@relay
def progress_starts_anew_at_the_end() -> Relay:
    return editing(lambda task: task.update(progress="0%") if task["state"] == "DONE" else None, listed=True)


@relay
def lists_without_results() -> Relay:
    def change(response: httpx.Response) -> httpx.Response:
        return saying(response, [{**each, "picture": None} for each in response.json()])

    return on(is_list, change)


@relay
def a_list_by_ids_has_all() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if request.url.path == "/some-tasks" and response.status_code == 200:
            kept = {"x-key": request.headers["x-key"]}
            return forward(httpx.Request("GET", f"{HOST}/tasks", headers=kept))
        return response

    return run


@relay
def result_comes_with_the_second_look() -> Relay:
    counted = Counted()

    def edit(task: dict[str, Any]) -> None:
        if task["state"] == "DONE" and counted.count(task["id"]) == 1:
            task["picture"] = None

    return editing(edit)


@relay
def submissions_answered_by_the_first() -> Relay:
    """A cache that takes all submissions for one."""
    kept: list[httpx.Response] = []

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if is_submission(request) and response.status_code == 200:
            kept.append(response)
            return kept[0]
        return response

    return run


# Harmless


@relay
def files_redirected_to_a_cdn() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.url.host == "cdn.example":
            assert "x-key" not in request.headers
            return forward(httpx.Request("GET", request.url.copy_with(scheme="http", host="double.test")))
        if is_file(request):
            return httpx.Response(
                302, headers={"location": str(request.url).replace("http://double.test", "//cdn.example")}
            )
        return forward(request)

    return run


@relay
def ids_of_its_own_both_ways() -> Relay:
    """A gateway gives tasks ids of its own, and knows them again."""

    def out(value: Any) -> Any:
        if isinstance(value, list):
            return [out(each) for each in value]
        return {
            **value,
            "id": "task_" + value["id"],
            **({"look": _named(value["look"])} if "look" in value else {}),
        }

    def _named(link: str) -> str:
        return link.replace("/tasks/", "/tasks/task_")

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        kept = {name: each for name, each in request.headers.items() if name != "content-length"}
        url, body = str(request.url).replace("task_", ""), request.content.replace(b'"task_', b'"')
        response = forward(httpx.Request(request.method, url, headers=kept, content=body))
        is_about = not is_file(request) and request.url.path != "/balance" and response.content
        return (
            saying(response, out(response.json())) if is_about and response.status_code == 200 else response
        )

    return run


@relay
def views_refreshed_at_each_third_look() -> Relay:
    """A gateway that polls for itself."""
    kept: dict[str, httpx.Response] = {}
    counted = Counted()

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if not is_view(request) or response.status_code != 200:
            return response
        path = request.url.path
        if path not in kept or counted.count(path) % 3 == 0:
            kept[path] = response
        return kept[path]

    return run


@relay
def members_in_another_order() -> Relay:
    def turned(value: Any) -> Any:
        if isinstance(value, list):
            return [turned(each) for each in value]
        return (
            dict(reversed([(name, turned(each)) for name, each in value.items()]))
            if isinstance(value, dict)
            else value
        )

    return _json(lambda response: saying(response, turned(response.json())))


@relay
def written_for_people() -> Relay:
    return _json(lambda response: holding(response, json.dumps(response.json(), indent=2).encode()))


@relay
def compressed() -> Relay:
    return _json(lambda response: _compressed(response))


def _compressed(response: httpx.Response) -> httpx.Response:
    return holding(response, gzip.compress(response.content), content_encoding="gzip", vary="accept-encoding")


@relay
def charset_named() -> Relay:
    return _json(lambda each: holding(each, each.content, content_type="application/json;charset=UTF-8"))


@relay
def missing_values_as_empty_texts() -> Relay:
    """What a gateway in Go makes of what is not there."""

    def edit(task: dict[str, Any]) -> None:
        for name in ("progress", "ended", "picture", "parent"):
            task[name] = task.get(name) or ""

    return editing(edit, listed=True)


@relay
def progress_in_two_steps() -> Relay:
    return editing(
        lambda task: task.update(progress="30%") if task["state"] == "RUNNING" else None, listed=True
    )


@relay
def lists_one_look_behind() -> Relay:
    """Lists come from a replica, which shows what goes on as it was at the last look."""
    seen: dict[str, Any] = {}

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if response.status_code == 200 and is_view(request):
            task = response.json()
            seen.update({task["id"]: task} if task["state"] not in ENDS else {})
        if response.status_code == 200 and is_list(request):
            shown = [
                each if each["state"] in ENDS else seen.get(each["id"], each) for each in response.json()
            ]
            return saying(response, shown)
        return response

    return run


@relay
def one_look_finds_the_gateway_restarting() -> Relay:
    counted = Counted()

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if is_view(request) and counted.count() == 9:
            return httpx.Response(502, html="<html><h1>502 Bad Gateway</h1></html>")
        return forward(request)

    return run


@relay
def one_look_too_many() -> Relay:
    counted = Counted()

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if is_view(request) and counted.count() == 9:
            return httpx.Response(429, json={"error": "slow down"}, headers={"retry-after": "1"})
        return forward(request)

    return run


@relay
def further_members_in_submissions() -> Relay:
    return on(is_submission, lambda each: saying(each, {**each.json(), "state": "QUEUED", "cost": 4.0}))


@relay
def heads_of_stores_of_files() -> Relay:
    more = {"etag": '"a"', "x_ms_blob_type": "BlockBlob", "cache_control": "public, max-age=31536000"}
    return on(is_file, lambda each: holding(each, each.content, **more))


@relay
def created_a_moment_later() -> Relay:
    """By the clock of the gateway."""
    return of_views(lambda task: {**task, "created": task["created"] + 400}, listed=True)
