"""Each check: an exchange that passes, ones that fail, and mutants that earn exactly their finding."""

from __future__ import annotations

import asyncio
import base64
import copy
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from PIL import Image
from support import KEY, exchange_of

from proofsheet.contracts.checks import CHECKS, judge
from proofsheet.contracts.exchange import Broken, Exchange, Finding
from proofsheet.contracts.oracle import Oracle
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.double import double
from proofsheet.mockserver.settings import Settings
from proofsheet.spec import build, pointers
from proofsheet.spec.document import Document

CORE = "/v2beta/stable-image/generate/core"
V1 = "/v1/generation/stable-diffusion-xl-1024-v1-0/text-to-image"
BALANCE = "/v1/user/balance"
URL = "https://api.stability.ai"


@pytest.fixture(scope="module")
def oracle(document: Document) -> Oracle:
    return Oracle(document)


def balance(status: int = 200, body: bytes = b'{"credits": 5}', **headers: str) -> Exchange:
    sent = {
        "content-type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return Exchange("GET", URL + BALANCE, (), b"", status, tuple(sent.items()), body)


def image(form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 80).convert("RGB").save(out, form)
    return out.getvalue()


def picture(body: bytes, media_type: str = "image/png", **more: Any) -> Exchange:
    headers = {"content-type": media_type, "x-request-id": "a", "finish-reason": "SUCCESS", "seed": "5"}
    return Exchange("POST", URL + CORE, (), b"", 200, tuple({**headers, **more}.items()), body)


def drawn(media: str = "application/json; type=image/png", mark: bytes = b"", **more: Any) -> Exchange:
    body = {"finish_reason": "SUCCESS", "image": base64.b64encode(image()).decode(), "seed": 5, **more}
    headers = {"content-type": media, "x-request-id": "a"}
    return Exchange(
        "POST", URL + CORE, (), b"", 200, tuple(headers.items()), mark + json.dumps(body).encode()
    )


def refused(told: str, named: str | None) -> Exchange:
    headers = {"content-type": "application/json", **({"x-request-id": named} if named else {})}
    body = json.dumps({"errors": ["seed: no"], "id": told, "name": "bad_request"}).encode()
    return Exchange("POST", URL + CORE, (), b"", 400, tuple(headers.items()), body)


PASSING = {
    "status-declared": balance(401, b'{"id": "a", "name": "unauthorized", "message": "m"}'),
    "media-type-declared": replace(balance(), headers=(("content-type", "Application/JSON; charset=utf-8"),)),
    "headers-declared": balance(date="today", server="x", vary="accept", cache_control="no-store"),
    "body-schema": balance(),
    "picture-whole": picture(image()),
    "no-5xx": balance(401, b'{"id": "a", "name": "unauthorized", "message": "m"}'),
    "no-leak": balance(
        401, b'{"id": "a", "name": "unauthorized", "message": "see https://stability.ai or v10.0"}'
    ),
    "no-internals": balance(
        401, b'{"id": "a", "name": "unauthorized", "message": "version 10.0.1.2000 at 1.10.0.0.1"}'
    ),
    "call-named": refused("a1", "a1"),
    "type-whole": drawn(),
    "keys-declared": drawn(),
    "json-clean": drawn(),
    "complete": balance(),
    "rate-granted": balance(),
}
FAILING: dict[str, list[Exchange]] = {
    "status-declared": [balance(418), balance(204), balance(402)],
    "media-type-declared": [
        replace(balance(), headers=(("content-type", "text/html"),)),
        replace(balance(), headers=()),
        picture(image(), "image/gif"),
    ],
    "headers-declared": [balance(x_powered_by="x"), balance(seed="5"), balance(set_cookie="a=b")],
    "body-schema": [
        *(balance(body=body) for body in (b"{}", b'{"credits": "5"}', b"[]", b"{", b"", b"\xff", b"null")),
        balance(401, b'{"id": "a", "name": "unauthorized"}'),
        picture(image(), seed="many"),
        picture(image(), **{"finish-reason": "DONE"}),
    ],
    "picture-whole": [
        *(picture(body) for body in (b"", b"no picture", image()[:-500], image("JPEG"))),
        picture(image(), "image/jpeg"),
        picture(image("JPEG")[:500], "image/jpeg"),
        picture(image("WEBP")[:-100], "image/webp"),
    ],
    "no-5xx": [balance(500), balance(502, b"<html>"), balance(599)],
    "no-leak": [
        replace(
            balance(401, b'{"message": "no sk-secret-1234"}'),
            request_headers=(("authorization", "Bearer sk-secret-1234"),),
        ),
        replace(
            balance(x_debug="got sk-secret-1234"),  # a success, too
            request_headers=(("authorization", "sk-secret-1234"),),
        ),
    ],
    "no-internals": [
        balance(500, b"Traceback (most recent call last)"),
        balance(502, b"dial tcp 10.1.2.3:443: refused"),
        balance(400, b"see http://localhost:8080/x"),
        balance(via="1.1 10.4.0.17:8080"),
        balance(x_backend_server="192.168.0.7"),
    ],
    "call-named": [refused("a1", None), refused("a1", "b2")],
    "type-whole": [
        drawn("application/json"),
        drawn("application/json; charset=utf-8"),
        drawn("application/json; type="),
    ],
    "keys-declared": [drawn(code=0), balance(body=b'{"credits": 5, "unit": "x"}')],
    "json-clean": [drawn(mark=b"\xef\xbb\xbf")],
    "complete": [replace(balance(), broken=Broken("cut", "was cut off", "content-length: 99", 3, 0.1))],
    "rate-granted": [replace(balance(), throttled="refused with 429 though within the documented rate")],
}
# What no document can do to an answer: tests/mutants/broken_http.yaml and test_broken_answers.py do.
ON_THE_WIRE = {"complete", "rate-granted"}


# What each check lets pass, because HTTP, JSON or the document leaves it open.
HARMLESS: dict[str, list[Exchange]] = {
    "status-declared": [refused("a1", None)],
    "media-type-declared": [
        balance(content_type="APPLICATION/JSON"),
        balance(content_type='application/json ; charset="utf-8"'),
        balance(content_type="application/json;"),
    ],
    "headers-declared": [
        balance(www_authenticate="Bearer"),
        balance(cache_control="no-store", vary="origin"),
    ],
    "body-schema": [
        balance(body=b'{"credits": 5.0}'),
        balance(body=b' {\r\n"unit": "x", "\\u0063redits"\t: 5e0} '),
        balance(401, b'{"id": "a", "name": "unauthorized", "message": "m", "code": null}'),
        replace(drawn(), headers=(("content-type", "Application/JSON"),)),
    ],
    "picture-whole": [picture(image(), "IMAGE/PNG"), picture(image("JPEG"), 'image/jpeg; q="1"')],
    "no-5xx": [replace(balance(501), method="HEAD")],
    "no-leak": [
        # the key of somebody else, and no key at all
        replace(
            balance(401, b"no sk-secret-1234"), request_headers=(("authorization", "Bearer sk-other-999"),)
        ),
        balance(401, b"no sk-secret-1234"),
    ],
    "no-internals": [
        # what the client sent: the host it asked, an address in a header of its own, words of its prompt
        replace(balance(404, b"no route at 127.0.0.1:9"), url=f"http://127.0.0.1:4010{BALANCE}"),
        replace(balance(401, b"10.1.2.3 may not"), request_headers=(("x-forwarded-for", "10.1.2.3"),)),
        replace(refused("a1", "a1"), request_body=b"localhost", body=b'{"errors": ["prompt: localhost"]}'),
        balance(server="nginx/1.27.2", via="1.1 varnish"),
        balance(200, b'{"credits": 5, "note": "127.0.0.1"}'),
    ],
    "call-named": [
        replace(refused("a1", "a1"), headers=(*refused("a1", "b2").headers, ("x-request-id", "a1")))
    ],
    "type-whole": [
        drawn("Application/JSON; Type=Image/PNG"),
        drawn('application/json;type="image/png"'),
        drawn("application/json ;\ttype=image/png; charset=utf-8; v=1;"),
    ],
    "keys-declared": [drawn(seed=5.0)],
    "json-clean": [replace(drawn(), body=b" \n" + drawn().body)],
    "complete": [balance(transfer_encoding="chunked"), balance(connection="close")],
    "rate-granted": [balance(x_ratelimit_remaining="0"), balance(retry_after="1")],
}


def test_every_check_has_its_cases() -> None:
    assert set(PASSING) == set(FAILING) == set(HARMLESS) == set(CHECKS)


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name in HARMLESS for number in range(len(HARMLESS[name]))]
)
def test_what_is_harmless_passes(oracle: Oracle, name: str, number: int) -> None:
    assert _run(name, HARMLESS[name][number], oracle) == []


