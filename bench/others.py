"""The figures that are not rates: start and memory."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from bench.common import ROOT, NotMeasured, Settings, Void, plain, say
from bench.load import Load, load
from bench.processes import Server, on_cores, pss_megabytes, running
from bench.rates import validating_prism
from bench.rows import Row, at_most, ratio, spread
from bench.servers import ours
from bench.traffic import BAD_FIELD, LIST, MIX, NO_KEY, PICTURE, ask

LOADING = """
from time import perf_counter
from proofsheet.spec.load import Library
library, began = Library(), perf_counter()
library.load("stability")
print((perf_counter() - began) * 1000)
"""
TURN_REFUSED = sum(request in (BAD_FIELD, NO_KEY) for request in MIX) / len(MIX)


def start(settings: Settings) -> list[Row]:
    """From spawning the process to its first answer, ours and Prism in turn."""
    command, _, remark = validating_prism(settings)
    commands = (ours(settings), command)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(settings.starts):
        for each, kept in zip(commands, times, strict=True):
            with running(each, settings.server_core) as server:
                kept.append(server.start_seconds)
                say(f"  {each.name}: {server.start_seconds:.2f} s")
    value, text = ratio(*times)
    target = at_most(0.7, " x")
    return [
        Row(
            f"start to first answer, vs Prism{remark}",
            spread(times[0], ".2f", " s"),
            f"Prism: {spread(times[1], '.2f', ' s')}",
            text,
            target.text,
            target.verdict(value),
        )
    ]


def warm_load(settings: Settings) -> list[Row]:
    """Reading a document that has been read before, in a process of its own; imports are not counted."""
    found = [_loaded(settings) for _ in range(settings.starts + 1)][1:]  # the first one may fill a cache
    target = at_most(20, " ms")
    row = Row("warm load of a document", spread(found, ".1f", " ms"), target=target.text)
    return [replace(row, verdict=target.verdict(median(found)))]


def _loaded(settings: Settings) -> float:
    with on_cores(settings.server_core):
        argv = [sys.executable, "-P", "-c", LOADING]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotMeasured(f"a document does not load: {plain(done.stderr.strip().splitlines()[-1])}")
    return float(done.stdout)


def memory(settings: Settings) -> list[Row]:
    """PSS of the whole process tree, idle and after the mixed load, the journal on."""
    say(f"  ours idle, then {settings.memory_requests:,} requests; this takes minutes")
    with running(ours(settings), settings.server_core) as server:
        idle = _settled(server, settings)
        runs = [load(server, MIX, settings.load_core, seconds=settings.seconds)]
        first = pss_megabytes(server.pids)
        runs += _mixed_load(server, settings, _count(runs))
        _check_mix(runs)
        _check_alive(server)
        after = _settled(server, settings)
    small, little = at_most(120, " MB"), at_most(20, " %")
    after_first = f"{first:.0f} MB already after the first {runs[0].requests:,} requests"
    growth = (after / idle - 1) * 100
    figure = f"memory after {_count(runs):,} requests, the journal on"
    return [
        Row("memory, idle", f"{idle:.0f} MB", _idle_prism(settings), f"{idle:.0f} MB",
            small.text, small.verdict(idle)),
        Row(figure, f"{after:.0f} MB", "idle", f"{growth:+.1f} %", little.text,
            little.verdict(growth), notes=(_mix_note(runs), after_first)),
    ]  # fmt: skip


def _mixed_load(server: Server, settings: Settings, already: int) -> list[Load]:
    """Load after load until there were enough requests: wrk cannot stop at a number."""
    runs: list[Load] = []
    while already + _count(runs) < settings.memory_requests:
        runs.append(load(server, MIX, settings.load_core, seconds=settings.seconds))
        say(f"  {already + _count(runs):,} requests, {pss_megabytes(server.pids):.0f} MB")
    return runs


def _count(runs: Sequence[Load]) -> int:
    return sum(run.requests for run in runs)


def _mix_note(runs: Sequence[Load]) -> str:
    seconds = sum(run.seconds for run in runs)
    return (
        "of ten requests one draws a new picture, six are refused for a bad field (400), one for "
        f"its missing key (401), two list engines: {_count(runs) / seconds:,.0f} req/s"
    )


def _check_mix(runs: Sequence[Load]) -> None:
    refused = sum(run.refused for run in runs)
    if abs(refused / _count(runs) - TURN_REFUSED) > 0.01:
        raise Void(f"{refused} of {_count(runs)} refused, expected {TURN_REFUSED:.0%}")


def _check_alive(server: Server) -> None:
    statuses = [ask(server.port, each).status for each in (PICTURE, LIST, BAD_FIELD, NO_KEY)]
    if statuses != [200, 200, 400, 401]:
        raise Void(f"after the load ours answers {statuses}, not 200, 200, 400, 401")


def _settled(server: Server, settings: Settings) -> float:
    time.sleep(settings.settle)
    return pss_megabytes(server.pids)


def _idle_prism(settings: Settings) -> str:
    try:
        command, _, _ = validating_prism(settings)
        with running(command, settings.server_core) as server:
            return f"Prism: {_settled(server, settings):.0f} MB"
    except NotMeasured:
        return "–"
