"""Replicas behind a balancer, and a Redis: programs that can be killed and started again where they were."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.common import ROOT

PATIENCE = 240.0  # seconds, after which what is waited for is taken not to come
LOCAL = "127.0.0.1"
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))


def wait_for(true: Callable[[], object], what: str) -> None:
    """Wait until something is true. Raises AssertionError where it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"{what} never came true"
        time.sleep(0.02)  # between two looks


def found(program: str) -> str | None:
    """Where a program is, if it is installed."""
    return shutil.which(program, path=PATH)


@dataclass
class Program:
    """A program with a port of its own. Each start is of a whole session: its children end with it."""

    argv: Sequence[str]
    port: int
    log: Path
    is_ready: Callable[[int], bool]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT, start_new_session=True
            )

    def wait(self) -> None:
        wait_for(self._is_up, f"{self.log.name}: an answer")

    def _is_up(self) -> bool:
        assert self.process is not None
        ended = self.process.poll()
        assert ended is None, f"{self.log.name} ended with {ended}: {self.log.read_text()[-500:]}"
        return self.is_ready(self.port)

    def kill(self) -> None:
        """End it as if its machine had failed."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end(self) -> int:
        """Tell it to end, and wait for that; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)


@dataclass
class Fleet:
    """Replicas of our server that share a Redis, behind balancers."""

    redis: Program
    replicas: list[Program]
    balancers: list[Program]

    @property
    def ports(self) -> list[int]:
        """Where clients call: the balancers' ports."""
        return [each.port for each in self.balancers]


@contextlib.contextmanager
def started(*programs: Program) -> Iterator[None]:
    """Programs that are ready at once, the first before the others are started; killed afterwards."""
    with contextlib.ExitStack() as stack:
        for each in programs:
            each.start()
            stack.callback(each.kill)
            if each is programs[0]:
                each.wait()
        for each in programs:
            each.wait()
        yield


def answers(port: int, request: bytes, wanted: bytes) -> bool:
    """Whether somebody there answers as wanted."""
    try:
        with socket.create_connection((LOCAL, port), timeout=PATIENCE) as sock:
            sock.sendall(request)
            return wanted in sock.recv(1000)
    except OSError:
        return False


def _is_up(port: int) -> bool:
    return answers(port, b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", b" 200 ")


def _is_redis(port: int) -> bool:
    return answers(port, b"PING\r\n", b"+PONG")


def redis(folder: Path, port: int) -> Program:
    """A Redis that finds again what it had."""
    program = found("redis-server") or found("valkey-server") or "redis-server"
    options = (
        "--bind",
        LOCAL,
        "--port",
        str(port),
        "--dir",
        str(folder),
        "--save",
        "",
        "--appendonly",
        "yes",
    )
    return Program((program, *options), port, folder / "redis.log", _is_redis)


def replica(folder: Path, port: int, *options: str) -> Program:
    """One of our servers."""
    command = (
        sys.executable,
        "-P",
        "-m",
        "proofsheet.mockserver",
        "--quiet",
        "--no-warm",
        "--port",
        str(port),
    )
    return Program((*command, *options), port, folder / f"replica-{port}.log", _is_up)


def nginx(folder: Path, port: int, replicas: Sequence[int], *changed: tuple[str, str]) -> Program:
    """nginx with the configuration that is shipped, for these ports."""
    own = [(f"/tmp/{name}", f"{folder}/{name}") for name in ("nginx.pid", "body", "proxy", "fastcgi")]
    own += [(f"/tmp/{name}", f"{folder}/{name}") for name in ("uwsgi", "scgi")]
    listen = ("listen 4010", f"listen {LOCAL}:{port}")
    file = _configured(folder, "nginx.conf", replicas, (*own, listen, *changed))
    argv = (
        found("nginx") or "nginx",
        "-e",
        str(folder / "nginx.error"),
        "-c",
        str(file),
        "-g",
        "daemon off;",
    )
    return Program(argv, port, folder / "nginx.log", _is_up)


def haproxy(folder: Path, port: int, replicas: Sequence[int], *changed: tuple[str, str]) -> Program:
    """HAProxy with the configuration that is shipped, for these ports."""
    listen = ("bind :4010", f"bind {LOCAL}:{port}")
    file = _configured(folder, "haproxy.cfg", replicas, (listen, *changed))
    return Program((found("haproxy") or "haproxy", "-f", str(file)), port, folder / "haproxy.log", _is_up)


def _configured(folder: Path, name: str, replicas: Sequence[int], changed: Sequence[tuple[str, str]]) -> Path:
    text = (ROOT / "deploy" / name).read_text()
    places = [(f" replica-{index + 1}:4010", f" {LOCAL}:{port}") for index, port in enumerate(replicas)]
    for old, new in (*places, *changed):
        assert old in text, f"{name} has no {old!r}"
        text = text.replace(old, new)
    file = folder / name
    file.write_text(text)
    return file