def _run(name: str, exchange: Exchange, oracle: Oracle) -> list[Finding]:
    operation = oracle.operation(exchange)
    assert operation is not None
    return list(CHECKS[name](exchange, operation, oracle))


@pytest.mark.parametrize("name", CHECKS)
def test_what_is_right_passes(oracle: Oracle, name: str) -> None:
    assert judge(PASSING[name], oracle, CHECKS) == []


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name in FAILING for number in range(len(FAILING[name]))]
)
def test_what_is_wrong_is_found(oracle: Oracle, document: Document, name: str, number: int) -> None:
    found = _run(name, FAILING[name][number], oracle)
    assert found
    for each in found:
        assert (each.check, each.message != "") == (name, True)
        assert each.operation in document.operations
        # The pointer leads to a place in the document, or to the missing child of one.
        place = each.pointer
        while place.count("/") > 3:
            place = place.rpartition("/")[0]
        assert pointers.get(document.raw, place)


@pytest.mark.parametrize("method", ["HEAD"])
def test_a_head_has_no_body_to_judge(oracle: Oracle, method: str) -> None:
    assert judge(replace(balance(body=b""), method=method), oracle) == []


def test_what_no_operation_answers_is_not_judged(oracle: Oracle) -> None:
    assert judge(replace(balance(418), url=URL + "/elsewhere"), oracle) == []
    assert judge(replace(balance(418), method="DELETE"), oracle) == []
    assert judge(replace(balance(418), url=URL + BALANCE + "/more"), oracle) == []


