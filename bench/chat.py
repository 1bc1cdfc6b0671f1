"""The figures of chat: plain and streamed beside aimock, paced streams, dialogues, a large body."""

import asyncio
import base64
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import websockets

from bench.checks import all_served, picture
from bench.common import WORK, NotMeasured, Settings, Void
from bench.install import module, node
from bench.processes import Command, Server, pss_megabytes, running
from bench.rows import Row, Target, at_least, at_most
from bench.servers import LOCAL
from bench.traffic import COUNTER, KEY, ask
from bench.versus import Side, compare

WORDS = 38  # of five letters: 38 tokens of ours, 38 pieces of aimock's, and two events around them
STREAMS, TOKENS, TOKENS_PER_SECOND = 1000, 60, 20
SESSIONS = 200
BODY_MEGABYTES, LARGE_BODIES, POLITE_SECONDS = 20, 5, 0.02
PATH = "/v1/chat/completions"
HEAD = f"HTTP/1.1\r\nHost: {LOCAL}\r\n{KEY}\r\n"
FIELDS = {
    "model": "gpt-4o-mini",
    "messages": [{"role": "user", "content": f"hello in run RUN_WORD, number {COUNTER}"}],
}


def _post(fields: Any) -> str:
    body = json.dumps(fields)
    return f"POST {PATH} {HEAD}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"


def chat(settings: Settings) -> list[Row]:
    """All figures of chat, each by itself."""
    rows: list[Row] = []
    for measure in (_plain, _streamed, _paced, _dialogues, _large_body):
        try:
            rows.append(measure(settings))
        except (NotMeasured, Void) as reason:
            rows.append(Row(f"chat: {measure.__name__.strip('_')}", verdict=f"not measured: {reason}"))
    return rows


def _ours(settings: Settings, *options: str) -> Command:
    line = tuple("openai" if each == "stability" else each for each in settings.ours)
    return Command("ours", (*line, *options))


def _answers() -> str:
    """A folder with the one answer that both have, in a form that both read."""
    folder = WORK / "answers"
    folder.mkdir(parents=True, exist_ok=True)
    text = " ".join(("alpha", "bravo", "delta", "hotel")[number % 4] for number in range(WORDS))
    entry = {"match": {"userMessage": "hello"}, "response": {"content": text}, "chunkSize": 6}
    (folder / "answers.json").write_text(json.dumps({"fixtures": [entry]}))
    return str(folder)


def _aimock() -> Command:
    config = WORK / "aimock.json"
    config.write_text(json.dumps({"llm": {"fixtures": _answers()}}))
    argv = (
        node(),
        str(module("@copilotkit/aimock", "dist/aimock-cli.js")),
        "-p",
        "{port}",
        "-c",
        str(config),
    )
    return Command("aimock", argv)


def _beside_aimock(what: str, fields: Any, events: range, settings: Settings) -> Row:
    def check(server: Server) -> None:
        answer = ask(server.port, _post(fields))
        found = answer.body.count(b"data: ")
        if answer.status != 200 or b"bravo" not in answer.body or found not in events:
            raise Void(f"{server.command.name} answers {answer.status} with {found} events")

    mine = Side(_ours(settings, "--answers", _answers()), check, all_served)
    title = f"{what}, an answer that was written down, vs aimock"
    peer = Side(_aimock(), check, all_served)
    return compare(title, mine, peer, [_post(fields)], at_least(1, " x"), settings)


def _plain(settings: Settings) -> Row:
    return _beside_aimock("a chat completion", FIELDS, range(1), settings)


def _streamed(settings: Settings) -> Row:
    fields = FIELDS | {"stream": True}
    return _beside_aimock("the same streamed, some 40 events, no pause", fields, range(38, 44), settings)


def _row(figure: str, value: float, unit: str, target: Target, *notes: str) -> Row:
    text = f"{value:.0f}{unit}"
    return Row(figure, text, ratio=text, target=target.text, verdict=target.verdict(value), notes=notes)


def _paced(settings: Settings) -> Row:
    """Lateness is counted from the first token of a stream and the pace that was asked for."""
    pace = f"ttft=0.5, tps={TOKENS_PER_SECOND}"
    with running(_ours(settings, "--stream-pace", pace), settings.server_core) as server:
        late = sorted(asyncio.run(_gathered(STREAMS, lambda number: _stream(server.port, number))))
        memory = pss_megabytes(server.pids)
    p99 = late[int(len(late) * 0.99)] * 1000
    said = f"p50 {statistics.median(late) * 1000:.1f} ms, at most {late[-1] * 1000:.0f} ms; {memory:.0f} MB"
    title = f"{STREAMS:,} streams at once of {TOKENS_PER_SECOND} tokens/s: p99 of an event's lateness"
    return _row(title, p99, " ms", at_most(50, " ms"), f"{said} (target: 200 MB)")


