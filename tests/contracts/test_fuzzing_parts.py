"""The parts of fuzzing: what a request could cost, how it is read, and the thread that has errands."""

from __future__ import annotations

import io
import threading
import time
from decimal import Decimal
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from proofsheet.contracts.case import BOUNDARY
from proofsheet.contracts.fuzz import conversion
from proofsheet.contracts.fuzz.conversion import Request, key_header
from proofsheet.contracts.fuzz.cost_risk import caution
from proofsheet.contracts.fuzz.document import as_read, has_links
from proofsheet.contracts.fuzz.pictures import FORMATS, SIDES, pictures
from proofsheet.contracts.fuzz.thread_bridge import Errands, Halted
from proofsheet.spec.document import Document

KEYED = {"authorization": "Bearer proofsheet-key"}
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def form(**fields: str) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def sent(document: Document, operation: str, body: bytes, **changes: Any) -> Request:
    found = document.operations[operation]
    kind = MULTIPART if found.body and "multipart" in found.body.media_type else "application/json"
    values = {
        "method": found.method,
        "path": found.path,
        "headers": {**KEYED, "content-type": kind},
        **changes,
    }
    return Request(operation, "x", values["method"], values["path"], values["headers"], body)


@pytest.mark.parametrize(
    ("fields", "granted"),
    [
        ({"prompt": "a cat"}, True),
        ({"prompt": "a cat", "seed": "7"}, True),
        ({"prompt": "a cat", "seed": " 7.0 "}, True),  # by a kind reader
        ({"prompt": "a cat", "unknown": "1"}, True),
        ({"prompt": "a cat", "seed": ""}, True),  # as if it were not there
        ({"prompt": "a cat", "seed": "4294967295"}, False),
        ({"prompt": "a cat", "seed": "seven"}, False),
        ({"prompt": "a cat", "seed": "nan"}, False),
        ({"prompt": "a cat", "aspect_ratio": "4:4"}, False),
        ({"prompt": ""}, False),
        ({"seed": "7"}, False),
        ({}, False),
    ],
)
def test_what_a_target_could_grant(document: Document, fields: dict[str, str], granted: bool) -> None:
    aware = caution(document.operations["generateCore"])
    assert aware.could_be_granted(sent(document, "generateCore", form(**fields))) is granted


def test_another_form_of_a_body_could_be_granted_too(document: Document) -> None:
    aware = caution(document.operations["generateCore"])
    for kind, body in (
        ("application/json", b'{"prompt":"a cat"}'),
        ("application/x-www-form-urlencoded", b"prompt=x"),
    ):
        assert aware.could_be_granted(
            sent(document, "generateCore", body, headers={**KEYED, "content-type": kind})
        )


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"path": "/v2beta/stable-image/generate/elsewhere"},
        {"headers": {"content-type": MULTIPART}},
        {"headers": {"content-type": MULTIPART, "authorization": "bearer another"}},
        {"headers": {**KEYED, "content-type": "multipart/form-data"}},
    ],
)
def test_what_nobody_grants(document: Document, change: dict[str, Any]) -> None:
    aware = caution(document.operations["generateCore"])
    assert not aware.could_be_granted(sent(document, "generateCore", form(prompt="x"), **change))


def test_a_price_is_the_dearest_and_counts_what_is_asked_for(document: Document) -> None:
    assert caution(document.operations["getBalance"]).price(sent(document, "getBalance", b"")) == 0
    assert caution(document.operations["generateSd3"]).price(sent(document, "generateSd3", b"")) == Decimal(
        "6.5"
    )
    many = caution(document.operations["textToImage"])
    assert many.price(sent(document, "textToImage", b'{"samples": 10}')) == 9
    assert many.price(sent(document, "textToImage", b'{"samples": "1000"}')) == 900
    assert many.price(sent(document, "textToImage", b"no json")) == Decimal("0.9")


def test_a_path_with_a_stranger_is_nobody_s(document: Document) -> None:
    aware = caution(document.operations["textToImage"])
    body = b'{"text_prompts": [{"text": "a cat"}]}'
    engines = [
        each.schema["enum"][0]
        for each in document.operations["textToImage"].parameters
        if each.place == "path"
    ]
    known = sent(document, "textToImage", body, path=f"/v1/generation/{engines[0]}/text-to-image")
    strange = sent(document, "textToImage", body, path="/v1/generation/0/text-to-image")
    assert aware.could_be_granted(known)
    assert not aware.could_be_granted(strange)


