"""What an operator sees of a server: its metrics in a real Prometheus, a line for each request, spans.

One server of two workers is watched in every way at once; nothing of it is there where nobody asks.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from ports import reserved
from waiting import PATIENCE, wait_until
from wire import ROOT, Process, run

MINIATURE = ROOT / "tests" / "miniature"
OPTIONS = ("miniature", "tasks", "streams", "--spec", str(MINIATURE), "--workers", "2", "--rate-limit", "off")
WATCHED = ("--metrics", "--log", "json", "--traces", "otlp")
DASHBOARD = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
KEY = "sk-of-an-operator"
CONFIGURATION = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs: [{{job_name: proofsheet, static_configs: [{{targets: ["{target}"]}}]}}]
"""
TASK = {"x-key": KEY, "x-task-key": KEY}


class Collector(http.server.ThreadingHTTPServer):
    """What takes spans in, as OpenTelemetry's collector does over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.spans: list[Any] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def named(self, name: str) -> list[Any]:
        return [each for each in self.spans if each.name == name]


class _Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            import gzip

            sent = gzip.decompress(sent)
        assert isinstance(self.server, Collector)
        for resource in ExportTraceServiceRequest.FromString(sent).resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing of it is of interest."""


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as made:
        yield made
        made.shutdown()


@pytest.fixture(scope="module")
def watched(collector: Collector) -> Iterator[Process]:
    """A server of two workers whose first calls have been made: a task, two refusals, a path that is none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")  # milliseconds
        with Process(*OPTIONS, *WATCHED, documents=()) as server:
            server.rounds = 0  # type: ignore[attr-defined]
            calls(server)
            yield server


def calls(server: Any) -> None:
    """What is counted in each round, of which the server's `rounds` tells how many there were."""
    named = {**TASK, "traceparent": f"00-{TRACE}-{PARENT}-01"}
    assert post(server, "/draw", named, json={"prompt": "a cat"}) == 200
    assert post(server, "/draw", TASK, json={"prompt": 7}) == 400
    assert post(server, "/tasks", TASK, json={"prompt": "a cat"}) == 200
    assert post(server, "/nowhere%0a2026-11-15T12:00:00Z%20GET%20/forged%20200?key=sk-secret", {}) == 404
    server.rounds += 1


def post(server: Process, path: str, headers: dict[str, str], **options: Any) -> int:
    return server.request("POST", path, headers={"authorization": None, **headers}, **options).status_code


def shown(server: Process) -> str:
    url = f"http://{server.host}:{server.port}/metrics"
    answer = httpx.get(url, headers={"host": "metrics.example"}, timeout=PATIENCE)
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def value(page: str, name: str, **labels: str) -> float:
    """The sum of what a page says of a metric with such labels."""
    found = 0.0
    for line in page.splitlines():
        metric, _, number = line.rpartition(" ")
        if metric.partition("{")[0] == name and all(
            f'{key}="{each}"' in metric for key, each in labels.items()
        ):
            found += float(number)
    return found


# metrics


def test_whichever_worker_is_asked_tells_of_all(watched: Process) -> None:
    def counted() -> int:
        return int(value(shown(watched), "proofsheet_requests_total", operation="balance"))

    for _ in range(8):  # over connections of their own, so that both workers are met
        httpx.get(f"http://{watched.host}:{watched.port}/balance", headers=TASK, timeout=PATIENCE)
    wait_until(lambda: counted() == 8)  # a request is counted when it has ended
    assert {counted() for _ in range(8)} == {8}


def test_requests_credits_phases_tasks_and_the_journal(watched: Process) -> None:
    draw = {"family": "tasks", "document": "tasks", "operation": "draw"}
    kinds: list[tuple[str, dict[str, str], float]] = [
        ("proofsheet_requests_total", {**draw, "outcome": "submitted", "status": "200"}, 1),
        ("proofsheet_requests_total", {**draw, "status": "400"}, 1),
        ("proofsheet_requests_total", {"operation": "unknown", "status": "404"}, 1),
        ("proofsheet_credits_total", {**draw, "state": "held"}, 4),
        ("proofsheet_request_seconds_count", draw, 2),
        *[("proofsheet_phase_seconds_count", {**draw, "phase": each}, 2.0) for each in ("gates", "drawing")],
        ("proofsheet_tasks", {"document": "tasks"}, 1),
    ]

    def now() -> list[float]:
        page = shown(watched)
        return [value(page, name, **labels) for name, labels, _ in kinds]

    calls(watched)
    expected = [watched.rounds * each for _, _, each in kinds]  # type: ignore[attr-defined]
    wait_until(lambda: now() == expected)  # a request is counted when it has ended
    assert value(shown(watched), "proofsheet_journal_entries") >= 4
    assert value(shown(watched), "proofsheet_state_up") == 1
    assert KEY not in shown(watched)


