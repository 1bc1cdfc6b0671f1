"""wrk, the load generator: one thread, sixteen connections, every request another one."""

import json
import resource
import secrets
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.common import HERE, WORK, NotMeasured, Void, plain
from bench.processes import Server, cpu_seconds, on_cores
from bench.traffic import delete

CONNECTIONS = 16
HOW_TO_GET_WRK = "wrk is missing: apt-get update && apt-get install -y wrk"


@dataclass(frozen=True)
class Load:
    """What came out of one run of wrk."""

    requests: int
    seconds: float
    refused: int  # answers of 400 and above
    p50_ms: float
    p99_ms: float
    server_busy: float  # cores' worth of processor time
    generator_busy: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def load(
    server: Server,
    requests: Sequence[str],
    cores: Sequence[int],
    *,
    seconds: int,
    rate: int = 0,
) -> Load:
    """Send the requests in turn for so many seconds, as fast as answers come or `rate` a second at most."""
    if server.command.forget:
        delete(server.port, server.command.forget)
    files = _files(requests)
    argv = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "20s"]
    argv += ["-s", str(HERE / "load.lua"), f"http://127.0.0.1:{server.port}"]
    began, ours, generator = time.monotonic(), cpu_seconds(server.pids), _children_seconds()
    # A connection rests between an answer and its next request; a millisecond is left for the exchange.
    pause = (f"--pause={1000 * CONNECTIONS // rate - 1}",) if rate else ()
    with on_cores(cores):
        out = _run([*argv, "--", *pause, *files])
    elapsed = time.monotonic() - began
    return _read(
        out,
        server_busy=(cpu_seconds(server.pids) - ours) / elapsed,
        generator_busy=(_children_seconds() - generator) / elapsed,
    )


def _files(requests: Sequence[str]) -> list[str]:
    """The requests as files for load.lua, with a word in the prompts that no run had before."""
    word = secrets.token_hex(4)
    folder = WORK / "requests"
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for index, request in enumerate(requests):
        file = folder / f"{index}.http"
        file.write_bytes(request.replace("RUN_WORD", word).encode())
        names.append(str(file))
    return names


def _run(argv: list[str]) -> str:
    if not shutil.which("wrk"):
        raise NotMeasured(HOW_TO_GET_WRK)
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"wrk failed: {plain(done.stderr or done.stdout)}")
    return done.stdout


def _read(out: str, *, server_busy: float, generator_busy: float) -> Load:
    line = next((line for line in out.splitlines() if line.startswith("RESULT ")), "")
    if not line:
        raise NotMeasured(f"wrk gave no result: {plain(out)}")
    result = json.loads(line.removeprefix("RESULT "))
    if result["broken"] or not result["requests"]:
        raise Void(f"{result['requests']} answers, {result['broken']} broken connections")
    return Load(
        requests=result["requests"],
        seconds=result["microseconds"] / 1e6,
        refused=result["refused"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
        server_busy=server_busy,
        generator_busy=generator_busy,
    )


def _children_seconds() -> float:
    """Processor time of ended children; between two calls only wrk has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
