"""The figures of tasks: submitted, looked at, many of them open, fetched; and a start with every family."""

import asyncio
import json
import statistics
import time
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

from bench.checks import all_served
from bench.common import ROOT, NotMeasured, Settings, Void, say
from bench.load import Load, load
from bench.processes import Command, Server, pss_megabytes, running
from bench.rows import Row, at_least, at_most, ratio, spread
from bench.servers import prism
from bench.traffic import COUNTER, SHARED, ask
from bench.versus import Side, compare, note

DOCUMENT = ROOT / "spec/apis/flux.yaml"
OPEN = 100_000
AT_ONCE, KEYS = 100, 5
POLL_SECONDS = 0.1
KEY = "sk-bench"


def _request(line: str, key: str, body: str = "") -> str:
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-key: {key}\r\n{kind}\r\n{body}"


def _submission(prompt: str, key: str = KEY) -> str:
    return _request("POST /v1/flux-dev", key, json.dumps({"prompt": prompt, "width": 512}))


def _view(id: str) -> str:
    return _request(f"GET /v1/get_result?id={id}", KEY)


SUBMIT = _submission(f"a lighthouse at dusk, run RUN_WORD, picture {COUNTER}")
OTHER_KEYS = _submission("a lighthouse at dusk", f"sk-RUN_WORD-{SHARED}")
EACH_FAMILY = ("GET /v1/credits", "GET /v1/engines/list", "GET /mj/task/list")


def _ours(settings: Settings, *options: str) -> Command:
    line = tuple("flux" if each == "stability" else each for each in settings.ours)
    return Command("ours", (*line, *options))


def _submitted(server: Server) -> str:
    answer = ask(server.port, _submission("a cat"))
    if answer.status != 200:
        raise NotMeasured(f"{server.command.name} answers a submission with {answer.status}")
    return str(json.loads(answer.body)["id"])


def _looks(server: Server) -> None:
    """A submission gives an id; an unknown field's type is refused, so requests are validated."""
    _submitted(server)
    wrong = ask(server.port, _request("POST /v1/flux-dev", KEY, '{"prompt": "a cat", "width": "wide"}'))
    if wrong.status != 422:
        raise Void(f"{server.command.name} answers a bad width with {wrong.status}, not 422")


def tasks(settings: Settings) -> list[Row]:
    """All figures of tasks, each by itself."""
    rows: list[Row] = []
    for measure in (_submit_and_view, _many_open, _to_the_picture, _start_of_all, _idle_with_all):
        try:
            rows += measure(settings)
        except (NotMeasured, Void) as reason:
            rows.append(Row(f"tasks: {measure.__name__.strip('_')}", verdict=f"not measured: {reason}"))
    return rows


def _submit_and_view(settings: Settings) -> list[Row]:
    """Both servers answer the same two requests in turn; a task is over at once, so that none is refused."""
    command = _ours(settings, "--task-pace", "instant")
    mine = Side(command, _looks, all_served, lambda server: [SUBMIT, _view(_submitted(server))])
    other = Side(prism(DOCUMENT), _looks, all_served)
    title = "a task submitted and one viewed in turn, validated JSON, vs Prism's validated 200"
    return [compare(title, mine, other, [SUBMIT, _view("a-task")], at_least(2, " x"), settings)]


def _many_open(settings: Settings) -> list[Row]:
    """The same view by two servers: one has one open task, the other a hundred thousand."""
    command = _ours(settings, "--task-pace", "1000000")
    with running(command, settings.server_core) as few, running(command, settings.server_core) as many:
        idle = pss_megabytes(many.pids)
        count = _filled(many, settings)
        after = pss_megabytes(many.pids)
        sides = [(each, _view(_submitted(each))) for each in (many, few)]
        runs: tuple[list[Load], list[Load]] = ([], [])
        for round_ in range(settings.repeat + 1):
            for (server, request), kept in zip(sides, runs, strict=True):
                run = load(server, [request], settings.load_core, seconds=settings.seconds)
                all_served(run)
                if round_:
                    kept.append(run)
    p50 = [[each.p50_ms for each in side] for side in runs]
    value, text = ratio(p50[0], p50[1])
    small, slow = at_most(150, " MB"), at_most(1.2, " x")
    figure = f"{count:,} open tasks, 20 of each key"
    return [
        Row(f"memory with {figure}", f"{after:.0f} MB", "idle", f"{after:.0f} MB", small.text,
            small.verdict(after), notes=(f"{after - idle:.0f} MB more than idle",)),
        Row(f"p50 of a view with {figure}", spread(p50[0], ".2f", " ms"),
            f"ours, one open task: {spread(p50[1], '.2f', ' ms')}", text, slow.text, slow.verdict(value),
            notes=(note("ours, many", runs[0]), note("ours, one", runs[1]))),
    ]  # fmt: skip


