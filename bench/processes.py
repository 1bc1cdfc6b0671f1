"""Servers as child processes: started on given cores, found ready, measured, always ended."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.common import WORK, NotMeasured, plain
from bench.traffic import LIST, ask

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Command:
    """How to start one server; {port} in argv becomes a free port."""

    name: str
    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    forget: str = ""  # a path to DELETE before each measurement (WireMock's journal)
    patience: float = 30.0


@dataclass(frozen=True)
class Server:
    command: Command
    port: int
    process: subprocess.Popen[bytes] = field(repr=False)
    start_seconds: float

    @property
    def pids(self) -> tuple[int, ...]:
        return tree(self.process.pid)


@contextlib.contextmanager
def on_cores(cores: Sequence[int]) -> Iterator[None]:
    """Children started inside inherit these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: Command, cores: Sequence[int]) -> Iterator[Server]:
    """The server, once it has given its first answer; ended with its whole session afterwards."""
    port = free_port()
    log = WORK / "logs" / f"{command.name.replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    argv = [part.replace("{port}", str(port)) for part in command.argv]
    with log.open("wb") as out, on_cores(cores):
        began = time.perf_counter()
        try:
            process = subprocess.Popen(
                argv, env=os.environ | dict(command.env), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        except OSError as error:
            raise NotMeasured(f"{command.name} does not start: {plain(str(error))}") from error
    try:
        _await_answer(command, process, port, log)
        yield Server(command, port, process, time.perf_counter() - began)
    finally:
        _end(process)


def _await_answer(command: Command, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + command.patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            lines = log.read_text(errors="replace").strip().splitlines() or ["no output"]
            raise NotMeasured(f"{command.name} ended with code {process.returncode}: {plain(lines[-1])}")
        with contextlib.suppress(OSError):
            if ask(port, LIST, timeout=5).status < 500:
                return
        time.sleep(0.002)
    raise NotMeasured(f"{command.name} gave no answer within {command.patience:.0f} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server's own session to end, then make it."""
    for sign, seconds in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    process.wait()


def tree(pid: int) -> tuple[int, ...]:
    """The process and all its descendants."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text().split())
    return tuple(found)


def pss_megabytes(pids: Sequence[int]) -> float:
    """Proportional set size of all of them: shared pages are counted once."""
    kilobytes = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def cpu_seconds(pids: Sequence[int]) -> float:
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK
