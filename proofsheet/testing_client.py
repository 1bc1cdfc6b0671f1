"""A double seen from a test: start one, say what is to happen, ask what was called.

Nothing but the standard library: the server runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

Entry = dict[str, Any]
Task = dict[str, Any]
START_SECONDS = 120.0
STOP_SECONDS = 60.0
LAST_CALLS = 10
_COMMAND = (sys.executable, "-P", "-m", "proofsheet.mockserver")  # -P: whatever is in this folder
_LOCAL = re.compile(r"(http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?)/?")
_READY = re.compile(r"^Proofsheet serves on (http://\S+)$", re.MULTILINE)
_OPENER = build_opener(ProxyHandler({}))  # a proxy of the environment has no business on loopback


class NotStarted(RuntimeError):
    """The server did not come up, or the one at PROOFSHEET_URL is none; the text says why."""


class ControlError(RuntimeError):
    """The control surface refused a request or did not answer; the text says why."""


class Server:
    """A running double: one of our own (`Server.start`) or somebody else's (`Server.at`)."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None, output: Any = None) -> None:
        self.url = ""
        self._process = process
        self._output = output

    @classmethod
    def at(cls, url: str) -> Server:
        """A server that runs already, on this machine. Raises NotStarted."""
        found = _LOCAL.fullmatch(url)
        if found is None:
            raise NotStarted(
                f"expected a server on this machine, such as http://127.0.0.1:4010, came {url!r}"
            )
        server = cls()
        server.url = found[1]
        try:
            json.loads(control(server.url, "GET", "/health"))["documents"]
        except (ControlError, ValueError, KeyError, TypeError) as problem:
            raise NotStarted(f"no double answers at {server.url}: {problem}") from None
        return server

    @classmethod
    def start(cls, names: Sequence[str] = (), args: Sequence[str] = (), cwd: Path | None = None) -> Server:
        """A server in a process of its own, on a free port; `args` are options of `proofsheet serve`."""
        if "--quiet" in args:
            raise NotStarted("--quiet hides where the server listens: leave it out")
        command = [*_COMMAND, "--no-warm", *names, *args, "--host", "127.0.0.1", "--port", "0"]
        output = tempfile.TemporaryFile()  # noqa: SIM115  (a pipe that nobody reads would fill up)
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PROOFSHEET_PARENT": str(os.getpid())},  # it ends with us, should we be killed
            cwd=cwd,
            start_new_session=True,  # Ctrl-C ends the tests first, and they end the server
        )
        server = cls(process, output)
        try:
            server.url = server._wait(time.monotonic() + START_SECONDS)
        except BaseException as problem:
            said = server.output()
            server.stop()
            if isinstance(problem, NotStarted):
                raise NotStarted(f"{problem}\n$ {' '.join(command)}\n{said}") from None
            raise
        return server

    def _wait(self, deadline: float) -> str:
        while not (found := _READY.search(self.output())):
            if self._process and (code := self._process.poll()) is not None:
                raise NotStarted(f"the server ended with exit code {code} before it was ready")
            if time.monotonic() > deadline:
                raise NotStarted(f"the server was not ready after {START_SECONDS:.0f} seconds")
            time.sleep(0.02)
        return found[1]

    @property
    def own(self) -> bool:
        """Whether we started it."""
        return self._process is not None

    @property
    def ended(self) -> bool:
        """Whether a server of ours has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def output(self) -> str:
        """What a server of ours has printed; of very much the beginning."""
        # Not by seek and read: the server writes at the position that both share.
        return os.pread(self._output.fileno(), 1 << 20, 0).decode(errors="replace") if self._output else ""

    def stop(self) -> None:
        """End a server of ours in good order; leave somebody else's alone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()


def control(origin: str, method: str, path: str, key: str | None = None, body: Any = None) -> bytes:
    """One request to the control surface. Raises ControlError with what the server said."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if data else {}
    if key is not None:
        headers["authorization"] = f"Bearer {key}"
    request = Request(f"{origin}/_mock{path}", data, headers, method=method)
    try:
        with _OPENER.open(request, timeout=60) as response:
            answer: bytes = response.read()
    except HTTPError as error:
        with error:
            text = error.read().decode(errors="replace")
        raise ControlError(f"{method} /_mock{path}: {said(text) or f'status {error.code}'}") from None
    except (OSError, HTTPException) as error:
        raise ControlError(f"{method} {origin}/_mock{path}: {getattr(error, 'reason', error)}") from None
    return answer


def said(text: str | None) -> str:
    """The sentence in an error's body, be it the vendor's or the double's own."""
    try:
        body = json.loads(text or "null")
    except ValueError:
        return (text or "")[:200]
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    return "; ".join(map(str, errors)) if errors else str(body.get("message") or body.get("detail") or "")


class Mock:
    """A double as one key sees it. Everything is the key's own, except for the clock."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key
        self._has_forced = False

    def __repr__(self) -> str:
        return f"Mock({self.url!r}, {self.key!r})"

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries the key."""
        return {"Authorization": f"Bearer {self.key}"}

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(control(self.url, method, path, self.key, body))

    def journal(self) -> list[Entry]:
        """This key's calls, oldest first."""
        entries: list[Entry] = self._ask("GET", "/journal")["entries"]
        return entries

    def picture(self, entry: Entry, index: int = 0) -> bytes:
        """The file of a picture that a call was answered with."""
        return control(self.url, "GET", f"/pictures/{entry['seq']}/{index}", self.key)

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
            others = json.loads(control(self.url, "GET", "/journal?limit=3"))["entries"]
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