class Prometheus:
    """Debian's Prometheus, which scrapes a server once a second."""

    def __init__(self, folder: Path, target: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        (folder / "prometheus.yml").write_text(CONFIGURATION.format(target=target))
        command = [
            "prometheus",
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
        ]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, query: str) -> list[Any]:
        """What a query finds; nothing while it does not answer. A query that it cannot read fails."""
        try:
            answer = httpx.get(f"{self.url}/api/v1/query", params={"query": query}, timeout=PATIENCE).json()
        except (httpx.HTTPError, ValueError):
            return []
        assert answer["status"] == "success", (query, answer)
        found: list[Any] = answer["data"]["result"]
        return found

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def prometheus(watched: Process, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    if not shutil.which("prometheus"):
        assert os.environ.get("PROOFSHEET_PROMETHEUS") != "required", "there is no prometheus here"
        pytest.skip("there is no prometheus here: apt-get install prometheus")
    with reserved() as port:
        made = Prometheus(tmp_path_factory.mktemp("prometheus"), f"{watched.host}:{watched.port}", port)
        yield made
        made.stop()


def test_every_query_of_the_dashboard_finds_something(watched: Process, prometheus: Prometheus) -> None:
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    assert len(queries) > 10
    variables = {"$__rate_interval": "1m", "$document": ".*"}
    assert {each for query in queries for each in re.findall(r"\$\w+", query)} == set(variables)
    missing = []
    for query in queries:
        for name, stands_for in variables.items():
            query = query.replace(name, stands_for)
        missing.append(query)

    scrapes: list[list[str]] = [[]]

    def found(query: str) -> bool:
        return any(each["value"][1] != "NaN" for each in prometheus.ask(query))

    def all_found() -> bool:
        scraped = [each["value"][1] for each in prometheus.ask("count_over_time(proofsheet_build_info[1m])")]
        if scraped == scrapes[-1]:
            return False
        scrapes.append(scraped)
        calls(watched)  # a rate needs two values that differ
        missing[:] = [query for query in missing if not found(query)]
        return not missing

    wait_until(all_found)
    name = DASHBOARD["templating"]["list"][1]["query"]["query"]
    labels = httpx.get(f"{prometheus.url}/api/v1/label/document/values", timeout=PATIENCE).json()["data"]
    assert name == "label_values(proofsheet_requests_total, document)"
    assert {"tasks", "miniature"} & set(labels)


# log


def lines(server: Process, **members: Any) -> list[dict[str, Any]]:
    found = [json.loads(each) for each in list(server.errors) if each.startswith("{")]
    return [each for each in found if all(each.get(name) == value for name, value in members.items())]


def test_a_line_for_each_request(watched: Process) -> None:
    (line,) = wait_until(lambda: lines(watched, trace=TRACE)[:1])
    assert line.items() >= {"method": "POST", "path": "/draw", "status": 200, "outcome": "submitted"}.items()
    assert line["document"] == "tasks"
    assert line["operation"] == "draw"
    assert re.fullmatch(r"key-[0-9a-f]{10}", line["key"])
    assert set(line["phases"]) == {"reading", "gates", "drawing", "writing"}


def test_nothing_that_a_client_sends_makes_a_line_or_shows_a_key(watched: Process) -> None:
    wait_until(lambda: lines(watched, status=404))
    assert not [each for each in watched.errors if not each.startswith("{")]
    assert KEY not in "".join(watched.errors)
    assert "sk-secret" not in "".join(watched.errors)


def test_a_line_of_text() -> None:
    with Process(*OPTIONS[:-4], "--log", "text", documents=()) as server:
        server.rounds = 0  # type: ignore[attr-defined]
        calls(server)
        (hostile,) = wait_until(lambda: [each for each in server.errors if "/nowhere" in each])
        assert "/nowhere\\u{a}2026-11-15T12:00:00Z\\u{20}GET\\u{20}/forged\\u{20}200 404 " in hostile
        (drawn,) = [each for each in server.errors if " 200 submitted " in each and TRACE in each]
        assert "POST /draw" in drawn
        assert "operation=draw" in drawn
        asked = httpx.get(f"http://{server.host}:{server.port}/metrics", timeout=PATIENCE)
        assert asked.status_code == 404, "nobody wanted metrics"


# traces


def test_a_span_in_the_client_s_trace_and_one_for_each_phase(watched: Process, collector: Collector) -> None:
    def ours() -> list[Any]:
        return [each for each in collector.named("POST /draw") if each.trace_id.hex() == TRACE]

    span = wait_until(ours)[0]
    assert span.parent_span_id.hex() == PARENT
    said = {each.key: each.value for each in span.attributes}
    assert said["http.response.status_code"].int_value == 200
    assert said["proofsheet.outcome"].string_value == "submitted"
    wait_until(lambda: [each for each in collector.spans if each.parent_span_id == span.span_id][3:])
    inner = [each for each in collector.spans if each.parent_span_id == span.span_id]
    assert {each.name for each in inner} == {"reading", "gates", "drawing", "writing"}
    for each in inner:
        assert span.start_time_unix_nano <= each.start_time_unix_nano <= each.end_time_unix_nano
        assert each.end_time_unix_nano <= span.end_time_unix_nano
    assert KEY not in str(collector.spans)


def test_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text("import sys\nsys.modules['prometheus_client'] = None\n")
    said = subprocess.run(
        ["env", f"PYTHONPATH={tmp_path}", *_command(), "--metrics", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert said.returncode == 2
    assert "--metrics: its package is missing: pip install 'proofsheet[metrics]'" in said.stderr


def _command() -> list[str]:
    import sys

    return [sys.executable, "-P", "-m", "proofsheet.mockserver", "miniature", "--spec", str(MINIATURE)]


def test_a_format_that_is_none() -> None:
    ended = run("--log", "xml")
    assert ended.returncode == 2
    assert "'xml' is not one of 'text', 'json'" in ended.stderr
