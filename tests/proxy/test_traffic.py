"""Recorded traffic on the disk: it reads as it was, without credentials; what is broken is told."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from proofsheet.traffic import har, transcript
from proofsheet.traffic.errors import BadTraffic
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.matching import same
from proofsheet.traffic.recorder import Recorder, Taken
from proofsheet.traffic.redaction import mark, redacted

KEY = "sk-Secret/key+0123456789"
PNG = bytes(range(256)) * 40
FLOW = Flow(
    method="POST",
    url="http://up.test/sd/v1/x?a=b",
    request_headers=(("Authorization", f"Bearer {KEY}"), ("X-Twice", "1"), ("x-twice", "2")),
    request_body=b"hello",
    status=200,
    headers=(("Content-Type", "image/png"), ("X-Latin", "\xe9")),
    body=PNG,
    began=1_790_000_000.5,
    milliseconds=12.5,
    base="/sd",
)


def written(folder: Path, *flows: Flow, **options: object) -> list[Flow]:
    recorder = Recorder(folder, "http://up.test", **options)  # type: ignore[arg-type]
    for each in flows:
        recorder.record(each)
    recorder.close()
    return read(folder)


def read(path: Path) -> list[Flow]:
    return [each.flow() for each in transcript.entries(path) if isinstance(each, transcript.Entry)]


def test_what_is_recorded_reads_as_it_was_but_for_the_key(tmp_path: Path) -> None:
    broken = replace(FLOW, status=None, headers=(), body=b"", end="upstream-broke", note="why")
    hidden = (("Authorization", "Bearer " + mark(len(KEY))), *FLOW.request_headers[1:])
    expected = [replace(each, request_headers=hidden) for each in (FLOW, broken)]
    assert written(tmp_path, FLOW, broken) == expected
    (file,) = transcript.files(tmp_path)
    assert read(file) == expected


# credentials


def echoes() -> list[bytes]:
    inner = base64.b64encode(f"x{KEY}yz".encode())
    texts = [KEY, KEY.upper(), quote(KEY, safe=""), KEY.replace("/", "\\/"), KEY[:10] + "…"]
    return [*(f"you sent <{each}> !".encode() for each in texts), b"here: " + inner]


@pytest.mark.parametrize("echo", echoes(), ids=repr)
def test_every_form_of_the_key_goes_and_lengths_stay(echo: bytes) -> None:
    clean = redacted(replace(FLOW, body=echo + PNG))
    assert clean.body is not None
    assert len(clean.body) == len(echo + PNG)
    assert b"REDACTED" in clean.body
    assert KEY[:10].lower().encode() not in clean.body.lower()
    assert clean.body.endswith(PNG)


@pytest.mark.parametrize("kept", [334, 400, 600, 999, 1000])
def test_a_long_key_goes_as_far_as_it_is_shown(kept: int) -> None:
    token = "".join(hashlib.sha256(bytes([each])).hexdigest() for each in range(16))[:1000]
    flow = replace(FLOW, request_headers=(("Authorization", f"Bearer {token}"),))
    clean = redacted(replace(flow, body=f"no such key: {token[:kept]} ...".encode()))
    assert clean.body == f"no such key: {mark(kept)} ...".encode()


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Basic dXNlcjpodW50ZXIyMg==", "Basic REDACTED************"),
        ("authorization", "bare-key", "REDACTED"),
        ("X-Api-Key", "abcdefghij", "REDACTED**"),
        ("X-Goog-Api-Key", "abcdefghij", "REDACTED**"),
        ("Cookie", "a=12345678; b=", "a=REDACTED; b="),
        ("Set-Cookie", "a=12345678; Path=/x", "a=REDACTED; Path=/x"),
        ("Proxy-Authorization", "Bearer x", "Bearer R"),
        ("Authorization", "sk-first-word more", "REDACTED**********"),
        ("Authorization", "Bearer\tsk-behind-a-tab", "REDACTED**************"),
        ("api_key", "abcdefghij", "REDACTED**"),
        ("X-Auth", "abcdefghij", "REDACTED**"),
        ("Referer", "https://a.test/?token=abcdefghij&b=1", "https://a.test/?token=REDACTED**&b=1"),
        ("WWW-Authenticate", "Bearer realm=x", "Bearer realm=x"),
        ("X-RateLimit-Remaining-Tokens", "500", "500"),
    ],
)
def test_headers_that_carry_credentials(name: str, value: str, shown: str) -> None:
    assert redacted(replace(FLOW, request_headers=((name, value),))).request_headers == ((name, shown),)


def test_credentials_in_queries_and_in_members_of_json() -> None:
    body = b'{"access_token": "abc.def", "expires": 3, "tokens": 7}'
    clean = redacted(replace(FLOW, url="http://up.test/x?key=hunter2222&size=1", body=body + b" hunter2222"))
    assert clean.url == "http://up.test/x?key=REDACTED**&size=1"
    assert clean.body == b'{"access_token": "REDACTE", "expires": 3, "tokens": 7} REDACTED**'


@pytest.mark.parametrize(
    ("kind", "body", "kept"),
    [
        ("application/json", b'{"api_key": "sk-in-\\u0061-body", "a": 1}', b'"a": 1'),
        ("application/json", b'{"image": "%b", "api_key": "sk-in-a-body"}' % (b"A" * 2_000_000), b"AAAA"),
        ("application/x-www-form-urlencoded", b"a=1&api_key=sk-in-a%2Dbody&b=2", b"a=1&api_key=REDACTED"),
        ("multipart/form-data; boundary=xyz", None, b'name="a"\r\n\r\nb\r\n--xyz--'),
    ],
)
def test_credentials_in_fields_go_and_their_echo_too(kind: str, body: bytes | None, kept: bytes) -> None:
    head = b'--xyz\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
    form = head % (b"api_key", b"sk-in-a-body") + head % (b"a", b"b") + b"--xyz--\r\n"
    sent = body or form
    echo = b"no such key: sk-in-a-body"
    clean = redacted(
        replace(FLOW, request_headers=(("Content-Type", kind),), request_body=sent, headers=(), body=echo)
    )
    assert clean.body == b"no such key: REDACTED****"
    assert clean.request_body is not None
    assert len(clean.request_body) == len(sent)
    assert kept in clean.request_body
    assert b"sk-in" not in clean.request_body


def test_what_stands_behind_packed_bytes_is_not_kept_unseen() -> None:
    body = gzip.compress(b"harmless") + gzip.compress(KEY.encode())
    assert redacted(replace(FLOW, headers=(("Content-Encoding", "gzip"),), body=body)).body is None


def test_a_key_that_no_header_could_hold_is_no_crash() -> None:
    odd = replace(FLOW, request_headers=(("Authorization", "Bearer \ud800\u4e2d-secret-key"),))
    assert redacted(odd).request_headers[0][1].startswith("Bearer REDACTED")


def test_a_packed_echo_is_unpacked_to_take_the_key_out() -> None:
    body = f"no such key: {KEY}".encode()
    packed = replace(FLOW, headers=(("Content-Encoding", "gzip"),), body=gzip.compress(body))
    clean = redacted(packed)
    assert clean.body == f"no such key: {mark(len(KEY))}".encode()
    assert clean.headers == ()
    harmless = replace(packed, body=gzip.compress(b"hello"))
    assert redacted(harmless).body == harmless.body


def test_a_body_that_cannot_be_searched_is_not_kept() -> None:
    clean = redacted(replace(FLOW, headers=(("Content-Encoding", "br"),)))
    assert clean.body is None
    assert "content-encoding br" in clean.note


# limits


def test_the_oldest_goes_first(tmp_path: Path) -> None:
    flows = [replace(FLOW, milliseconds=float(number)) for number in range(200)]
    left = [each.milliseconds for each in written(tmp_path, *flows, limit=500_000)]
    assert left == [float(number) for number in range(200 - len(left), 200)]
    assert 10 < len(left) < 60
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 520_000


def test_one_that_is_larger_than_all_may_be_is_left_out(tmp_path: Path) -> None:
    large = replace(FLOW, body=bytes(600_000))
    assert [each.body for each in written(tmp_path, FLOW, large, FLOW, limit=1_000_000)] == [PNG, PNG]


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    written(tmp_path, FLOW)
    (file,) = transcript.files(tmp_path)
    os.utime(file, (time.time() - 100, time.time() - 100))
    assert len(written(tmp_path, FLOW, age=3600)) == 2
    assert len(written(tmp_path, FLOW, age=50)) == 2


@contextmanager
def full_disk() -> Iterator[None]:
    """As on a full disk, a part is still written: no file may grow over 4096 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_leaves_nothing_half_and_what_follows_reads(tmp_path: Path) -> None:
    small = replace(FLOW, body=b"small")
    recorder = Recorder(tmp_path, "http://up.test")
    recorder.record(small)
    for large in (FLOW, replace(small, request_headers=(("X", "a" * 8000),))):  # a body's file, and the line
        with full_disk(), pytest.raises(OSError, match="too large"):
            recorder.record(large)
        recorder.record(small)
    recorder.close()
    assert [each.body for each in read(tmp_path)] == [b"small"] * 3
    assert {path.name for path in tmp_path.glob("*/*")} == {transcript.FILE}