def test_a_prepared_request_is_read_with_a_boundary_of_ours(document: Document) -> None:
    operation = document.operations["generateCore"]
    url = conversion.ORIGIN + operation.path + "?a=%20b"
    written = [
        requests.Request("POST", url, files={"prompt": (None, "x")}, headers=key_header(operation)).prepare()
        for _ in range(2)
    ]
    first, second = (conversion.request(each) for each in written)
    assert written[0].body != written[1].body
    assert first == second
    assert first.path == operation.path + "?a=%20b"
    assert first.headers["content-type"] == MULTIPART
    assert conversion.credential(first, operation) == "valid"
    case = conversion.case(first, operation, 3)
    assert (case.request.credential, "authorization" in case.request.headers, case.undeclared) == (
        "valid",
        False,
        False,
    )


@pytest.mark.parametrize(
    ("name", "value"), [("x-a", "é"), ("x-a", "a\nb"), ("x-a", " a"), ("x a", "b"), ("x-a", "\x00")]
)
def test_headers_that_no_client_writes_are_not_sendable(name: str, value: str) -> None:
    assert Request("o", "c", "GET", "/", {"x-a": "b", "x-b": ""}, b"").is_sendable
    assert not Request("o", "c", "GET", "/", {name: value}, b"").is_sendable


def test_a_path_that_leads_elsewhere_is_not_sendable() -> None:
    assert not Request("o", "c", "GET", "@elsewhere.example/", {}, b"").is_sendable
    assert not Request("o", "c", "GET", "/" + "a" * 5_000, {}, b"").is_sendable


def test_a_document_is_read_with_pictures_as_pictures_and_no_host(document: Document) -> None:
    raw = as_read(document)
    operation = document.operations["generateSd3"]
    content = raw["paths"][operation.path]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert content["encoding"] == {"image": {"contentType": "image/jpeg, image/png, image/webp"}}
    assert raw["servers"] == [{"url": "/"}]
    assert (
        "encoding"
        not in document.source["paths"][operation.path]["post"]["requestBody"]["content"][
            "multipart/form-data"
        ]
    )
    assert not has_links(document)


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=20, database=None, deadline=None)
@given(data=st.data())
def test_pictures_are_whole_and_of_the_format_they_say(kind: str, data: st.DataObject) -> None:
    picture = Image.open(io.BytesIO(data.draw(pictures(kind))))
    picture.load()
    assert (picture.format or "").lower() == kind
    assert picture.size in SIDES


def test_errands_are_run_by_who_waits() -> None:
    errands = Errands[int, tuple[int, str]]()
    got: list[tuple[int, str]] = []

    def work() -> None:
        got.extend(errands.ask(number) for number in (1, 2))

    errands.run(work, lambda number: (number, threading.current_thread().name), lambda: None)
    assert got == [(1, "MainThread"), (2, "MainThread")]
    with pytest.raises(Halted):
        errands.ask(3)


def test_an_error_of_an_errand_ends_the_work_and_goes_on() -> None:
    errands = Errands[int, int]()
    ends: list[str] = []

    def work() -> None:
        try:
            errands.ask(1)
        except Halted:
            ends.append("halted")
            raise

    def errand(number: int) -> int:
        raise LookupError(number)

    with pytest.raises(LookupError):
        errands.run(work, errand, lambda: ends.append("stopped"))
    assert sorted(ends) == ["halted", "stopped"]
    assert not [each for each in threading.enumerate() if each.name == "proofsheet-errands"]


def test_who_asks_late_is_sent_home() -> None:
    errands = Errands[int, int]()
    late: list[str] = []
    stopped = threading.Event()

    def asks_late() -> None:
        stopped.wait()
        try:
            errands.ask(2)
        except Halted:
            late.append("halted")

    def work() -> None:
        other = threading.Thread(target=asks_late)
        other.start()
        try:
            errands.ask(1)
        finally:
            other.join()

    def errand(number: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        errands.run(work, errand, stopped.set)
    assert late == ["halted"]


def test_an_error_of_the_work_goes_on() -> None:
    def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        Errands[int, int]().run(work, lambda number: number, lambda: time.sleep(0))
