"""Relays that break what a document says of tasks; each is named for what it does."""

from __future__ import annotations

import io
from typing import Any

import httpx
from PIL import Image
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
    on,
    relay,
    saying,
)


@relay
def states_translated() -> Relay:
    words = {"QUEUED": "waiting", "RUNNING": "processing", "DONE": "success"}
    return editing(lambda task: task.update(state=words.get(task["state"], task["state"])), listed=True)


@relay
def one_state_undeclared() -> Relay:
    return editing(lambda task: task.update(state="PAUSED" if task["state"] == "RUNNING" else task["state"]))


@relay
def goes_back_a_state() -> Relay:
    counted = Counted()

    def edit(task: dict[str, Any]) -> None:
        if task["state"] == "RUNNING" and counted.count(task["id"]) == 2:
            task.update(state="QUEUED", progress="0%")

    return editing(edit)


@relay
def progress_falls() -> Relay:
    counted = Counted()

    def edit(task: dict[str, Any]) -> None:
        if task["state"] == "RUNNING":
            task["progress"] = f"{60 - 20 * counted.count(task['id'])}%"

    return editing(edit)


@relay
def progress_beyond_its_state() -> Relay:
    return editing(lambda task: task.update(progress="97%") if task["state"] == "RUNNING" else None)


@relay
def progress_is_a_share() -> Relay:
    return editing(lambda task: task.update(progress="0.5") if task["state"] == "DONE" else None)


@relay
def final_state_changes() -> Relay:
    counted = Counted()

    def edit(task: dict[str, Any]) -> None:
        if task["state"] == "DONE" and counted.count(task["id"]) > 1:
            task.update(state="FAILED", picture=None, seed=None, progress=None)

    return editing(edit)


@relay
def result_goes_after_the_first_look() -> Relay:
    counted = Counted()

    def edit(task: dict[str, Any]) -> None:
        if task["state"] == "DONE" and counted.count(task["id"]) > 1:
            task["picture"] = None

    return editing(edit)


@relay
def end_moves_on() -> Relay:
    counted = Counted()

    def edit(task: dict[str, Any]) -> None:
        if task["state"] == "DONE":
            task["ended"] = f"2031-01-01T00:00:{counted.count(task['id']):02}Z"

    return editing(edit)


@relay
def result_early() -> Relay:
    return editing(
        lambda task: task.update(picture="http://double.test/_files/x.png") if _goes(task) else None
    )


def _goes(task: dict[str, Any]) -> bool:
    return task["state"] in ("QUEUED", "RUNNING")


@relay
def result_missing() -> Relay:
    return editing(lambda task: task.update(picture=None))


@relay
def result_is_no_link() -> Relay:
    return editing(lambda task: task.update(picture="pending") if task["state"] == "DONE" else None)


@relay
def id_rewritten_in_views() -> Relay:
    return editing(lambda task: task.update(id="gw-" + task["id"]), listed=True)


@relay
def id_rewritten_in_submissions() -> Relay:
    def change(response: httpx.Response) -> httpx.Response:
        value = response.json()
        return saying(response, {**value, "id": value["id"][::-1]})

    return on(is_submission, change)


@relay
def submission_without_id() -> Relay:
    return on(is_submission, lambda response: saying(response, {"look": response.json()["look"]}))


@relay
def envelope_unwrapped() -> Relay:
    """What a gateway that wraps everything makes of a view."""
    return on(is_view, lambda response: saying(response, {"code": 0, "data": response.json()}))


@relay
def times_reversed() -> Relay:
    return editing(
        lambda task: task.update(ended="2001-01-01T00:00:00Z") if task["state"] == "DONE" else None
    )


