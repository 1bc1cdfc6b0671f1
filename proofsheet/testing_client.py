"""A double seen from a test: say what is to happen, ask what was called."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from proofsheet.testing_server import ControlError, NotStarted, Server, control, said

__all__ = ["ControlError", "Mock", "NotStarted", "Server", "control"]  # what a user's tests import from here

Entry = dict[str, Any]
Task = dict[str, Any]
Control = Callable[[str, str, str | None, Any], bytes]  # method, path below /_mock, key, body
LAST_CALLS = 10


class Mock:
    """A double as one key sees it. Everything is the key's own, except for the clock."""

    def __init__(self, url: str, key: str, ask: Control | None = None) -> None:
        self.url = url
        self.key = key
        self._control = ask or partial(control, url)
        self._has_forced = False

    def __repr__(self) -> str:
        return f"Mock({self.url!r}, {self.key!r})"

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the key."""
        return {"Authorization": f"Bearer {self.key}"}

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self._control(method, path, self.key, body))

    def journal(self) -> list[Entry]:
        """This key's calls, oldest first."""
        entries: list[Entry] = self._ask("GET", "/journal")["entries"]
        return entries

    def picture(self, entry: Entry, index: int = 0) -> bytes:
        """The file of a picture that a call was answered with."""
        return self._control("GET", f"/pictures/{entry['seq']}/{index}", self.key, None)

    def verify(
        self,
        *,
        operation: str | None = None,
        status: int | None = None,
        outcome: str | None = None,
        method: str | None = None,
        path: str | None = None,
        media_type: str | None = None,
        fields: Mapping[str, Any] | None = None,
        count: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        no_errors: bool = False,
    ) -> None:
        """Raise AssertionError unless the right number of calls match; without a number, at least one."""
        __tracebackhide__ = True
        names = {"operation": operation, "status": status, "outcome": outcome, "method": method, "path": path}
        counts = {"count": count, "at_least": at_least, "at_most": at_most}
        wanted = {**names, "media_type": media_type, "fields": fields and dict(fields), **counts}
        body = {name: value for name, value in wanted.items() if value is not None}
        report = self._ask("POST", "/verify", {**body, "no_errors": no_errors})
        if not report["ok"]:
            raise AssertionError(_explained(report))

    def force(
        self,
        *,
        outcome: str | None = None,
        code: int | None = None,
        fault: str | None = None,
        task: str | None = None,
        operation: str | None = None,
        times: int = 1,
    ) -> None:
        """End the next calls in an outcome, by its name or status, or hurt their answers with a fault.

        `task` says what becomes of the tasks that they start, such as "end=failed, late=5" (docs/tasks.md).
        """
        wanted = {"outcome": outcome, "code": code, "fault": fault, "task": task}
        wanted |= {"operation": operation, "times": times}
        self._ask("POST", "/schedule", {name: value for name, value in wanted.items() if value is not None})
        self._has_forced = True

    def drop_forced(self) -> None:
        """Forget what was forced and has not happened yet."""
        if self._has_forced:
            self._ask("DELETE", "/schedule")
            self._has_forced = False

    @property
    def balance(self) -> float | None:
        """The credits that are left; None if they are unlimited."""
        credits: float | None = self._ask("GET", "/ledger")["credits"]
        return credits

    def set_balance(self, credits: float | None) -> None:
        """Give the key this many credits; None for unlimited."""
        self._ask("PUT", "/ledger", {"credits": credits})

    def advance(self, seconds: float, task: str | None = None) -> None:
        """Move the clock on, for every key: there is one clock. Rate limits and penalties go by it.

        With the id of a task, so much time passes for that task alone.
        """
        path = "/clock" if task is None else f"/tasks/{quote(task, safe='')}"
        self._ask("POST", path, {"advance": seconds})

    def tasks(self) -> list[Task]:
        """This key's newest tasks, newest first."""
        found: list[Task] = self._ask("GET", "/tasks")["tasks"]
        return found

    def task(self, id: str | None = None) -> Task:
        """A task as it stands: by its id, or the newest of this key. Raises ControlError if there is none."""
        if id is None:
            return self._newest()
        found: Task = self._ask("GET", f"/tasks/{quote(id, safe='')}")
        return found

    def _newest(self) -> Task:
        if not (found := self.tasks()):
            raise ControlError(f"no task was started with this test's key, {self.key}")
        return found[0]

    def finish(self, id: str | None = None) -> Task:
        """Let a task come to its ordinary end now: by its id, or the newest of this key."""
        return self._move(id, finish=True)

    def fail(self, state: str | None = None, id: str | None = None) -> Task:
        """Let a task end now in a final state; without one, in the first beside the ordinary end."""
        return self._move(id, fail=state or True)

    def hold(self, state: str, id: str | None = None) -> Task:
        """Put a task into a state in which it stays, until it is finished or failed."""
        return self._move(id, state=state)

    def _move(self, id: str | None, **move: Any) -> Task:
        path = f"/tasks/{quote(id or self._newest()['id'], safe='')}"
        found: Task = self._ask("POST", path, move)
        return found

    def set_task_pace(self, pace: str | None) -> None:
        """How fast the tasks go that this key starts from now on, such as "looks"; None: as the server's."""
        self._ask("PUT", "/tasks/pace", {"pace": pace})

    def reset(self) -> None:
        """Forget the key's journal, credits, rate windows and what was forced."""
        self._ask("POST", "/reset")
        self._has_forced = False

    def report(self) -> str:
        """The last calls of this key for a person to read; without any, the last ones of other keys."""
        entries = self.journal()
        lines = [_line(each) for each in entries[-LAST_CALLS:]]
        if len(entries) > LAST_CALLS:
            lines.insert(0, f"({len(entries) - LAST_CALLS} earlier calls are left out)")
        if not entries:
            lines.append(f"No call came with this test's key, {self.key}.")
            others = json.loads(self._control("GET", "/journal?limit=3", None, None))["entries"]
            if others:
                lines += ["The last calls with another key or none:", *map(_line, others)]
        return "\n".join(lines)


def _line(entry: Entry) -> str:
    line = f"#{entry['seq']} {entry['method']} {entry['path']} -> {entry['status']} {entry['outcome']}"
    line += f", by {entry['forced']}" if entry["forced"] else ""
    line += f", hurt by {entry['fault']}" if entry["fault"] else ""
    error = said(entry["response"]) if entry["status"] >= 400 else ""
    return f"{line}: {error}" if error else line


def _explained(report: dict[str, Any]) -> str:
    lines = [report["message"]]
    if closest := report["closest"]:
        entry = closest["entry"]
        lines.append(
            f"closest: #{entry['seq']} {entry['operation']}, {entry['method']} {entry['path']} "
            f"-> {entry['status']} {entry['outcome']}"
        )
        lines += [f"  {why}" for why in closest["why"]]
        lines.append(f"  its fields: {entry['fields']}")
    return "\n".join(lines)
