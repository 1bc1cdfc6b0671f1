"""Every family at once for half an hour, hostile clients beside a polite one: `python -m bench.soak`."""

import argparse
import asyncio
import contextlib
import io
import itertools
import math
import os
import random
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from bench import fleet
from bench.common import say
from bench.hostile import LOCAL, Outcome, Talk, attack, attacks
from bench.processes import free_port, pss_megabytes, tree
from proofsheet.spec.load import Library
from proofsheet.spec.snippets import Choice, ExampleCall, NoExample, example_call

GROWTH = 0.05  # of memory, after the first sixth of the time
SLOWER = 2.0  # times: a polite client's p99 beside hostile ones
PAUSE = 0.05  # seconds between two calls of the polite client
EPILOG = """\
All example calls of all documents are made in random order by `--clients` connections, with a journal. For a
third of the time nobody else calls, for a third hostile clients do, for a third nobody again. Ends with 1
where an answer of ours is a 5xx, an attack is not done within its limit, memory grows by more than 5 % after
the first sixth, files stay open, or a polite client's p99 doubles beside the attacks.

examples:
  python -m bench.soak                    half an hour
  python -m bench.soak --minutes 2        to see that it works"""


@dataclass
class Notes:
    """What was seen: statuses by operation, attacks by name, seconds of the polite client by phase."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    attacks: dict[str, list[Outcome]] = field(default_factory=dict)
    waited: dict[str, list[float]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    phase: str = "alone"


@dataclass(frozen=True)
class Asked:
    """An example call under the name of its operation, ready for httpx."""

    name: str
    method: str
    url: str
    options: Mapping[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.soak", description=__doc__, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--minutes", type=float, default=30, help="(%(default)s)")
    parser.add_argument("--clients", type=int, default=8, help="of the examples (%(default)s)")
    parser.add_argument("--hostile", type=int, default=8, help="clients (%(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="of the server (%(default)s)")
    parser.add_argument("--names", nargs="*", default=[], help="what is served (everything)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        more = (
            "--journal",
            "2000",
            "--rate-limit",
            "off",
            "--credits",
            "unlimited",
            "--workers",
            str(options.workers),
        )
        server = fleet.replica(Path(folder), free_port(), *options.names, *more)
        server.start()
        try:
            server.wait()
            assert server.process is not None
            notes = asyncio.run(_soak(server.port, server.process.pid, options))
        finally:
            server.kill()
    return _report(notes)


async def _soak(port: int, pid: int, options: argparse.Namespace) -> Notes:
    notes, seconds = Notes(), 60 * options.minutes
    calls = list(_calls(f"http://{LOCAL}:{port}", options.names))
    assert calls, "no document has an example call"
    say(f"{len(calls)} example calls for {options.minutes:g} minutes")
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as client:
        steady = [_clients(client, calls, notes, number) for number in range(options.clients)]
        tasks = [
            asyncio.create_task(each) for each in (*steady, _polite(client, port, notes), _watch(pid, notes))
        ]
        kinds = itertools.cycle(attacks().items())
        for phase in ("alone", "beside attacks", "alone again"):
            notes.phase = phase
            say(f"{phase} …")
            crowd = range(options.hostile) if phase == "beside attacks" else ()
            end = time.monotonic() + seconds / 3
            await asyncio.gather(
                asyncio.sleep(seconds / 3), *(_hostile(port, kinds, notes, end) for _ in crowd)
            )
        for each in tasks:
            each.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        notes.problems.update(repr(each) for each in found if isinstance(each, Exception))
    return notes


async def _clients(client: httpx.AsyncClient, calls: Sequence[Asked], notes: Notes, number: int) -> None:
    shuffled = random.Random(number)
    while True:
        each = shuffled.choice(calls)
        try:
            answer = await client.request(each.method, each.url, **each.options)
        except httpx.HTTPError as problem:
            notes.problems[f"{each.name}: {problem!r}"] += 1
            continue
        notes.statuses[each.name, answer.status_code] += 1
        if answer.status_code >= 500:
            notes.problems[f"{each.name}: {answer.status_code} {answer.text[:200]}"] += 1


async def _polite(client: httpx.AsyncClient, port: int, notes: Notes) -> None:
    """A light call, twenty times a second, on the clock: a late answer does not delay the next look."""
    while True:
        began, phase = time.perf_counter(), notes.phase
        answer = await client.get(f"http://{LOCAL}:{port}/healthz")
        gone = time.perf_counter() - began
        notes.waited.setdefault(phase, []).append(gone)
        if answer.status_code != 200:
            notes.problems[f"/healthz: {answer.status_code}"] += 1
        await asyncio.sleep(max(0.0, PAUSE - gone))


async def _hostile(port: int, kinds: Iterator[tuple[str, Talk]], notes: Notes, end: float) -> None:
    while time.monotonic() < end:
        name, talk = next(kinds)
        outcome = await attack(port, talk)
        notes.attacks.setdefault(name, []).append(outcome)
        if not outcome.in_time:
            notes.problems[f"attack {name}: not done after {outcome.seconds:.0f} s"] += 1
        if outcome.status >= 500:
            notes.problems[f"attack {name}: {outcome.status}"] += 1


async def _watch(pid: int, notes: Notes) -> None:
    while True:
        pids = tree(pid)
        notes.memory.append(pss_megabytes(pids))
        notes.files.append(sum(map(_open_files, pids)))
        await asyncio.sleep(1)


def _open_files(pid: int) -> int:
    with contextlib.suppress(OSError):  # it has ended since
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0


def _calls(url: str, names: Sequence[str]) -> Iterator[Asked]:
    library = Library()
    for name in names or library.families():
        document = library.load(name)
        for operation in document.operations.values():
            try:
                call = example_call(document, operation, Choice(url=document.at(url)))
            except NoExample:
                continue
            if call.url.startswith("http"):
                yield _asked(f"{name}.{operation.id}", call)


def _asked(name: str, call: ExampleCall) -> Asked:
    headers = dict(call.headers) | {header: f"{prefix}sk-soak" for header, prefix, _ in call.keys}
    options: dict[str, Any] = {"headers": headers}
    if call.is_multipart:
        options["files"] = [(field, (None, value)) for field, value in call.form]
        options["files"] += [(field, (Path(file).name, _file(file))) for field, file in call.files]
        headers.pop("content-type", None)
    elif call.json is not None:
        options["json"] = call.json
    return Asked(name, call.method, call.url, options)


def _file(name: str) -> bytes:
    """A second of sound where the document has that as its example, else a picture."""
    out = io.BytesIO()
    if name == "(audio)":
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(
                b"".join(
                    int(9000 * math.sin(t / 9)).to_bytes(2, "little", signed=True) for t in range(16_000)
                )
            )
    else:
        Image.radial_gradient("L").resize((1024, 1024)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _report(notes: Notes) -> int:
    total = sum(notes.statuses.values())
    kinds = Counter(status for (_, status), count in notes.statuses.items() for _ in range(count))
    say(
        f"{total} calls of {len({name for name, _ in notes.statuses})} operations: "
        f"{dict(sorted(kinds.items()))}"
    )
    refused = sorted({f"{name} {status}" for name, status in notes.statuses if status >= 400})
    say(f"examples that were refused: {', '.join(refused) or 'none'}")
    count = sum(map(len, notes.attacks.values()))
    say(f"{count} attacks of {len(notes.attacks)} kinds: " + "; ".join(map(_ended, notes.attacks.items())))
    problems = [f"{text} ({count} times)" for text, count in notes.problems.most_common()]
    problems += _growth("memory in MB", notes.memory, 1 + GROWTH) + _growth("open files", notes.files, 1.5)
    p99 = {phase: _p99(times) for phase, times in notes.waited.items()}
    say(
        "p99 of a polite client: " + ", ".join(f"{phase} {1000 * each:.0f} ms" for phase, each in p99.items())
    )
    if (
        "beside attacks" in p99
        and notes.attacks
        and p99["beside attacks"] > SLOWER * max(p99["alone"], 0.005)
    ):
        problems.append("a polite client's p99 is more than twice as long beside the attacks")
    for each in problems[:40]:
        say(f"PROBLEM {each}")
    say("as it should be" if not problems else f"{len(problems)} problems")
    return bool(problems)


def _ended(each: tuple[str, list[Outcome]]) -> str:
    name, outcomes = each
    statuses = "/".join(str(status) for status in sorted({one.status for one in outcomes}))
    return f"{name} {len(outcomes)}x {statuses} {max(one.seconds for one in outcomes):.1f} s"


def _growth(what: str, seen: Sequence[float], most: float) -> list[str]:
    """Compares the mean of the second sixth with that of the last: the first fills caches and the journal."""
    sixth = len(seen) // 6
    if not sixth:
        return [f"{what}: too short a run to say"]
    first, last = (sum(part) / len(part) for part in (seen[sixth : 2 * sixth], seen[-sixth:]))
    say(f"{what}: {first:.0f} after the first sixth, {last:.0f} in the last, {max(seen):.0f} at most")
    return [f"{what}: grew from {first:.0f} to {last:.0f}"] if last > most * first else []


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(0.99 * (len(times) - 1))]


if __name__ == "__main__":
    sys.exit(main())