def test_a_segment_that_cannot_be_begun_leaves_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "http://up.test/" + "a" * 8000)
    for _ in range(3):
        with full_disk(), pytest.raises(OSError, match="too large"):
            recorder.record(FLOW)
    recorder.close()
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_only_segments_of_ours_are_ever_removed(tmp_path: Path) -> None:
    mine = tmp_path / "kept by me"
    mine.mkdir()
    (mine / transcript.FILE).write_text("precious")
    os.utime(mine / transcript.FILE, (0, 0))
    written(tmp_path, FLOW, limit=30_000, age=60.0)
    assert (mine / transcript.FILE).read_text() == "precious"


def test_a_folder_has_one_recorder(tmp_path: Path) -> None:
    first = Recorder(tmp_path, "http://up.test")
    with pytest.raises(Taken, match="another process records into"):
        Recorder(tmp_path, "http://up.test")
    first.close()
    Recorder(tmp_path, "http://up.test").close()


# what is broken


def test_a_cut_transcript_tells_where_and_keeps_the_rest(tmp_path: Path) -> None:
    written(tmp_path, FLOW, FLOW, FLOW)
    (file,) = transcript.files(tmp_path)
    whole = file.read_bytes()
    for length in (len(whole) - 1, len(whole) - 200, whole.rindex(b"\n", 0, -1) + 1):
        file.write_bytes(whole[:length])
        assert len(read(file)) == 2
    file.write_bytes(whole[:-9])
    (cut,) = [each for each in transcript.entries(file) if isinstance(each, transcript.Cut)]
    assert str(cut) == f"{file}:4: ends in the middle of an exchange, which is left out"


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda text: text.replace(b'"transcript":1', b'"transcript":9'), ":1: is no transcript"),
        (lambda text: text.replace(b'"exchange":2', b'"exchange":'), ":3: is no line of a transcript"),
        (lambda text: text.replace(b'"method"', b'"m"', 1), ":2: is no exchange of a transcript"),
        (lambda text: text.replace(b'"bytes":10240', b'"bytes":1', 1), "has 10240 bytes, not 1"),
        (lambda text: text.replace(b"000001-answer.png", b"gone.png"), "its body cannot be read"),
        (lambda text: text.replace(b'"complete"', b'"over"', 1), "expected an end of"),
    ],
)
def test_a_damaged_transcript_is_told(tmp_path: Path, damage: object, why: str) -> None:
    written(tmp_path, FLOW, FLOW)
    (file,) = transcript.files(tmp_path)
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]
    with pytest.raises(BadTraffic) as problem:
        read(tmp_path)
    assert why in str(problem.value)