@relay
def created_in_seconds() -> Relay:
    return editing(lambda task: task.update(created=task["created"] // 1000), listed=True)


@relay
def created_anew_each_time() -> Relay:
    counted = Counted()
    return editing(lambda task: task.update(created=task["created"] + 60_000 * counted.count(task["id"])))


@relay
def prompt_rewritten() -> Relay:
    return editing(lambda task: task.update(prompt="masterpiece, " + task["prompt"]), listed=True)


@relay
def kind_lost() -> Relay:
    return editing(lambda task: task.update(kind="TASK"), listed=True)


@relay
def unknown_is_200() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        is_lost = is_view(request) and response.status_code == 404
        return saying(response, {"id": "x", "state": "QUEUED"}, 200) if is_lost else response

    return run


@relay
def unknown_is_400() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        is_lost = is_view(request) and response.status_code == 404
        return saying(response, response.json(), 400) if is_lost else response

    return run


@relay
def refusals_of_moves_are_200() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if response.status_code != 409:
            return response
        id = request.url.path.split("/")[2]
        return saying(response, {"id": id, "look": f"http://double.test/tasks/{id}"}, 200)

    return run


@relay
def cancel_does_nothing() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if not request.url.path.endswith("/cancel"):
            return forward(request)
        id = request.url.path.split("/")[2]
        found = forward(httpx.Request("GET", f"http://double.test/tasks/{id}", headers=request.headers))
        if found.status_code != 200 or found.json()["state"] not in ("WAITING", "QUEUED", "RUNNING"):
            return forward(request)
        return saying(found, {"id": id, "look": f"http://double.test/tasks/{id}"})

    return run


@relay
def a_second_cancel_revives() -> Relay:
    """What was cancelled twice is under way again."""
    counted = Counted()

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        id = request.url.path.split("/")[2] if request.url.path.count("/") > 1 else ""
        if request.url.path.endswith("/cancel"):
            counted.count(id)
        if is_view(request) and response.status_code == 200 and counted.seen.get((id,), 0) > 1:
            return saying(response, {**response.json(), "state": "RUNNING", "progress": "30%", "ended": None})
        return response

    return run


@relay
def link_dead() -> Relay:
    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        return httpx.Response(403, content=b"<Error/>") if is_file(request) else response

    return run


@relay
def file_cut() -> Relay:
    return on(is_file, lambda response: holding(response, response.content[:-50]))


@relay
def file_empty() -> Relay:
    return on(is_file, lambda response: holding(response, b""))


@relay
def file_is_a_page() -> Relay:
    return on(is_file, lambda response: holding(response, b"<html>sign in</html>", content_type="text/html"))


def _drawn(response: httpx.Response, kind: str, size: tuple[int, int] | None = None) -> bytes:
    picture = Image.open(io.BytesIO(response.content)).convert("RGB")
    out = io.BytesIO()
    (picture.resize(size) if size else picture).save(out, kind)
    return out.getvalue()


@relay
def file_of_another_size() -> Relay:
    return on(is_file, lambda response: holding(response, _drawn(response, "PNG", (32, 24))))


@relay
def file_of_another_format() -> Relay:
    def change(response: httpx.Response) -> httpx.Response:
        return holding(response, _drawn(response, "JPEG"), content_type="image/jpeg")

    return on(is_file, change)


@relay
def inner_host_in_links() -> Relay:
    def edit(task: dict[str, Any]) -> None:
        if task.get("picture"):
            task["picture"] = task["picture"].replace("double.test", "10.0.0.7:8080")

    inner = editing(edit, listed=True)

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.url.host == "10.0.0.7":
            raise httpx.ConnectError("no route to host")
        return inner(request, forward)

    return run


@relay
def view_link_leads_elsewhere() -> Relay:
    def change(response: httpx.Response) -> httpx.Response:
        value = response.json()
        return saying(response, {**value, "look": "http://double.test/inner/" + value["id"]})

    return on(is_submission, change)


@relay
def list_lacks_the_newest() -> Relay:
    return _lists(lambda held: held[1:])


@relay
def list_in_the_other_order() -> Relay:
    return _lists(lambda held: held[::-1])


@relay
def list_has_it_twice() -> Relay:
    return _lists(lambda held: held + held[:1])


@relay
def list_lags_behind() -> Relay:
    """The list goes on showing what was running, though it has ended long ago."""

    def change(held: list[Any]) -> list[Any]:
        return [{**each, "state": "QUEUED", "progress": "0%", "picture": None} for each in held]

    return _lists(change)


def _lists(change: Any) -> Relay:
    return on(is_list, lambda response: saying(response, change(response.json())))


@relay
def view_lost_for_a_while() -> Relay:
    """Answers 404 to the first looks at a task, which the document does not have."""
    counted = Counted()

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if is_view(request) and response.status_code == 200 and counted.count(request.url.path) < 3:
            return saying(response, {"error": "no such task"}, 404)
        return response

    return run


@relay
def charged_twice() -> Relay:
    return _balance(lambda credits, started: credits - 4 * started)


@relay
def nothing_charged() -> Relay:
    return _balance(lambda credits, started: 1000.0)


def _balance(change: Any) -> Relay:
    started = Counted()

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        response = forward(request)
        if is_submission(request) and response.status_code == 200:
            started.count()
        if (request.method, request.url.path) == ("GET", "/balance") and response.status_code == 200:
            return saying(response, {"credits": change(response.json()["credits"], started.seen.get((), 0))})
        return response

    return run