def _filled(server: Server, settings: Settings) -> int:
    count = 0
    while count < OPEN:
        run = load(server, [OTHER_KEYS], settings.load_core, seconds=settings.seconds)
        all_served(run)
        count += run.requests
        say(f"  {count:,} open tasks, {pss_megabytes(server.pids):.0f} MB")
    return count


def _to_the_picture(settings: Settings) -> list[Row]:
    """A hundred clients submit at once, poll ten times a second, and fetch the picture to its last byte."""
    taken: list[float] = []
    with running(_ours(settings), settings.server_core) as server:
        for _ in range(settings.repeat + 1):
            found = asyncio.run(_crowd(server.port))
            taken = taken + found if taken or settings.repeat == 1 else [0.0]
    seconds = sorted(each for each in taken if each)
    p99 = seconds[int(len(seconds) * 0.99)]
    target = at_most(2, " s")
    figure = f"from submission to the picture's last byte, default pace, {AT_ONCE} tasks at once, p99"
    middle, slowest = statistics.median(seconds), seconds[-1]
    text = f"polled each {POLL_SECONDS:g} s; p50 {middle:.2f} s, the slowest {slowest:.2f} s"
    return [
        Row(
            figure,
            f"{p99:.2f} s",
            ratio=f"{p99:.2f} s",
            target=target.text,
            verdict=target.verdict(p99),
            notes=(text,),
        )
    ]


async def _crowd(port: int) -> list[float]:
    return await asyncio.gather(*(asyncio.to_thread(_fetched, port, each) for each in range(AT_ONCE)))


def _fetched(port: int, number: int) -> float:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"x-key": f"{KEY}-{number % KEYS}", "content-type": "application/json"}

    def got(method: str, url: str, body: str | None = None) -> bytes:
        connection.request(method, url, body, headers)
        response = connection.getresponse()
        data = response.read()
        if response.status != 200:
            raise Void(f"{method} {url[:60]} is answered with {response.status}")
        return data

    began = time.perf_counter()
    id = json.loads(got("POST", "/v1/flux-dev", json.dumps({"prompt": f"boat {number} {began}"})))["id"]
    while (shown := json.loads(got("GET", f"/v1/get_result?id={id}")))["status"] != "Ready":
        time.sleep(POLL_SECONDS)
    picture = got("GET", urlsplit(shown["result"]["sample"]).path)
    if not picture.startswith((b"\xff\xd8", b"\x89PNG")):
        raise Void("what is fetched is no picture")
    return time.perf_counter() - began


def _all(settings: Settings) -> Command:
    return Command("ours, all families", tuple(each for each in settings.ours if each != "stability"))


def _start_of_all(settings: Settings) -> list[Row]:
    commands = (_all(settings), prism(DOCUMENT))
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(settings.starts):
        for each, kept in zip(commands, times, strict=True):
            with running(each, settings.server_core) as server:
                kept.append(server.start_seconds)
                say(f"  {each.name}: {server.start_seconds:.2f} s")
    value, text = ratio(*times)
    target = at_most(0.7, " x")
    peer = f"Prism: {spread(times[1], '.2f', ' s')}"
    figure = "start to first answer with all families, vs Prism with one document"
    return [Row(figure, spread(times[0], ".2f", " s"), peer, text, target.text, target.verdict(value))]


def _idle_with_all(settings: Settings) -> list[Row]:
    with running(_all(settings), settings.server_core) as server:
        first = _rested(server, settings)
        for line in EACH_FAMILY:
            ask(
                server.port,
                _request(line, KEY).replace("\r\n\r\n", f"\r\nAuthorization: Bearer {KEY}\r\n\r\n"),
            )
        loaded = _rested(server, settings)
    target = at_most(130, " MB")
    row = Row(
        "memory, idle, all families served and each asked once", f"{loaded:.0f} MB", ratio=f"{loaded:.0f} MB"
    )
    told = f"{first:.0f} MB before any family but one was asked for"
    return [replace(row, target=target.text, verdict=target.verdict(loaded), notes=(told,))]


def _rested(server: Server, settings: Settings) -> float:
    time.sleep(settings.settle)
    return pss_megabytes(server.pids)
