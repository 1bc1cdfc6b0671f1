"""The plugin in projects of users, run as they run it: pytest in a process of its own, on a folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from waiting import has_ended, wait_until

from proofsheet.testing_client import Mock, Server

BIN = Path(sys.executable).parent
Run = Callable[..., "subprocess.CompletedProcess[str]"]

CONFIG = """\
[pytest]
filterwarnings = error
addopts = -p no:cacheprovider
"""
APP = '''
import json
import os
import urllib.request

def call(mock, prompt="a cat", accept="application/json"):
    """What an app does, with the standard library."""
    body = f'--x\\r\\nContent-Disposition: form-data; name="prompt"\\r\\n\\r\\n{prompt}\\r\\n--x--\\r\\n'
    headers = {**mock.headers, "content-type": "multipart/form-data; boundary=x", "accept": accept}
    url = mock.url + "/v2beta/stable-image/generate/sd3"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, body.encode(), headers), timeout=500) as answer:
        return json.load(answer)
'''


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs pytest on a project that holds `source` as its one test file."""

    def run(
        source: str, *options: str, command: tuple[str, ...] = (), found: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        if not found:  # named instead of found among all that is installed: seconds less for each run
            environment = {**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            options = ("-p", "proofsheet", *options)
        (tmp_path / "pytest.ini").write_text(CONFIG)
        (tmp_path / "test_app.py").write_text(APP + source)
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST", "PROOF", "CI"))
        }
        return subprocess.run(
            [*(command or (sys.executable, "-m", "pytest")), *options],
            cwd=tmp_path,
            env={**kept, **environment},
            capture_output=True,
            text=True,
            timeout=500,
        )

    return run


PASSING = """
def test_app(proofsheet_mock):
    assert call(proofsheet_mock)["finish_reason"] == "SUCCESS"
    proofsheet_mock.verify(operation="generateSd3", status=200, fields={"prompt": "a cat"}, count=1)
"""


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ((str(BIN / "pytest"),), {"found": True}),
        ((sys.executable, "-m", "pytest"), {}),
        ((str(BIN / "pytest"),), {"PYTHONPATH": "."}),
    ],
    ids=["pytest", "python -m pytest", "PYTHONPATH=."],
)
def test_folders_of_our_names_are_not_in_the_way(
    run: Run, tmp_path: Path, command: tuple[str, ...], options: dict[str, Any]
) -> None:
    for name in ("spec", "mockserver", "contracts"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise ImportError('the project\\'s own {name}')\n")
    made = run(PASSING, "-q", command=command, **options)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "1 passed" in made.stdout


def test_the_projects_own_folders_are_importable(run: Run, tmp_path: Path) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "__init__.py").write_text("OWN = True\n")
    made = run("import spec\n" + PASSING + "    assert spec.OWN\n", "-q", PYTHONPATH=str(tmp_path))
    assert made.returncode == 0, made.stdout + made.stderr


FAILING = """
def test_app(proofsheet_server, proofsheet_mock):
    print("pid", proofsheet_server._process.pid)
    proofsheet_mock.force(outcome="payment_required")
    try:
        call(proofsheet_mock)
    except urllib.error.HTTPError as error:
        error.close()
    call(proofsheet_mock)
    proofsheet_mock.verify(operation="generateSd3", fields={"prompt": "a dog"})

def test_other(proofsheet_mock):
    assert not "my app did nothing"

def test_expected(proofsheet_mock):
    call(proofsheet_mock)
"""


def test_a_failed_test_shows_its_calls_and_the_server_is_gone_afterwards(run: Run) -> None:
    made = run(FAILING)
    out = made.stdout
    assert made.returncode == 1, out
    assert "expected at least 1 of 2 calls to match {'operation': 'generateSd3'" in out
    assert "fields.prompt: expected 'a dog', was 'a cat'" in out
    assert len(re.findall(r"-+ proofsheet journal -+", out)) == 2
    path = "/v2beta/stable-image/generate/sd3"
    assert re.search(
        rf"#1 POST {path} -> 402 payment_required, by schedule: \S.*\n#2 POST {path} -> 200", out
    )
    assert "No call came with this test's key" in out
    assert "proofsheet.testing_client.py" not in out.split("FAILED")[0].split("closest")[0], (
        "our own frames are hidden"
    )
    assert _is_gone(out)


def _is_gone(out: str) -> bool:
    """Whether the process whose id was printed has ended."""
    found = re.search(r"pid (\d+)", out)
    assert found, out
    return has_ended(int(found[1]))


@pytest.mark.parametrize("options", [(), ("-x",)], ids=["passed", "interrupted"])
def test_the_server_ends_with_the_session(run: Run, options: tuple[str, ...]) -> None:
    end = "    raise KeyboardInterrupt\n" if options else ""
    source = "def test_app(proofsheet_server):\n    print('pid', proofsheet_server._process.pid)\n"
    made = run(source + end, "-s", *options)
    assert made.returncode == (2 if options else 0), made.stdout + made.stderr
    assert _is_gone(made.stdout)


def test_the_server_ends_with_a_run_that_is_killed(run: Run) -> None:
    source = """
def test_app(proofsheet_server):
    print("pid", proofsheet_server._process.pid, flush=True)
    os._exit(9)
"""
    made = run(source, "-s")
    assert made.returncode == 9
    wait_until(lambda: _is_gone(made.stdout))


def test_a_server_that_does_not_start_says_why(run: Run) -> None:
    made = run(PASSING, "--proofsheet-names", "stabilty", "--proofsheet-args", "--credits 5")
    assert made.returncode == 1
    assert "proofsheet: the server ended with exit code 2 before it was ready" in made.stdout
    assert made.stdout.count("before it was ready") == 1
    assert "-m proofsheet.mockserver --no-warm stabilty --credits 5 --host 127.0.0.1 --port 0" in made.stdout
    assert "stabilty" in made.stdout.split("--port 0")[1], "what the server said"
    assert "Traceback" not in made.stdout


def test_a_server_that_dies_is_reported(run: Run) -> None:
    source = """
def test_app(proofsheet_server, proofsheet_mock):
    proofsheet_server._process.kill()
    proofsheet_server._process.wait()
    call(proofsheet_mock)
"""
    made = run(source)
    assert made.returncode == 1
    assert re.search(r"proofsheet journal -+\nIt cannot be read: .*refused", made.stdout), made.stdout
    assert "the server ended before the tests did" in made.stdout


def test_options_of_the_ini_file_and_the_command_line(run: Run, tmp_path: Path) -> None:
    source = """
def test_credits(proofsheet_mock):
    assert proofsheet_mock.balance == float(os.environ["EXPECTED"])

def test_names(proofsheet_server):
    from proofsheet.testing_client import control
    documents = json.loads(control(proofsheet_server.url, "GET", "/health"))["documents"]
    parts = ["stability-audio", "stability-video"]
    assert [each["name"] for each in documents] == ["stability.pages-2024", *parts]
"""
    ini = (
        "-o",
        "proofsheet_names=stability.pages-2024",
        "-o",
        "proofsheet_args=--credits 5 --rate-limit off",
    )
    made = run(source, *ini, EXPECTED="5")
    assert made.returncode == 0, made.stdout
    made = run(source, *ini, "--proofsheet-args=--credits 7", EXPECTED="7")
    assert made.returncode == 0, made.stdout


def test_the_same_test_has_the_same_pictures_with_a_seed(run: Run, tmp_path: Path) -> None:
    source = """
def test_app(proofsheet_mock):
    with open("seeds", "a") as file:
        print([call(proofsheet_mock)["seed"], call(proofsheet_mock)["seed"]], file=file)
"""
    for _ in range(2):
        assert run(source, "--proofsheet-args", "--seed 7").returncode == 0
    first, second = (tmp_path / "seeds").read_text().splitlines()
    assert first == second


def test_a_plugin_that_is_not_used_costs_nothing(run: Run) -> None:
    source = """
import sys

def test_app(request):
    assert request.config.pluginmanager.hasplugin("proofsheet")
    ours = [name for name in sys.modules if name.startswith("proofsheet")]
    assert ours == ["proofsheet", "proofsheet.pytest_plugin"]
"""
    made = run(source)
    assert made.returncode == 0, made.stdout


def test_a_running_server_is_used_and_left_running(run: Run, proofsheet_server: Server) -> None:
    source = """
def test_app(proofsheet_mock):
    assert proofsheet_mock.url == os.environ["PROOFSHEET_URL"]
    call(proofsheet_mock)
    proofsheet_mock.force(code=500, times=9)
    print("key", proofsheet_mock.key)
"""
    keys = []
    for _ in range(2):
        made = run(source, "-s", PROOFSHEET_URL=proofsheet_server.url)
        assert made.returncode == 0, made.stdout
        keys += re.findall(r"key (\S+)", made.stdout)
    assert len(set(keys)) == 2, "two runs that share a server do not meet"
    assert [len(Mock(proofsheet_server.url, key).journal()) for key in keys] == [1, 1]
    assert b'"scheduled": []' in _control(proofsheet_server, "/schedule"), "nothing is left behind"


def _control(server: Server, path: str) -> bytes:
    from proofsheet.testing_client import control

    return control(server.url, "GET", path)


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server that is no double and says yes to everything."""

    class Yes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"yes")

        def log_message(self, *arguments: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Yes) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_that_is_no_double_is_refused(run: Run, stranger: str) -> None:
    made = run(PASSING, PROOFSHEET_URL=stranger)
    assert f"PROOFSHEET_URL: no double answers at {stranger}" in made.stdout
    assert made.returncode == 1