async def _gathered(count: int, one: Callable[[int], Awaitable[Iterable[float]]]) -> list[float]:
    return [each for found in await asyncio.gather(*map(one, range(count))) for each in found]


async def _stream(port: int, number: int) -> list[float]:
    await asyncio.sleep(number * 0.003)
    fields = FIELDS | {"stream": True, "max_tokens": TOKENS}
    reader, writer = await asyncio.open_connection(LOCAL, port)
    writer.write(_post(fields).encode())
    late: list[float] = []
    first = 0.0
    while piece := await reader.read(1 << 16):
        now = time.monotonic()
        for _ in range(piece.count(b'"delta":{"content"')):
            first = first or now
            late.append(now - first - len(late) / TOKENS_PER_SECOND)
        if b"[DONE]" in piece:
            break
    writer.close()
    if len(late) < TOKENS // 3:
        raise Void(f"a stream has {len(late)} tokens")
    return late


def _dialogues(settings: Settings) -> Row:
    """Each session is opened, says something and hears an answer to its end."""
    command = _ours(settings)
    argv = tuple("openai-realtime" if each == "openai" else each for each in command.argv)
    with running(Command("ours, dialogues", argv), settings.server_core) as server:
        taken = sorted(asyncio.run(_gathered(SESSIONS, lambda _: _dialogue(server.port))))
        memory = pss_megabytes(server.pids)
    title = f"{SESSIONS} Realtime sessions at once: p99 from the question to the end of its answer"
    said = f"p50 {statistics.median(taken):.2f} s; {memory:.0f} MB"
    return _row(title, taken[int(len(taken) * 0.99)], " s", at_most(5, " s"), said)


async def _dialogue(port: int) -> list[float]:
    url, key = f"ws://{LOCAL}:{port}/v1/realtime?model=gpt-realtime", KEY.partition(": ")
    async with websockets.connect(url, additional_headers={key[0]: key[2]}, open_timeout=60) as socket:
        began = time.monotonic()
        content = [{"type": "input_text", "text": "hello"}]
        item = {"type": "message", "role": "user", "content": content}
        await socket.send(json.dumps({"type": "conversation.item.create", "item": item}))
        wanted = {"type": "response.create", "response": {"output_modalities": ["text"]}}
        await socket.send(json.dumps(wanted))
        async with asyncio.timeout(60):
            async for message in socket:
                type_ = json.loads(message)["type"]
                if type_ == "error":
                    raise Void(f"a dialogue is answered with {str(message)[:200]}")
                if type_ == "response.done":
                    return [time.monotonic() - began]
    raise Void("a dialogue ended before its answer")


def _large_body(settings: Settings) -> Row:
    """Somebody asks for the models each 20 ms, while others send 20 MB with pictures, one after another."""
    url = "data:image/png;base64," + base64.b64encode(picture(settings)).decode()
    count = BODY_MEGABYTES * 1_000_000 // len(url)
    parts = [{"type": "image_url", "image_url": {"url": url}}] * count
    body = _post({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": parts}]})
    with running(_ours(settings), settings.server_core) as server:
        waits, alone = asyncio.run(_beside_large(server.port, body))
    title = f"a body of {len(body) / 1e6:.0f} MB with {count} pictures: what another request waits at most"
    p99 = waits[int(len(waits) * 0.99)]
    note = f"p99 {p99 * 1000:.0f} ms; {alone * 1000:.1f} ms where there is no such body"
    return _row(title, waits[-1] * 1000, " ms", at_most(50, " ms"), note)


async def _beside_large(port: int, body: str) -> tuple[list[float], float]:
    """How long requests wait beside large bodies, in order; and the longest of those before."""
    alone = [await _listed(port) for _ in range(20)]
    sending = asyncio.create_task(_sent(port, body))
    waits = []
    while not sending.done():
        waits.append(await _listed(port))
        await asyncio.sleep(POLITE_SECONDS)
    await sending
    return sorted(waits), max(alone[5:])


async def _sent(port: int, body: str) -> None:
    for _ in range(LARGE_BODIES):
        answer = await asyncio.to_thread(ask, port, body, timeout=60)
        if answer.status != 200:
            raise Void(f"a large body is answered with {answer.status}: {answer.body[:200]!r}")


async def _listed(port: int) -> float:
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(LOCAL, port)
    writer.write(f"GET /v1/models {HEAD}Connection: close\r\n\r\n".encode())
    if not (await reader.read()).startswith(b"HTTP/1.1 200"):
        raise Void("the models are not listed")
    writer.close()
    return time.monotonic() - began
