"""Forms as client libraries write them, byte for byte, to a real server and to the reader of traffic."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "mockserver"))
from waiting import PATIENCE
from wire import Process, one_answer
from wire_forms.read import FOLDER, WireForm, forms, table

from proofsheet.contracts.reports import form_parts as reports
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library
from proofsheet.traffic import matching
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.multipart import Malformed, parts

PROMPT = "A lighthouse on a cliff – at dusk"
# What a client's own defaults make of the dash: Apache writes ISO-8859-1, which does not have it.
PROMPTS = {PROMPT, PROMPT.replace("–", "?"), "A lighthouse by a small café here"}
ALL = forms()
WHOLE = [each for each in ALL if each.file != "bare_line_feeds"]


def _name(form: WireForm) -> str:
    return form.file


@pytest.fixture(scope="module")
def served(document: Document) -> Iterator[Process]:
    with Process("--rate-limit", "off", documents=(document,)) as process:
        yield process


@pytest.mark.parametrize("form", WHOLE, ids=_name)
def test_every_form_is_read_as_what_its_client_meant(form: WireForm) -> None:
    found = {each.name: each for each in form.parts}
    assert found["prompt"].text in PROMPTS
    if "strength" in found:
        assert found["strength"].text == "0.5"
    if "image" in found:
        assert found["image"].data == (FOLDER / "picture.png").read_bytes()
        assert found["image"].filename
    assert [each.quoted for each in form.parts] == [form.file != "dotnet_form"] * len(form.parts)


@pytest.mark.parametrize("form", ALL, ids=_name)
def test_the_double_answers_each(served: Process, form: WireForm) -> None:
    with served.connect() as sock:
        head, gap, body = form.raw.partition(b"\r\n\r\n")
        sock.sendall(head + gap)
        if "expect" in form.headers:
            assert sock.recv(100).startswith(b"HTTP/1.1 100 ")
        sock.sendall(body)
        status, headers, answer = one_answer(sock)
    assert status == form.status, answer[:500]
    if form.file == "dotnet_form":
        assert b"Content-Disposition header in FormData part is missing a name" in answer
        assert b'"name":"bad_request"' in answer
    elif status == 200:
        assert headers["content-type"] == "image/png"
    assert served.errors == []


def test_the_overlay_takes_names_outside_quotes(start_with: Callable[[str], Process]) -> None:
    process = start_with("stability.unquoted-names")
    form = next(each for each in ALL if each.file == "dotnet_form")
    with process.connect() as sock:
        sock.sendall(form.raw)
        assert one_answer(sock)[0] == 200


@pytest.fixture
def start_with() -> Iterator[Callable[[str], Process]]:
    made: list[Process] = []

    def start(name: str) -> Process:
        made.append(Process(name, documents=(Library().load(name),)).__enter__())
        return made[-1]

    yield start
    for each in made:
        each.stop()


@pytest.mark.parametrize("form", WHOLE, ids=_name)
def test_recorded_traffic_is_read_alike(form: WireForm) -> None:
    """The same request, whatever client wrote it, is the same to a replay and to a report's curl line."""
    kind = form.headers["content-type"]
    found = matching.parts(kind, form.body)
    assert found is not None
    assert sorted(name for name, _ in found) == [name for name, _ in found]
    shown = reports.parts(kind, form.body)
    if form.file == "mime_message":  # its preamble is written by no client of a form
        assert shown is None
    else:
        assert shown is not None
        assert {each.name: each.value for each in shown} == dict(found)


def test_clients_that_ask_for_the_same_are_matched() -> None:
    url = "http://127.0.0.1/v2beta/stable-image/generate/ultra"
    same = {
        matching.same(
            Flow("POST", url, (("content-type", form.headers["content-type"]),), form.body, status=200)
        )
        for form in ALL
        if form.file in ("requests_form", "fetch_form", "okhttp_form", "dotnet_form", "reqwest_form")
    }
    assert len(same) == 1


def test_what_is_no_form_says_what_was_expected() -> None:
    form = next(each for each in ALL if each.file == "bare_line_feeds")
    with pytest.raises(Malformed, match="expected the end of the line"):
        assert form.parts


def test_every_capture_is_in_the_index_and_names_no_address() -> None:
    assert sorted(path.stem for path in (FOLDER / "captured").iterdir()) == sorted(each.file for each in ALL)
    clients = {f"clients/{path.name}" for path in (FOLDER / "clients").iterdir()} - {"clients/Cargo.toml"}
    assert clients == {each.origin for each in ALL if not each.reconstructed}
    assert all(b"\r\nhost: 127.0.0.1\r\n" in each.raw.lower() for each in ALL)


def test_the_table_in_the_docs_is_made_of_the_bytes() -> None:
    page = (FOLDER.parent.parent / "docs" / "wire-forms.md").read_text()
    assert table() in page


def test_what_a_client_writes_today(tmp_path: Path) -> None:
    """The client that every installation has is captured anew, and writes what is checked in."""
    out = tmp_path / "out.http"
    command = [
        sys.executable,
        str(FOLDER / "capture.py"),
        sys.executable,
        str(FOLDER / "clients/httpx_form.py"),
    ]
    subprocess.run(command, env={"OUT": str(out)}, check=True, capture_output=True, timeout=2 * PATIENCE)
    kept = next(each for each in ALL if each.file == "httpx_form")
    border = kept.headers["content-type"].partition("boundary=")[2].encode()
    fresh = out.read_bytes().partition(b"\r\n\r\n")[2]
    assert fresh.replace(fresh[2 : 2 + len(border)], border) == kept.body


@pytest.mark.parametrize("charset", ["martian", "undefined", "hex"])
def test_a_charset_that_nobody_can_read_is_passed_over(charset: str) -> None:
    disposition = f"form-data; name=\"a\"; filename*={charset}''x"
    head = f"Content-Disposition: {disposition}\r\nContent-Type: text/plain; charset={charset}"
    body = f"--b\r\n{head}\r\n\r\ntext\r\n--b--\r\n".encode()
    (part,) = parts("multipart/form-data; boundary=b", body)
    assert (part.name, part.filename, part.text) == ("a", "x", "text")
