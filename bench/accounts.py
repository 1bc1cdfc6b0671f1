"""Clients that keep accounts of what they were answered, and the comparison with what servers remember."""

import http.client
import itertools
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from bench.fleet import LOCAL, PATIENCE, wait_for

START = 1_000_000  # credits of each account
PICTURE, TASK, LIMITED = "/nested/pictures", "/draw/careful", "/miniature/tasks"
PRICE = 2  # credits of a picture and of a task
MOST_ENTRIES = 100_000  # of a journal; where more was answered, it is not compared
MOST = 5  # calls that the limit admits in a window


class Accounts:
    """What clients were answered, by path and key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answered: dict[tuple[str, str], list[str]] = defaultdict(list)  # what each was about
        self.uncertain: Counter[tuple[str, str]] = Counter()  # those that broke off, or were not served
        self.kinds: Counter[str] = Counter()
        self.count = 0

    def note(self, path: str, key: str, status: int | str, about: str) -> None:
        with self._lock:
            self.count += status == 200
            self.kinds[str(status)] += 1
            if status == 200:
                self.answered[path, key].append(about)
            elif not isinstance(status, int) or status >= 500:
                self.uncertain[path, key] += 1

    @property
    def failed(self) -> int:
        return sum(self.uncertain.values())


class Clients:
    """So many threads that call through the balancers, each with a key in turn, until they are stopped."""

    def __init__(self, ports: Sequence[int], keys: Sequence[str], number: int) -> None:
        self.accounts = Accounts()
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [
            threading.Thread(target=self._go, args=(ports[each % len(ports)], keys[each % len(keys)]))
            for each in range(number)
        ]

    def __enter__(self) -> Accounts:
        for each in self._threads:
            each.start()
        return self.accounts

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for each in self._threads:
            each.join(PATIENCE)

    def _go(self, port: int, key: str) -> None:
        with closing(http.client.HTTPConnection(LOCAL, port, timeout=PATIENCE)) as connection:
            for method, path in self._mixed(key):
                if self._stop.is_set():
                    return
                self._ask(connection, key, method, path)

    def _mixed(self, key: str) -> Iterator[tuple[str, str]]:
        """Calls of all kinds, and looks at what was started."""
        for path in itertools.cycle((PICTURE, LIMITED, PICTURE, TASK, "/balance", PICTURE, "look")):
            if path != "look":
                yield ("GET" if path == "/balance" else "POST"), path
            elif started := self.accounts.answered[TASK, key]:
                yield "GET", f"/tasks/{started[-1]}"

    def _ask(self, connection: http.client.HTTPConnection, key: str, method: str, path: str) -> None:
        about = f"picture {next(self._numbers)}"
        body = json.dumps({"prompt": about, "text": about}) if method == "POST" else None
        headers = {"x-key": key, "x-task-key": key, "content-type": "application/json"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            self.accounts.note(path, key, type(problem).__name__, about)
            return
        if path == TASK and answer.status == 200:
            about = json.loads(data)["id"]
        self.accounts.note(path, key, answer.status, about)


class Control:
    """The control surface as a key sees it, through a balancer."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        with closing(http.client.HTTPConnection(LOCAL, self._port, timeout=PATIENCE)) as connection:
            connection.request(method, f"/_mock/{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        assert answer.status == 200, (method, path, answer.status, data[:300])
        return json.loads(data)

    def call(self, method: str, path: str, body: Any) -> int:
        """The status of a call of the API."""
        headers = {"x-key": self._key, "content-type": "application/json"}
        with closing(http.client.HTTPConnection(LOCAL, self._port, timeout=PATIENCE)) as connection:
            connection.request(method, path, json.dumps(body), headers)
            return connection.getresponse().status

    def tasks(self) -> dict[str, str]:
        """The state of each task, by its id."""
        return {each["id"]: each["state"] for each in self("GET", "tasks?limit=100000")["tasks"]}

    def credits(self, family: str) -> float:
        found: float = self("GET", f"ledger?family={family}")["credits"]
        return found


def begin(port: int, keys: Sequence[str]) -> None:
    """Let the clock stand, so that each limit has one window; give each account its credits."""
    Control(port, keys[0])("POST", "clock", {"frozen": True})
    for key in keys:
        for family in ("nested", "tasks", "miniature"):
            Control(port, key)("PUT", "ledger", {"credits": START, "family": family})


def differences(accounts: Accounts, port: int, keys: Sequence[str]) -> list[str]:
    """What the servers remember that is not as clients were answered. All tasks go on to their ends first."""
    moved = [each for key in keys for each in _confirmed(Control(port, key))]
    Control(port, keys[0])("POST", "clock", {"advance": 3600})
    return moved + [each for key in keys for each in _of_key(accounts, Control(port, key), key)]


def _confirmed(control: "Control") -> Iterator[str]:
    """Those tasks that a client cannot move."""
    for each in control.tasks():
        status = control.call("POST", f"/tasks/{each}/confirm", {})
        if status != 200:
            yield f"the task {each} cannot be confirmed: {status}"


def _of_key(accounts: Accounts, control: Control, key: str) -> Iterator[str]:
    entries = control("GET", "journal?limit=1000000")["entries"]
    noted = Counter(
        each["fields"]["prompt"] for each in entries if each["path"] == PICTURE and each["status"] == 200
    )
    answered = accounts.answered[PICTURE, key]
    if sum(accounts.kinds.values()) < MOST_ENTRIES:
        several = (each for each in answered if noted[each] != 1)
        yield from (f"{key}: {each} is in the journal {noted[each]} times" for each in several)
    tasks = control.tasks()
    for id in accounts.answered[TASK, key]:
        if tasks.get(id) != "done":
            yield f"{key}: the task {id} is {tasks.get(id)}"
    for family, path, number in (("nested", PICTURE, len(answered)), ("tasks", TASK, len(tasks))):
        paid = (START - control.credits(family)) / PRICE
        least = len(accounts.answered[path, key])
        if not least <= paid <= least + accounts.uncertain[path, key] or (path == TASK and paid != number):
            yield f"{key}: {paid} {family} paid, {least} answered, {accounts.uncertain[path, key]} broken off"
    admitted, lost = len(accounts.answered[LIMITED, key]), accounts.uncertain[LIMITED, key]
    if not MOST - lost <= admitted <= MOST:
        yield f"{key}: {admitted} calls were admitted, {lost} broken off, the limit is {MOST}"


def wait_for_more(accounts: Accounts, number: int) -> None:
    """Wait until so many calls more were answered."""
    goal = accounts.count + number
    wait_for(lambda: accounts.count >= goal, f"{number} calls more are answered")
