"""The figures of the judging proxy, beside nginx as a plain reverse proxy and Prism's validating proxy.

Before all three stands the same upstream: nginx that serves a small JSON and a PNG of two megabytes from
memory, on the generator's core.
"""

import contextlib
import io
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

from PIL import Image

from bench.checks import all_served
from bench.common import NotMeasured, Settings, Void, say
from bench.install import module, node
from bench.load import CONNECTIONS, Load, load
from bench.nginx import PICTURE as PICTURE_FILE
from bench.processes import Command, Server, running
from bench.rows import EXTRA, Row, Target, at_least, at_most, spread
from bench.servers import BUNDLE, LOCAL
from bench.traffic import LIST, PICTURE, ask
from bench.versus import Side, compare

BALANCE = LIST.replace("/v1/engines/list", "/v1/user/balance")
SMALL_JSON = b'{"credits": 1000.0}'
FIXED_RATE = 500  # requests per second
SIDE = 820  # pixels; noise of this size makes a PNG of two megabytes


def ours(upstream: int) -> Command:
    argv = (sys.executable, "-P", "-m", "proofsheet", "proxy", "stability", "--port", "{port}")
    return Command("ours", (*argv, "--page-port", "0", "--upstream", f"http://{LOCAL}:{upstream}"))


def nginx(upstream: int | None = None) -> Command:
    if not shutil.which("nginx"):
        raise NotMeasured("nginx is missing: apt-get update && apt-get install -y nginx-light")
    name = "nginx" if upstream else "static nginx"
    more = (str(upstream),) if upstream else ()
    return Command(name, (sys.executable, "-m", "bench.nginx", "{port}", *more))


def prism(upstream: int) -> Command:
    argv = (node(), str(module("@stoplight/prism-cli", "dist/index.js")), "proxy", "-v", "silent")
    url = f"http://{LOCAL}:{upstream}"
    return Command("Prism's proxy", (*argv, "-h", LOCAL, "-p", "{port}", str(BUNDLE), url))


@contextlib.contextmanager
def upstream(settings: Settings) -> Iterator[Server]:
    """What stands before all of them."""
    PICTURE_FILE.parent.mkdir(parents=True, exist_ok=True)
    if not PICTURE_FILE.exists():
        noise = random.Random(1).randbytes(SIDE * SIDE * 3)
        made = io.BytesIO()
        Image.frombytes("RGB", (SIDE, SIDE), noise).save(made, "PNG")
        PICTURE_FILE.write_bytes(made.getvalue())
    with running(nginx(), settings.load_core) as server:
        yield server


def passes(request: str, body: bytes) -> Callable[[Server], None]:
    """The very bytes of the upstream."""

    def check(server: Server) -> None:
        answer = ask(server.port, request)
        if (answer.status, answer.body) != (200, body):
            raise Void(f"{server.command.name} does not pass the upstream's bytes on ({answer.status})")

    return check


def answers(request: str) -> Callable[[Server], None]:
    """A 200, whatever is in it."""

    def check(server: Server) -> None:
        if (status := ask(server.port, request).status) != 200:
            raise Void(f"{server.command.name} answers {status}")

    return check


def _beside(peer: Callable[[int], Command], what: str, target: Target) -> Callable[[Settings], list[Row]]:
    def measure(settings: Settings) -> list[Row]:
        with upstream(settings) as first:
            mine = Side(ours(first.port), passes(BALANCE, SMALL_JSON), all_served)
            other = Side(peer(first.port), answers(BALANCE), all_served)
            title = f"small JSON through the proxy, vs {what}"
            row = compare(title, mine, other, [BALANCE], target, settings)
            return [replace(row, profile=())]  # what is profiled is the mock

    return measure


json_beside_prism = _beside(prism, "Prism's validating proxy", at_least(3, " x"))
json_beside_nginx = _beside(nginx, "nginx as a plain reverse proxy", EXTRA)


def added(settings: Settings) -> list[Row]:
    """What a proxy adds to the time in which 99 of 100 answers are there, as fast as they can."""
    mine, theirs, note = _added(settings, 0)
    target = at_most(5, " ms")
    title = f"what the proxy adds to p99 of small JSON, {CONNECTIONS} connections as fast as they can"
    row = Row(title, spread(mine, ".1f", " ms"), f"nginx: {spread(theirs, '.1f', ' ms')}")
    return [replace(row, target=target.text, verdict=target.verdict(median(mine)), notes=(note,))]


def added_at_a_fixed_rate(settings: Settings) -> list[Row]:
    """The same where no queue builds up: a rate that all can serve with ease."""
    mine, theirs, note = _added(settings, FIXED_RATE)
    target = at_most(round(median(theirs) + 1, 1), " ms")
    title = f"what the proxy adds to p99 of small JSON at {FIXED_RATE} requests/s, vs nginx"
    row = Row(title, spread(mine, ".1f", " ms"), f"nginx: {spread(theirs, '.1f', ' ms')}")
    verdict = target.verdict(median(mine))
    return [replace(row, target=f"≤ nginx's + 1 ms ({target.text})", verdict=verdict, notes=(note,))]


def _added(settings: Settings, rate: int) -> tuple[list[float], list[float], str]:
    """Milliseconds that ours and nginx add to p99, run by run, and what it is without them."""
    with upstream(settings) as first, contextlib.ExitStack() as stack:
        commands = (ours(first.port), nginx(first.port))
        one, two = (stack.enter_context(running(each, settings.server_core)) for each in commands)
        runs: dict[str, list[Load]] = {each.command.name: [] for each in (first, one, two)}
        for round_ in range(settings.repeat + 1):
            for server in (first, one, two):
                run = load(server, [BALANCE], settings.load_core, seconds=settings.seconds, rate=rate)
                all_served(run)
                say(f"  {server.command.name}: p99 {run.p99_ms:.1f} ms at {run.rate:,.0f} req/s")
                if round_:
                    runs[server.command.name].append(run)
    without, mine, theirs = ([run.p99_ms for run in each] for each in runs.values())
    more, less = (
        [late - early for late, early in zip(each, without, strict=True)] for each in (mine, theirs)
    )
    rates = [run.rate for each in runs.values() for run in each]
    return more, less, f"{_note(without)}; {min(rates):,.0f} to {max(rates):,.0f} req/s"


def _note(without: list[float]) -> str:
    return f"without any proxy p99 is {spread(without, '.1f', ' ms')}"


def picture(settings: Settings) -> list[Row]:
    """Rates with a PNG of two megabytes, and whether it comes out as it went in."""
    with upstream(settings) as first:
        body = PICTURE_FILE.read_bytes()
        mine = Side(ours(first.port), passes(PICTURE, body), all_served)
        other = Side(nginx(first.port), passes(PICTURE, body), all_served)
        size = f"PNG of {len(body) / 1e6:.1f} MB"
        title = f"{size} through the proxy, bit for bit, vs nginx as a plain reverse proxy"
        row = compare(title, mine, other, [PICTURE], EXTRA, settings)
        return [replace(row, profile=(), notes=(*row.notes, _prisms(first, body, settings)))]


def _prisms(first: Server, body: bytes, settings: Settings) -> str:
    """What Prism's proxy makes of the same picture."""
    try:
        with running(prism(first.port), settings.server_core) as server:
            answer = ask(server.port, PICTURE)
    except NotMeasured as reason:
        return f"Prism's proxy: {reason}"
    same = "the same bytes" if answer.body == body else f"{len(answer.body):,} other bytes"
    return f"Prism's proxy answers the picture of {len(body):,} bytes with {answer.status} and {same}"