@pytest.mark.parametrize("base", ["", "/sd"])
def test_operations_are_found_under_every_base(oracle: Oracle, base: str) -> None:
    for path, name in ((V1, "textToImage"), (BALANCE, "getBalance")):
        method = "GET" if path == BALANCE else "POST"
        found = oracle.operation(replace(balance(), method=method, url=f"http://127.0.0.1:9{base}{path}?a=b"))
        assert found is not None
        assert found.id == name


def _set(at: str, value: Any) -> Callable[[Any], None]:
    def change(raw: Any) -> None:
        *way, last = pointers.split(at)
        for token in way:
            raw = pointers.step(raw, token)
        raw[last] = value

    return change


def _drop(at: str) -> Callable[[Any], None]:
    def change(raw: Any) -> None:
        *way, last = pointers.split(at)
        for token in way:
            raw = pointers.step(raw, token)
        del raw[last]

    return change


def _rename(at: str, new: str) -> Callable[[Any], None]:
    def change(raw: Any) -> None:
        *way, last = pointers.split(at)
        for token in way:
            raw = pointers.step(raw, token)
        raw[new] = raw.pop(last)

    return change


ANSWERS = f"/paths/{pointers.escape(BALANCE)}/get/responses"
DRAWN = f"/paths/{pointers.escape(CORE)}/post/responses/200"
PNG = DRAWN + "/content/image~1png/examples/success"
JSON = DRAWN + "/content/application~1json/examples/success"
LIST = ANSWERS + "/200/content/application~1json"