def test_a_folder_without_a_transcript(tmp_path: Path) -> None:
    with pytest.raises(BadTraffic, match="holds no transcript"):
        read(tmp_path)


# HAR


def test_har_there_and_back(tmp_path: Path) -> None:
    file = tmp_path / "a.har"
    file.write_text(har.dump([FLOW], "0"), encoding="utf-8")
    assert har.is_har(file)
    (again,) = har.flows(file)
    assert again == replace(FLOW, base="")


def test_a_har_as_browsers_write_it(tmp_path: Path) -> None:
    entry = {
        "startedDateTime": "2026-11-21T10:00:00.000Z",
        "time": 5,
        "request": {
            "method": "GET",
            "url": "https://up.test/v1/user/balance",
            "headers": [{"name": ":authority", "value": "up.test"}, {"name": "accept", "value": "*/*"}],
        },
        "response": {
            "status": 200,
            "headers": [{"name": "content-encoding", "value": "br"}],
            "content": {"size": 9, "mimeType": "text/plain"},
        },
    }
    file = tmp_path / "browser"
    file.write_text(json.dumps({"log": {"entries": [entry]}}))
    (flow,) = har.flows(file)
    assert (flow.request_headers, flow.headers, flow.body) == ((("accept", "*/*"),), (), None)
    assert flow.note == "the HAR file holds no body"


