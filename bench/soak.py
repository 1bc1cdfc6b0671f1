"""Every family at once for half an hour, hostile clients beside a polite one: `python -m bench.soak`."""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from bench import fleet
from bench.common import command, say
from bench.hostile import LOCAL, Conversation, attack, attacks
from bench.processes import free_port, pss_megabytes, tree
from bench.soak_report import Seen, report
from bench.soak_requests import Request, requests

PAUSE = 0.05  # seconds between two calls of the polite client
EPILOG = """\
All example calls of all documents are made in random order by `--clients` connections, with a journal. For a
third of the time nobody else calls, for a third hostile clients do, for a third nobody again. Ends with 1
where an answer of ours is a 5xx, an attack is not done within its limit, memory grows by more than 5 % after
the first sixth, files stay open, or a polite client's p99 doubles beside the attacks.

examples:
  python -m bench.soak                    half an hour
  python -m bench.soak --minutes 2        to see that it works"""


def main() -> int:
    parser = command("bench.soak", __doc__, EPILOG)
    parser.add_argument("--minutes", type=float, default=30, help="(%(default)s)")
    parser.add_argument("--clients", type=int, default=8, help="of the examples (%(default)s)")
    parser.add_argument("--hostile", type=int, default=8, help="clients (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="of the server (%(default)s)")
    parser.add_argument("--names", nargs="*", default=[], help="what is served (everything)")
    options = parser.parse_args()
    own = ("--journal", "2000", "--rate-limit", "off", "--credits", "unlimited")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        workers = ("--workers", str(options.workers))
        server = fleet.replica(Path(folder), free_port(), *options.names, *own, *workers)
        with fleet.started(server):
            seen = asyncio.run(_soak(server.port, server.pid, options))
    return report(seen)


async def _soak(port: int, pid: int, options: argparse.Namespace) -> Seen:
    seen, seconds = Seen(), 60 * options.minutes
    calls = list(requests(f"http://{LOCAL}:{port}", options.names))
    assert calls, "no document has an example call"
    say(f"{len(calls)} example calls for {options.minutes:g} minutes")
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
        steady = [_clients(client, calls, seen, number) for number in range(options.clients)]
        tasks = [
            asyncio.create_task(each) for each in (*steady, _polite(client, port, seen), _watch(pid, seen))
        ]
        kinds = itertools.cycle(attacks().items())
        for phase in ("alone", "beside attacks", "alone again"):
            seen.phase = phase
            say(f"{phase} …")
            crowd = range(options.hostile) if phase == "beside attacks" else ()
            end = time.monotonic() + seconds / 3
            await asyncio.gather(
                asyncio.sleep(seconds / 3), *(_hostile(port, kinds, seen, end) for _ in crowd)
            )
        for each in tasks:
            each.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        seen.problems.update(repr(each) for each in found if isinstance(each, Exception))
    return seen


async def _clients(client: httpx.AsyncClient, calls: Sequence[Request], seen: Seen, number: int) -> None:
    shuffled = random.Random(number)
    while True:
        each = shuffled.choice(calls)
        try:
            answer = await client.request(each.method, each.url, **each.options)
        except httpx.HTTPError as problem:
            seen.problems[f"{each.name}: {problem!r}"] += 1
            continue
        seen.statuses[each.name, answer.status_code] += 1
        if answer.status_code >= 500:
            seen.problems[f"{each.name}: {answer.status_code} {answer.text[:200]}"] += 1


async def _polite(client: httpx.AsyncClient, port: int, seen: Seen) -> None:
    """A light call, twenty times a second, on the clock: a late answer does not delay the next look."""
    while True:
        began, phase = time.perf_counter(), seen.phase
        answer = await client.get(f"http://{LOCAL}:{port}/healthz")
        gone = time.perf_counter() - began
        seen.waited.setdefault(phase, []).append(gone)
        if answer.status_code != 200:
            seen.problems[f"/healthz: {answer.status_code}"] += 1
        await asyncio.sleep(max(0.0, PAUSE - gone))


async def _hostile(port: int, kinds: Iterator[tuple[str, Conversation]], seen: Seen, end: float) -> None:
    while time.monotonic() < end:
        name, conversation = next(kinds)
        outcome = await attack(port, conversation)
        seen.attacks.setdefault(name, []).append(outcome)
        if not outcome.in_time:
            seen.problems[f"attack {name}: not done after {outcome.seconds:.0f} s"] += 1
        if outcome.status >= 500:
            seen.problems[f"attack {name}: {outcome.status}"] += 1


async def _watch(pid: int, seen: Seen) -> None:
    while True:
        pids = tree(pid)
        seen.memory.append(pss_megabytes(pids))
        seen.files.append(sum(map(_open_files, pids)))
        await asyncio.sleep(1)


def _open_files(pid: int) -> int:
    with contextlib.suppress(OSError):  # it has ended since
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