# what is wrong with the double, which request shows it, which check finds it (and nothing else does)
MUTANTS: dict[str, tuple[Callable[[Any], None], str, str]] = {
    "a status nobody declared": (_rename(ANSWERS + "/200", "201"), "balance", "status-declared"),
    "a media type nobody declared": (
        _rename(ANSWERS + "/200/content/application~1json", "application/vnd.credits+json"),
        "balance",
        "media-type-declared",
    ),
    "a content type that only says so": (
        _set(LIST + "/x-content-type", "text/json"),
        "balance",
        "media-type-declared",
    ),
    "a header nobody declared": (
        _set(LIST + "/examples/success/x-headers", {"x-credits": "5"}),
        "balance",
        "headers-declared",
    ),
    "a field is missing": (_set(LIST + "/examples/success", {"value": {}}), "balance", "body-schema"),
    "a number is a text": (
        _set(LIST + "/examples/success", {"value": {"credits": "5"}}),
        "balance",
        "body-schema",
    ),
    "a finish reason nobody declared": (
        _set(PNG + "/x-headers/finish-reason", "DONE"),
        "picture",
        "body-schema",
    ),
    "a reason in JSON nobody declared": (_set(JSON + "/value/finish_reason", "DONE"), "json", "body-schema"),
    "a seed that is no number": (_set(PNG + "/x-headers/seed", "many"), "picture", "body-schema"),
    "another format than it says": (
        _set(f"/paths/{pointers.escape(CORE)}/post/x-artifact/media", "image/jpeg"),
        "as png",
        "picture-whole",
    ),
    "a refusal that is a failure": (
        _set("/components/x-policies/v1/x-refusals/authenticate", "server_error"),
        "nobody",
        "no-5xx",
    ),
    "an error that tells of the inside": (
        _set(
            ANSWERS + "/401/content/application~1json/examples/unauthorized",
            {
                "value": {"id": "a", "name": "unauthorized", "message": "auth at 192.168.0.7:8080 said no"},
            },
        ),
        "nobody",
        "no-internals",
    ),
    "a header that shows the key": (_set("/info/summary", "the same"), "echoed", "no-leak"),
    "an id that is not the call's": (
        _set(PNG + "/x-headers", {"finish-reason": "SUCCESS", "seed": "$artifact.seed"}),
        "picture",
        "call-named",
    ),
    "a type cut short": (
        _drop(f"{DRAWN}/content/application~1json/x-content-type"),
        "json",
        "type-whole",
    ),
    "a key more": (
        _set(LIST + "/examples/success/value", {"credits": 5, "unit": "x"}),
        "balance",
        "keys-declared",
    ),
    "a byte order mark": (_set("/info/summary", "the same"), "marked", "json-clean"),
}


def _ask(document: Document, what: str) -> Exchange:
    """Ask a double that does not judge itself."""
    site = Site(double((document,), Settings()))
    headers = {} if what == "nobody" else {"authorization": f"Bearer {KEY}"}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(site)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            if what in ("balance", "nobody", "marked", "echoed"):
                return await client.get(BALANCE, headers=headers)
            accept = "application/json" if what == "json" else "image/*"
            return await client.post(
                CORE, files={"prompt": (None, "a cat")}, headers={**headers, "accept": accept}
            )

    found = exchange_of(asyncio.run(ask()))
    if what == "marked":  # what some frameworks do to all JSON
        found = replace(found, body=b"\xef\xbb\xbf" + found.body)
    if what == "echoed":  # a header of HTTP's own, so that it is no header beyond
        found = replace(
            found, headers=(*found.headers, ("vary", dict(found.request_headers)["authorization"]))
        )
    if what == "as png":  # what a gateway does that sets the type by the request
        others = tuple(pair for pair in found.headers if pair[0] != "content-type")
        found = replace(found, headers=(*others, ("content-type", "image/png")))
    return found


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_earns_its_finding_and_no_other(document: Document, oracle: Oracle, name: str) -> None:
    change, what, check = MUTANTS[name]
    raw = copy.deepcopy(dict(document.raw))
    change(raw)
    exchange = _ask(build.document("mutant", raw, raw), what)
    assert exchange.media_type != "application/problem+json", exchange.body
    assert {each.check for each in judge(exchange, oracle, CHECKS)} == {check}


@pytest.mark.parametrize("what", ["balance", "picture", "json", "nobody"])
def test_the_clean_double_earns_none(document: Document, oracle: Oracle, what: str) -> None:
    assert judge(_ask(document, what), oracle, CHECKS) == []


def test_each_check_has_a_mutant() -> None:
    assert {check for _, _, check in MUTANTS.values()} == set(CHECKS) - ON_THE_WIRE
