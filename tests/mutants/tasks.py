"""Damages to tasks: to what views and lists show of one, to what moves it, and whose it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mutants.relay import Damage, Forward, Got, Sent, damage, on_answer, on_request

from proofsheet.spec import pointers


@damage("task")
def task(change: dict[str, Any], where: dict[str, Any] | None = None, after: int = 0) -> Damage:
    """Members of a shown task are others, where some have a value; from the look behind the first `after`.

    `change` and `where` are by JSON pointer. An answer that is a list has such tasks in it.
    """
    seen: dict[str, int] = {}

    def shown(path: str, value: Any) -> Any:
        if isinstance(value, list):
            return [shown(path, each) for each in value]
        meant = {name: list(pointers.find(value, pointers.split(name))) for name in where or {}}
        if not isinstance(value, dict) or any(
            found != [(where or {})[name]] for name, found in meant.items()
        ):
            return value
        seen[path] = seen.get(path, 0) + 1
        if seen[path] > after:
            for name, new in change.items():
                _put(value, pointers.split(name), new)
        return value

    def run(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        return got if got.status >= 300 or got.json is None else got.saying(shown(sent.path, got.json))

    return run


def _put(value: Any, tokens: tuple[str, ...], new: Any) -> None:
    for token in tokens[:-1]:
        value = value[token]
    value[tokens[-1]] = new


@damage("first-look")
def first_look() -> Damage:
    """Whoever looks at something again is shown what he was shown first, as a cache in between does."""
    known: dict[tuple[str, str, bytes], Got] = {}

    def run(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        is_look = got.status == 200 and got.media_type == "application/json"
        return known.setdefault((sent.method, sent.path, sent.body), got) if is_look else got

    return run


@on_answer("list")
def listed(sent: Sent, got: Got, start: int | None = None, step: int | None = None) -> Got:
    """A list without its first `start` items, or in the other order (`step: -1`)."""
    return got.saying(got.json[start::step]) if isinstance(got.json, list) else got


@on_request("as-key")
def as_key(sent: Sent, header: str, find: str, put: str) -> Sent:
    """Requests with one key go out with another."""
    return sent.having(header, put) if sent.header(header) == find else sent


@damage("not-passed-on")
def not_passed_on(body: dict[str, Any]) -> Damage:
    """A request is granted and goes no further."""
    return lambda sent, forward: Got(200, (("content-type", "application/json"),), b"").saying(body)


@damage("newest-for-unknown")
def newest_for_unknown(base: str) -> Damage:
    """What is not found under `base` is answered with the newest task that was submitted."""
    known: list[str] = []

    def run(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        if sent.method == "POST" and got.status == 200:
            known.append(got.json["id"])
        is_lost = sent.method == "GET" and got.status == 404 and bool(known)
        return forward(replace(sent, path=base + known[-1])) if is_lost else got

    return run
