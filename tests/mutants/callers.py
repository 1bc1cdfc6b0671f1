"""A damage that sends callbacks in the target's place: for which states, how often, and what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mutants.relay import Damage, Forward, Got, Sent, damage

from proofsheet.contracts.client.callback_receiver import Receiver

MOST_ATTEMPTS = 3


@dataclass
class Caller:
    """Sends the callbacks of the small document `tasks` at the looks at a task, once for each of `states`."""

    receiver: Receiver
    change: Mapping[str, Any] = field(default_factory=dict)  # members of the body that are others
    times: int = 1
    method: str = "POST"
    states: Sequence[str] = ("DONE", "FAILED")
    repeats: bool = True  # what was not taken
    hooks: dict[str, tuple[str, str]] = field(default_factory=dict)  # id of a task: address and secret
    called: set[tuple[str, str]] = field(default_factory=set)
    waiting: list[tuple[str, dict[str, str], bytes, int]] = field(default_factory=list)

    def __call__(self, sent: Sent, forward: Forward) -> Got:
        if sent.method == "POST" and b'"hook": "http' in sent.body:
            return self._submitted(sent, forward)
        got = forward(sent)
        if sent.method == "GET" and sent.path.startswith("/tasks/") and got.status == 200:
            self._seen(got.json)
            self._send()
        return got

    def _submitted(self, sent: Sent, forward: Forward) -> Got:
        body = json.loads(sent.body)
        hook = body.pop("hook")
        got = forward(Sent(sent.method, sent.path, sent.headers, json.dumps(body).encode()))
        if got.status == 200:
            self.hooks[got.json["id"]] = hook, body.get("secret") or ""
        return got

    def _seen(self, task: dict[str, Any]) -> None:
        once = (task["id"], task["state"])
        if task["id"] in self.hooks and task["state"] in self.states and once not in self.called:
            self.called.add(once)
            url, secret = self.hooks[task["id"]]
            headers = {"content-type": "application/json", "x-hook-secret": secret, "x-event": "ended"}
            body = json.dumps({**task, **self.change}).encode()
            self.waiting += [(url, headers, body, 1)] * self.times

    def _send(self) -> None:
        due, self.waiting = self.waiting, []
        for url, headers, body, attempt in due:
            inbox = self.receiver.at(urlsplit(url).path)
            is_refused = inbox is not None and inbox.take(self.method, headers, body) >= 300
            if is_refused and self.repeats and attempt < MOST_ATTEMPTS:
                self.waiting.append((url, headers, body, attempt + 1))


@damage("callbacks")
def callbacks(receiver: Receiver, **how: Any) -> Damage:
    """A caller; `how` are its fields."""
    return Caller(receiver, **how)
