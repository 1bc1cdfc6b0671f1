"""What the tests of reports share: runs of the judge against a double in this process, whole or damaged."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from support import InProcess

from proofsheet.contracts.client.http_client import HttpClient
from proofsheet.contracts.client.target import Target
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.oracle import Oracle
from proofsheet.contracts.plan.plan import plan
from proofsheet.contracts.pytest_items.shared_run import once
from proofsheet.contracts.reports.case_records import case
from proofsheet.contracts.reports.deviations import excused
from proofsheet.contracts.reports.key_redaction import Redaction
from proofsheet.contracts.reports.records import Report
from proofsheet.contracts.reports.run_records import footer, header, verdict
from proofsheet.contracts.reports.writer import Writer
from proofsheet.contracts.run.budget import Budget
from proofsheet.contracts.run.runner import Run
from proofsheet.mockserver.settings import KnownKey
from proofsheet.spec.document import Document

KEY = "sk-a-very/secret+key=0001"
URL = "https://images.example/sd"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"

# Pictures in each format and some sizes, and refusals: what a report can show, for seven pictures.
ONLY = tuple(
    f"stability.generateCore.{topic}"
    for topic in (
        *("answer", "prompt", "seed", "several-faults", "key", "form", "format"),
        *("size.1x1", "size.16x9", "size.21x9"),
    )
)
KNOWN, EXPIRED = "stability.generateCore.format.webp", "stability.generateCore.size.1x1"
DEVIATIONS = {
    KNOWN: {"reason": "their gateway answers HTML, ticket 4711", "until": "9999-12-31"},
    EXPIRED: {"reason": "was to be mended", "until": "2020-01-31"},
}
__all__ = [
    "DEVIATIONS", "EXPIRED", "KEY", "KNOWN", "ONLY", "URL",
    "Report", "damaged", "failing", "judged", "mock_for", "runs_of",
]  # fmt: skip

Damage = Callable[[httpx.Request, httpx.Response], httpx.Response | None]


class Wire(httpx.BaseTransport):
    """Carries a request to a double in this process; `damage` may put another answer in its place."""

    def __init__(self, mock: InProcess, damage: Damage | None = None) -> None:
        self._mock = mock
        self._damage = damage
        self._inner = httpx.ASGITransport(mock.site)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # The client's own request has a body that only a synchronous transport can read.
        sent = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())

        async def ask() -> httpx.Response:
            response = await self._inner.handle_async_request(sent)
            body = await response.aread()
            return httpx.Response(response.status_code, headers=response.headers, content=body)

        response = self._mock.run(ask())
        return (self._damage(request, response) if self._damage else None) or response


def answer(status: int, content: bytes, media_type: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={"content-type": media_type, **headers}, content=content)


def form_field(request: httpx.Request, name: str, value: str) -> bool:
    """Whether a multipart request sends this field with this value."""
    return f'name="{name}"\r\n\r\n{value}\r\n'.encode() in request.read()


def is_picture(response: httpx.Response) -> bool:
    return response.headers["content-type"].startswith("image/")


def truncated(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
    """Pictures in PNG end too early."""
    if response.headers["content-type"] != "image/png":
        return None
    seed = response.headers.get("seed", "1")
    return answer(200, response.content[: len(response.content) // 2], "image/png", seed=seed)


def mislabelled(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
    """An HTML page that says it is a picture."""
    page = f"<!doctype html><title>504</title>{HOSTILE}".encode()
    return answer(200, page, "image/png") if is_picture(response) else None


def shrunk(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
    """Pictures come back at a quarter of their size."""
    if not is_picture(response):
        return None
    picture = Image.open(io.BytesIO(response.content))
    out = io.BytesIO()
    picture.resize((picture.width // 4, picture.height // 4)).save(out, picture.format)
    seed = response.headers.get("seed", "1")
    return answer(200, out.getvalue(), response.headers["content-type"], seed=seed)


def failing(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
    """Every refusal is a 500 that shows a script, the key, and codes that a terminal obeys."""
    if response.status_code < 400:
        return None
    key = request.headers.get("authorization", "")
    text = f"{HOSTILE} {key} \x1b[2J\x1b]0;owned\x07 ``` | </pre>\u202etxt.exe]]>"
    return answer(500, text.encode(), "text/html; charset=utf-8", **{"x-echo": key, "x-hostile": HOSTILE})


def damaged(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
    """Something of each, by the request."""
    if is_picture(response) and b'name="output_format"' not in request.read():  # the default, a PNG
        return truncated(request, response)
    if any(form_field(request, "aspect_ratio", each) for each in ("1:1", "21:9")):
        return shrunk(request, response)
    if form_field(request, "output_format", "webp"):
        return mislabelled(request, response)
    if form_field(request, "seed", "4294967295"):
        return failing(request, response)
    return None


def judged(
    path: Path,
    mock: InProcess,
    document: Document,
    damage: Damage | None = None,
    *,
    profile: str = "extended",
    only: tuple[str, ...] = (),
    budget: str = "400",
    url: str = URL,
    key: str = KEY,
    stop_after: int | None = None,
    without_footer: bool = False,
    carried: tuple[dict[str, Any], ...] = (),
    **options: Any,
) -> Path:
    """Judge a double and write the report to `path`; `options` are those of the header."""
    made = plan(Source(document), profile, only)
    known = {each["id"] for each in carried}
    made = replace(made, cases=tuple(each for each in made.cases if each.id not in known))
    target = Target(url, key)
    client = HttpClient(document, target, Wire(mock, damage))
    run = Run(made, client, Oracle(document), Budget(Decimal(budget)), pause=lambda seconds: None)
    redaction = Redaction(key)
    head = header(made, document, target, profile, options.pop("seed", 7), Decimal(budget), **options)
    known_deviations = excused(head)
    with Writer(path, redaction, head, carried) as writer:
        for number, asked in enumerate(run.steps(), 1):
            writer.write(case(asked, document, redaction, milliseconds=12.5))
            if number == stop_after:
                break
        if not without_footer:
            for each in run.verdicts.values():
                writer.write(verdict(each))
            ended = run.verdicts.values(), profile, run.budget.spent, stop_after is not None
            writer.write(footer(*ended, known_deviations, len(run.plan.cases)))
    client.close()
    return path


@contextmanager
def mock_for(document: Document) -> Iterator[InProcess]:
    """A double that knows one key, and gives it credits enough."""
    keys = {KEY: KnownKey(Decimal(100_000))}
    mock = InProcess((document,), rate_limit=False, keys=keys)
    try:
        yield mock
    finally:
        mock.close()


def runs_of(folder: Path, document: Document) -> dict[str, Path]:
    """A clean run and a damaged one, of which one breach is a known deviation and one has expired.

    Who comes first makes them; others that share the folder, in whatever process, find them there.
    """
    paths = {name: folder / f"{name}.jsonl" for name in ("clean", "damaged")}

    def make(again: bool) -> None:
        with mock_for(document) as mock:
            judged(paths["clean"], mock, document, only=ONLY)
            judged(paths["damaged"], mock, document, damaged, only=ONLY, deviations=DEVIATIONS)

    once(folder, make)
    return paths