def one_entry(answer: str, url: str = "http://a.test/x", method: str = "GET") -> str:
    request = json.dumps({"method": method, "url": url, "headers": []})
    return f'{{"log": {{"entries": [{{"request": {request}, "response": {{{answer}, "headers": []}}}}]}}}}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no HAR file, which is JSON"),
        ("{", "is no HAR file, which is JSON"),
        ("[]", "expected an object with log.entries"),
        ('{"log": {"entries": 3}}', "expected an object with log.entries"),
        ('{"log": {"entries": [{}]}}', "log.entries[0] is no HAR entry"),
        ('{"log": {"entries": [{"request": 1, "response": {"status": "x"}}]}}', "log.entries[0]"),
        (one_entry('"status": 1e999'), "expected a status of three digits, came inf"),
        (one_entry('"status": 99999'), "expected a status of three digits, came 99999"),
        (one_entry('"status": 200', url="http://[/x"), "log.entries[0] is no HAR entry"),
        (one_entry('"status": 200', url="/x"), "expected an absolute URL, came '/x'"),
        (one_entry('"status": 200', method="G T"), "expected a method"),
    ],
)
def test_what_is_no_har(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "a.har"
    file.write_text(text)
    with pytest.raises(BadTraffic) as problem:
        [*har.flows(file)]
    assert why in str(problem.value)


# alike


def form(boundary: str, *parts: tuple[str, str]) -> dict[str, object]:
    lines = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in parts]
    head = ("Content-Type", f"multipart/form-data; boundary={boundary}")
    return {"request_headers": (head,), "request_body": "".join([*lines, f"--{boundary}--\r\n"]).encode()}


ASKED = replace(FLOW, **form("abc", ("prompt", "cat"), ("seed", "1")))  # type: ignore[arg-type]
JSON = replace(FLOW, request_headers=(("Content-Type", "application/json"),), request_body=b'{"a":1,"b":2}')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ASKED, replace(ASKED, **form("other", ("seed", "1"), ("prompt", "cat")))),  # type: ignore[arg-type]
        (JSON, replace(JSON, request_body=b'{ "b": 2, "a": 1 }')),
        (FLOW, replace(FLOW, request_headers=(("authorization", "Bearer another-one"),))),
        (FLOW, replace(FLOW, url="https://elsewhere.test/v1/x?a=b", base="")),
        (FLOW, replace(FLOW, url="http://up.test/sd/v1/x?a=b", status=500)),
        (FLOW, redacted(FLOW)),
        (
            replace(FLOW, request_body=f"my key is {KEY}".encode()),
            redacted(replace(FLOW, request_body=f"my key is {KEY}".encode())),
        ),
    ],
)
def test_the_same_request(one: Flow, other: Flow) -> None:
    assert same(one) == same(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ASKED, replace(ASKED, **form("abc", ("prompt", "dog"), ("seed", "1")))),  # type: ignore[arg-type]
        (ASKED, replace(ASKED, **form("abc", ("prompt", "cat")))),  # type: ignore[arg-type]
        (JSON, replace(JSON, request_body=b'{"a":1,"b":3}')),
        (FLOW, replace(FLOW, method="PUT")),
        (FLOW, replace(FLOW, url="http://up.test/sd/v1/y?a=b")),
        (FLOW, replace(FLOW, url="http://up.test/sd/v1/x?a=c")),
        (FLOW, replace(FLOW, request_headers=(("Accept", "image/*"),))),
    ],
)
def test_another_request(one: Flow, other: Flow) -> None:
    assert same(one) != same(other)
