"""Recorded traffic judged offline, served again, and learned from."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result

from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.recorded.dashboard import Dashboard
from proofsheet.contracts.recorded.judge_command import har_text, judge
from proofsheet.contracts.recorded.learn_command import learn
from proofsheet.contracts.recorded.traffic_judge import TrafficJudge
from proofsheet.contracts.recorded.traffic_report import TrafficReport
from proofsheet.contracts.reports import records
from proofsheet.contracts.settings import load
from proofsheet.mockserver.app import Site
from proofsheet.mockserver.cli import serve
from proofsheet.mockserver.double import double
from proofsheet.mockserver.settings import Settings
from proofsheet.spec.cli import lint_command as lint
from proofsheet.spec.document import Document
from proofsheet.spec.load import HOME, Library
from proofsheet.spec.security import security_requirements
from proofsheet.traffic import har
from proofsheet.traffic.flow import Flow
from proofsheet.traffic.recorder import Recorder

KEY = "sk-judged-offline-1"
JSON = ("Content-Type", "application/json")
GOOD = Flow(
    method="GET",
    url="https://up.test/sd/v1/user/balance",
    request_headers=(("Authorization", f"Bearer {KEY}"), ("Accept", "application/json")),
    request_body=b"",
    status=200,
    headers=(JSON,),
    body=b'{"credits": 12.5}',
    began=1_790_000_000.0,
    base="/sd",
)
EXTRA = replace(GOOD, headers=(JSON, ("X-Gateway", "7")), body=b'{"credits": 1, "plan": {"id": 1}}')
TEAPOT = replace(GOOD, status=418, body=json.dumps({"error": f"bad key {KEY}"}).encode())
MORE = replace(TEAPOT, body=b'{"error": null, "type": 1}')
ULTRA = replace(
    TEAPOT,
    method="POST",
    url="https://goapi.gptnb.ai/sd/v2beta/stable-image/generate/ultra",
    request_headers=((*GOOD.request_headers, ("Content-Type", "multipart/form-data; boundary=x"))),
)
PAGE = replace(GOOD, headers=(("Content-Type", "text/html"),), body=b"<html>gateway</html>")


def recorded(folder: Path, *flows: Flow) -> Path:
    recorder = Recorder(folder, "https://up.test/sd")
    for each in flows:
        recorder.record(each)
    recorder.close()
    return folder


def run(command: Any, *options: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in options])


# judge


def test_what_conforms_ends_with_0(tmp_path: Path) -> None:
    done = run(judge, "stability", recorded(tmp_path, GOOD, GOOD))
    assert (done.exit_code, done.output) == (0, "2 exchanges; 2 judged; 0 findings on 0 requirements\n")


def test_a_vendors_traffic_is_judged_by_each_family_that_it_sells(tmp_path: Path) -> None:
    found = replace(TEAPOT, url="https://up.test/flux/v1/get_result?id=a", base="")
    balance = replace(GOOD, base="")
    report = tmp_path / "report.jsonl"
    done = run(judge, "gptnb", recorded(tmp_path / "traffic", found, balance), "--report", report)
    assert "2 exchanges; 2 judged" in done.output
    verdicts = records.read(report).verdicts
    assert verdicts["flux.getResult.answer.status"]["status"] != "passed"
    assert verdicts["stability.getBalance.answer.status"]["status"] == "passed"


def test_offline_and_live_find_the_same_and_the_report_shows_it(tmp_path: Path) -> None:
    flows = (GOOD, EXTRA, TEAPOT, PAGE)
    trial = TrafficJudge((load("stability"),))
    live = {name for flow in flows for name, _ in trial.judge(flow).messages}
    report = tmp_path / "report.jsonl"
    done = run(judge, "stability", recorded(tmp_path / "traffic", *flows), "--report", report)
    assert done.exit_code == 1
    found = records.read(report)
    assert {name for name, each in found.verdicts.items() if each["status"] == "failed"} == live
    topics = {name.removeprefix("stability.getBalance.answer.") for name in live}
    assert {"status", "headers", "keys", "media-type", "no-leak"} <= topics
    assert found.footer is not None
    assert KEY not in report.read_text() + done.output


def test_a_har_file_is_judged_and_written(tmp_path: Path) -> None:
    source, made = tmp_path / "a.har", tmp_path / "b.har"
    source.write_text(har.dump([GOOD, TEAPOT], "0"))
    assert run(judge, "stability", source, "--har", made).exit_code == 1
    assert KEY not in made.read_text()
    assert [each.status for each in har.flows(made)] == [200, 418]


def test_what_has_no_whole_answer_is_not_judged(tmp_path: Path) -> None:
    none = replace(GOOD, status=None, headers=(), body=b"", end="upstream-broke")
    left = replace(GOOD, body=b'{"cre', end="client-left")
    stray = replace(GOOD, url="https://up.test/sd/metrics")
    done = run(judge, "stability", recorded(tmp_path, GOOD, none, left, stray))
    assert done.exit_code == 0
    assert "1 judged" in done.output
    assert "1 not in the document; 2 without a whole answer" in done.output


def test_half_an_answer_is_a_finding(tmp_path: Path) -> None:
    half = replace(GOOD, body=b'{"cre', end="upstream-broke")
    assert run(judge, "stability", recorded(tmp_path, half)).exit_code == 1


@pytest.mark.parametrize(
    ("name", "make", "code", "why"),
    [
        ("nothing", lambda path: recorded(path, GOOD), 2, "there is no document named"),
        ("stability", lambda path: path / "no.har", 3, "there is no such file or folder"),
        ("stability", lambda path: path, 3, "holds no transcript"),
        ("stability", lambda path: recorded(path), 3, "holds no transcript"),
    ],
)
def test_what_cannot_be_judged(tmp_path: Path, name: str, make: Any, code: int, why: str) -> None:
    report = tmp_path / "report.jsonl"
    done = run(judge, name, make(tmp_path), "--report", report)
    assert (done.exit_code, why in done.output) == (code, True)
    assert not report.exists()


def test_a_cut_transcript_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    (file,) = recorded(tmp_path, GOOD, GOOD).glob("*/*.jsonl")
    file.write_bytes(file.read_bytes()[:-20])
    done = run(judge, "stability", tmp_path)
    assert done.exit_code == 0
    assert ":3: ends in the middle of an exchange" in done.output
    assert "1 exchange; 1 judged" in done.output


# serve --replay


async def _asked(site: Site, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://127.0.0.1") as client:
        return [await client.request(method, path, **more) for method, path, more in requests]


def answers(document: Document, folder: Path, *requests: tuple[str, str, dict[str, Any]]) -> Any:
    site = Site(double((document,), Settings(replay=folder)))
    found = asyncio.run(_asked(site, *requests))
    return found, site.double.state.journal()


def balance(key: str = "another-key-2", **headers: str) -> tuple[str, str, dict[str, Any]]:
    sent = {"authorization": f"Bearer {key}", "accept": "application/json", **headers}
    return ("GET", "/v1/user/balance", {"headers": sent})


def test_recorded_answers_come_in_their_order_and_the_rest_from_the_document(
    document: Document, tmp_path: Path
) -> None:
    recorded(tmp_path, GOOD, EXTRA, replace(GOOD, end="upstream-broke", body=b"half"))
    asked = [balance(), balance(), balance(), balance(accept="*/*")]
    found, journal = answers(document, tmp_path, *asked)
    assert [each.json()["credits"] for each in found] == [12.5, 1, 1, 1000.0]
    assert found[1].headers["x-gateway"] == "7"
    assert [each["forced"] for each in journal] == ["replay", "replay", "replay", None]
    assert [each["operation"] for each in journal] == ["getBalance"] * 4


def test_a_form_is_known_again_whatever_its_boundary_and_order(document: Document, tmp_path: Path) -> None:
    request = httpx.Request("POST", "http://x", files={"prompt": (None, "a cat"), "seed": (None, "7")})
    flow = Flow(
        method="POST",
        url="https://up.test/v2beta/stable-image/generate/core",
        request_headers=(("Content-Type", request.headers["content-type"]), ("Accept", "image/*")),
        request_body=request.read(),
        status=200,
        headers=(("Content-Type", "image/png"), ("Transfer-Encoding", "chunked"), ("seed", "7")),
        body=b"\x89PNG recorded",
    )
    recorded(tmp_path, flow)

    def form(seed: str) -> tuple[str, str, dict[str, Any]]:
        headers = {"authorization": "Bearer sk-other", "accept": "image/*"}
        files = {"seed": (None, seed), "prompt": (None, "a cat")}
        return ("POST", "/sd/v2beta/stable-image/generate/core", {"headers": headers, "files": files})

    (same, other), journal = answers(document, tmp_path, form("7"), form("8"))
    assert same.content == b"\x89PNG recorded"
    assert same.headers["content-length"] == str(len(same.content))
    assert other.content.startswith(b"\x89PNG\r\n")
    assert journal[0]["fields"]["prompt"] == "a cat"


def test_the_control_surface_is_never_recorded(document: Document, tmp_path: Path) -> None:
    flow = replace(GOOD, url="https://up.test/_mock/health", base="", body=b"{}")
    found, _ = answers(document, recorded(tmp_path, flow), ("GET", "/_mock/health", {}))
    assert found[0].json() != {}


def test_a_replay_of_nothing_is_a_matter_of_usage(tmp_path: Path) -> None:
    done = run(serve, "stability", "--port", "0", "--replay", tmp_path)
    assert done.exit_code == 2
    assert "--replay: " in done.output


# spec learn


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("apis", "overlays"):
        shutil.copytree(HOME / folder, tmp_path / "home" / folder)
    return tmp_path / "home"


def test_what_is_learned_applies_and_then_nothing_lacks(tmp_path: Path, home: Path) -> None:
    flows = (GOOD, EXTRA, TEAPOT, replace(TEAPOT, body=b'{"error": null, "type": "x"}'), MORE, PAGE)
    made = home / "overlays" / "stability.learned.yaml"
    done = run(learn, "stability", recorded(tmp_path / "traffic", *flows), "-o", made)
    assert done.exit_code == 0, done.output
    assert "6 exchanges: 1 status, 1 media type, 1 header, 1 field that stability lacks" in done.output
    value = yaml.safe_load(made.read_text())
    assert value["overlay"] == "1.0.0"
    assert "seen 3 times in recorded traffic, 2026-09-21, at getBalance" in made.read_text()
    assert KEY not in made.read_text()
    shutil.copytree(HOME / "claims", home / "claims")
    linted = run(lint, "stability.learned", "--home", home)
    assert linted.exit_code == 0, linted.output
    learned = Library(home).load("stability.learned")
    assert "observed_418" in learned.operations["getBalance"].outcomes
    error = learned.raw["paths"]["/v1/user/balance"]["get"]["responses"]["418"]["content"]["application/json"]
    assert error["schema"]["properties"] == {
        "error": {"type": ["null", "string"]},
        "type": {"type": ["integer", "string"]},
    }
    trial = TrafficJudge((replace(load("stability"), document=learned),))
    found = {name for flow in flows for name, _ in trial.judge(flow).messages}
    assert found <= {"stability.getBalance.answer.no-leak"}


def test_what_a_vendors_traffic_shows_extends_its_family(tmp_path: Path, home: Path) -> None:
    shutil.copytree(HOME / "vendors", home / "vendors")
    made = home / "overlays" / "stability.learned.yaml"
    done = run(learn, "gptnb", recorded(tmp_path / "traffic", ULTRA), "-o", made)
    assert done.exit_code == 0, done.output
    assert yaml.safe_load(made.read_text())["extends"] == "../apis/stability.yaml"
    learned = Library(home).load("gptnb.learned")
    assert "418" in learned.raw["paths"]["/v2beta/stable-image/generate/ultra"]["post"]["responses"]
    shutil.copytree(HOME / "claims", home / "claims")
    linted = run(lint, "gptnb.learned", "--home", home)
    assert linted.exit_code == 0, linted.output


def test_each_family_that_a_vendor_sells_has_an_overlay_of_its_own(tmp_path: Path) -> None:
    sent = ("https://up.test/flux/v1/get_result?id=a", "https://up.test/sd/v1/user/balance")
    flows = [replace(TEAPOT, url=url, base="") for url in sent]
    done = run(learn, "gptnb", recorded(tmp_path / "traffic", *flows), "-o", tmp_path / "made.yaml")
    assert done.exit_code == 0, done.output
    extended = {path.name: yaml.safe_load(path.read_text())["extends"] for path in tmp_path.glob("made*")}
    assert extended == {
        "made.gptnb.yaml": "../apis/stability.yaml",
        "made.gptnb.flux.yaml": "../apis/flux.yaml",
    }


def test_nothing_to_learn_writes_nothing(tmp_path: Path) -> None:
    made = tmp_path / "made.yaml"
    done = run(learn, "stability", recorded(tmp_path / "traffic", GOOD), "-o", made)
    assert (done.exit_code, made.exists()) == (0, False)
    assert "1 exchange: nothing that stability lacks" in done.output


def test_spec_has_the_command() -> None:
    from proofsheet.command import main

    done = run(main, "spec", "learn", "--help")
    assert done.exit_code == 0
    assert "proofsheet spec learn stability traffic" in done.output


def test_a_check_that_fails_ends_with_its_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    from proofsheet.contracts.recorded import traffic_judge

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError("oh")

    made = traffic_judge.TrafficJudge((load("stability"),))
    with monkeypatch.context() as patched:
        patched.setitem(traffic_judge.CHECKS, "no-5xx", fails)
        assert made.judge(GOOD).unjudged == "the judge failed: ZeroDivisionError: oh"
    assert made.judge(GOOD).unjudged == ""


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    done = run(judge, "stability", recorded(tmp_path, GOOD), "--report", "/dev/full/x")
    assert done.exit_code == 3
    assert "Error: " in done.output


# credentials that only the document knows to be some


@pytest.fixture
def secured(document: Document) -> Document:
    """The document with a header and a parameter for its credentials whose names do not tell that."""
    schemes = {
        "studio": {"type": "apiKey", "in": "header", "name": "X-Studio"},
        "app": {"type": "apiKey", "in": "query", "name": "appId"},
    }
    security = tuple(security_requirements(schemes, [{"studio": [], "app": []}]))
    known = {name: replace(each, security=security) for name, each in document.operations.items()}
    return replace(document, operations=known)


HIDDEN = ("studio-secret-1", "app-secret-22")
SECURED = replace(
    GOOD,
    url=f"{GOOD.url}?appId={HIDDEN[1]}",
    request_headers=(("X-Studio", HIDDEN[0]), ("Accept", "application/json")),
    status=418,
    body=json.dumps({"you": "sent", "studio": HIDDEN[0]}).encode(),
)


def test_no_report_no_page_and_no_recording_shows_what_only_the_document_calls_a_credential(
    secured: Document, tmp_path: Path
) -> None:
    traffic_judge = TrafficJudge((Source(secured),))
    report = TrafficReport(traffic_judge, "https://up.test/sd", tmp_path / "report.jsonl")
    dashboard = Dashboard(traffic_judge, report, "up", lambda text: None)
    dashboard.add(SECURED)
    report.close(interrupted=False)
    recorder = Recorder(tmp_path / "kept", "https://up.test/sd", credential_fields=secured.credential_fields)
    recorder.record(SECURED)
    recorder.close()
    written = [path.read_text() for path in tmp_path.rglob("*.jsonl")]
    written += [json.dumps(dashboard.shown()), har_text([SECURED], secured.credential_fields)]
    assert len(written) == 4
    for text in written:
        assert "getBalance" in text or "user/balance" in text
        assert not any(secret in text for secret in HIDDEN)


def test_a_recording_is_known_again_whatever_stands_where_the_document_has_credentials(
    secured: Document, tmp_path: Path
) -> None:
    recorder = Recorder(tmp_path, "https://up.test/sd", credential_fields=secured.credential_fields)
    recorder.record(SECURED)
    recorder.close()
    other = ("GET", "/v1/user/balance?appId=another-secret", {"headers": {"accept": "application/json"}})
    (found,), _ = answers(secured, tmp_path, other)
    assert found.status_code == 418
