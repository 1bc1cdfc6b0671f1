"""How long the judge takes, and plain schemathesis beside it: judge, peer and server all on one core."""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.common import OURS, WORK, NotMeasured, Settings, Void, plain, say
from bench.processes import Command, Server, cpu_seconds, on_cores, running
from bench.rows import Row, Target, at_least, at_most, ratio, spread
from bench.servers import BUNDLE
from bench.traffic import ask

KEY = "sk-bench-judge"
# The judge sends an unknown key too, and holds the balance against what was charged.
OPTIONS = ("--port", "{port}", "--rate-limit", "off", "--keys", KEY, "--credits", "100000")
SERVER = Command("judged", (*OURS, *OPTIONS))
OURS_CHECK = (sys.executable, "-P", "-m", "proofsheet", "check", "stability")
CHECK = (*OURS_CHECK, "--key-env", "BENCH_KEY", "--seed", "1")
EXAMPLES = 10  # of schemathesis, for each operation and phase: about as many requests as the core profile
JOURNAL = "GET /_mock/journal HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Done:
    """One whole process, from its start to its end; requests are counted by the server."""

    seconds: float
    requests: int
    busy: float  # seconds of the processor
    server_busy: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def judging(settings: Settings) -> list[Row]:
    """Rounds of core, schemathesis and free, so that noise hits all of them."""
    runs: dict[str, list[Done]] = {"core": [], "schemathesis": [], "free": []}
    with running(SERVER, settings.server_core) as server:
        for round_ in range(settings.repeat + 1):
            for name, kept in runs.items():
                done = _run(name, server, settings)
                label = f"round {round_}" if round_ else "warm-up"
                say(f"  {label}: {name}: {done.requests} requests in {done.seconds:.1f} s")
                if round_:
                    kept.append(done)
    return [
        _duration("core", runs["core"], at_most(20, " s")),
        _duration("free", runs["free"], at_most(10, " s")),
        _beside(runs["core"], runs["schemathesis"]),
    ]


def _run(name: str, server: Server, settings: Settings) -> Done:
    argv = _schemathesis(server) if name == "schemathesis" else _check(name, server)
    before, served = cpu_seconds(server.pids), _served(server)
    spent = _spent()
    began = time.perf_counter()
    with on_cores(settings.server_core):
        done = subprocess.run(
            argv, cwd=WORK, env=os.environ | {"BENCH_KEY": KEY}, capture_output=True, text=True, check=False
        )
    seconds = time.perf_counter() - began
    _check_end(name, done)
    return Done(seconds, _served(server) - served, _spent() - spent, cpu_seconds(server.pids) - before)


def _check(profile: str, server: Server) -> Sequence[str]:
    url, report = f"http://127.0.0.1:{server.port}", str(WORK / "judged.jsonl")
    return (*CHECK, "--url", url, "--profile", profile, "--report", report)


def _schemathesis(server: Server) -> Sequence[str]:
    """Its defaults: one worker, all phases, all checks."""
    program = Path(sys.executable).with_name("schemathesis")
    if not program.exists():
        raise NotMeasured("schemathesis is not installed")
    options = ("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-database", "none")
    header = ("--header", f"Authorization: Bearer {KEY}")
    return (str(program), "run", str(BUNDLE), "--url", f"http://127.0.0.1:{server.port}", *header, *options)


def _check_end(name: str, done: "subprocess.CompletedProcess[str]") -> None:
    """Ours finds nothing; schemathesis may find what it likes (1), but must have run."""
    if done.returncode not in ((0, 1) if name == "schemathesis" else (0,)):
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise Void(f"{name} ended with code {done.returncode}: {plain(said)}")


def _served(server: Server) -> int:
    """How many requests it has answered: the number of the last one in its journal."""
    entries = json.loads(ask(server.port, JOURNAL).body)["entries"]
    return int(entries[-1]["seq"]) if entries else 0


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _duration(profile: str, runs: Sequence[Done], target: Target) -> Row:
    times = [run.seconds for run in runs]
    text = spread(times, ".1f", " s")
    figure = f"proofsheet check, profile {profile}, {runs[0].requests} requests"
    verdict = target.verdict(statistics.median(times))
    return Row(figure, text, "–", text.partition(" (")[0], target.text, verdict, notes=(_note("ours", runs),))


def _beside(ours: Sequence[Done], peer: Sequence[Done]) -> Row:
    rates = [[run.rate for run in side] for side in (ours, peer)]
    value, text = ratio(rates[0], rates[1])
    target = at_least(1, " x")
    return Row(
        "requests per second of a check, profile core, vs plain schemathesis on the same document and server",
        spread(rates[0], ".1f", " req/s"),
        f"schemathesis: {spread(rates[1], '.1f', ' req/s')}",
        text,
        target.text,
        target.verdict(value),
        notes=(_note("ours", ours), _note("schemathesis", peer)),
    )


def _note(name: str, runs: Sequence[Done]) -> str:
    """What a busy machine cannot blur: the processor's time."""
    busy = statistics.median(run.busy for run in runs)
    server = statistics.median(run.server_busy for run in runs)
    requests = statistics.median(run.requests for run in runs)
    return (
        f"{name}: {requests:.0f} requests; processor: {busy:.1f} s, and {server:.1f} s of the server, "
        f"so {requests / (busy + server):.1f} requests per second of one core of its own"
    )
