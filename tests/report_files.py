"""Small reports, written as `check` writes them, for what compares reports: no target is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FAMILY = "miniature"
LEVELS = {
    "key.wrong": "MUST",
    "prompt.required": "MUST",
    "key.bare": "SHOULD",
    "size.kind": "MAY",
    "answer.status": "MUST",
}
INHERITED = ("answer.status",)
KEPT = dict.fromkeys(LEVELS, "passed")


def report(
    path: Path,
    states: Mapping[str, str] = KEPT,
    day: str = "2026-11-15",
    target: str = "http://a.example",
    answers: Mapping[str, Mapping[str, Any]] | None = None,
    message: str = "expected 401, came 200",
    **header: Any,
) -> Path:
    """A report in which requirements stand as `states` says; `answers` change those to cases, by topic."""
    path.parent.mkdir(parents=True, exist_ok=True)
    messages = {topic: [message] if state == "failed" else [] for topic, state in states.items()}
    found = [
        {**_header(states, day, target), **header},
        *(_case(topic, messages[topic], (answers or {}).get(topic, {})) for topic in states),
        *(_verdict(topic, state, messages[topic]) for topic, state in states.items()),
        _footer(states),
    ]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in found), encoding="utf-8")
    return path


def _id(topic: str) -> str:
    return f"{FAMILY}.draw.{topic}"


def _header(states: Mapping[str, str], day: str, target: str) -> dict[str, Any]:
    return {
        "kind": "header", "suite": "0.1.0", "document": FAMILY, "version": "1", "target": target,
        "date": f"{day}T10:00:00Z", "profile": "free", "seed": 1, "budget": None,
        "requirements": [_requirement(topic) for topic in states],
        "sources": {"S1": {"title": "A page", "url": "https://pages.example/draw"}},
    }  # fmt: skip


def _requirement(topic: str) -> dict[str, Any]:
    return {
        "id": _id(topic), "operation": "draw", "level": LEVELS[topic], "profile": "free",
        "says": f"it keeps {topic}", "pointer": "/paths/~1draw/post", "sources": ["S1"],
        "grade": "inherited" if topic in INHERITED else "documented", "claims": [f"draw.{topic}"],
    }  # fmt: skip


def _case(topic: str, messages: list[str], changes: Mapping[str, Any]) -> dict[str, Any]:
    request = {"method": "POST", "url": "http://a.example/draw", "headers": [["accept", "*/*"]],
               "curl": "curl -sS http://a.example/draw", "body": "{}"}  # fmt: skip
    response = {"status": 401, "headers": [["content-type", "application/json"]], "bytes": 2,
                "media_type": "application/json", "excerpt": "{}", "pictures": []}  # fmt: skip
    return {
        "kind": "case", "id": f"draw/{topic}", "operation": "draw", "requirements": [_id(topic)],
        "messages": [[_id(topic), text] for text in messages], "reason": "", "paid": False,
        "cost": changes.get("cost", 0), "milliseconds": 5, "request": request,
        "response": {**response, **{name: value for name, value in changes.items() if name != "cost"}},
    }  # fmt: skip


def _verdict(topic: str, state: str, messages: list[str]) -> dict[str, Any]:
    return {"kind": "verdict", "id": _id(topic), "status": state, "messages": messages, "reason": ""}


def _footer(states: Mapping[str, str]) -> dict[str, Any]:
    counts = {state: list(states.values()).count(state) for state in set(states.values())}
    verdict = "failure" if "failed" in counts else "success"
    return {
        "kind": "footer",
        "profiles": {"free": verdict},
        "counts": counts,
        "spent": 0,
        "ended": "complete",
    }
