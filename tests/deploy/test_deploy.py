"""What is shipped to run it: each command, script and configuration is run here, without Docker."""

from __future__ import annotations

import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import yaml
from ports import reserved
from report_files import KEPT, report
from waiting import PATIENCE, wait_until

from proofsheet.mockserver.cli import serve
from proofsheet.spec.cli import spec_group

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DOCKERFILE = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
ADMIN = "an-admin-key-of-tests"


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.+)$", DOCKERFILE, re.MULTILINE)


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PROOFSHEET_", "MAKE", "MFLAGS"))
    }
    return {**kept, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **more}


def stop(process: subprocess.Popen[Any]) -> int:
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(PATIENCE)
    finally:
        process.kill()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


# the image


def test_what_is_copied_is_there_and_let_through() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    assert all((ROOT / each).exists() for each in let_through)
    packages = re.findall(
        r'^"proofsheet[.\w]*" = "(\w+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert {*packages, "requirements/run.txt", "pyproject.toml", "README.md"} <= let_through
    copied = [shlex.split(each)[0] for each in instructions("COPY") if not each.startswith("--from")]
    assert set(copied) == {"requirements/run.txt", "."}
    stages = re.findall(r"--from=(\w+)", DOCKERFILE)
    assert stages == re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.MULTILINE)


def test_its_steps_are_shell(tmp_path: Path) -> None:
    steps = [re.sub(r"--mount=\S+\s+", "", each) for each in instructions("RUN")]
    assert len(steps) == 2
    for each in steps:
        assert subprocess.run(["sh", "-n", "-c", each], timeout=PATIENCE).returncode == 0
    for wanted in re.findall(r"-m (\w+)", " ".join(steps)):
        assert wanted in ("venv", "pip", "compileall")


def test_its_command_serves_where_nothing_can_be_written_and_is_healthy() -> None:
    """Its user and a read-only root mean that no file can be written: here none may have a byte."""
    assert instructions("USER") == ["10001:10001"]
    given = dict(each.split("=", 1) for each in instructions("ENV")[0].split() if "=" in each)
    given.pop("PATH")
    command = [
        *json.loads(instructions("ENTRYPOINT")[0]),
        *json.loads(re.findall(r"^CMD (.+)$", DOCKERFILE, re.M)[0]),
    ]
    check = json.loads(re.search(r"HEALTHCHECK .*?CMD (\[.+\])", DOCKERFILE)[1])  # type: ignore[index]
    with reserved() as port:
        own = environment(**given, PROOFSHEET_SERVE_PORT=str(port), PROOFSHEET_SERVE_ADMIN_KEY=ADMIN)
        check = [each.replace("4010", str(port)) for each in check]
        asked = subprocess.run(check, env=own, capture_output=True, timeout=PATIENCE)
        assert asked.returncode != 0, "nobody is healthy who is not there"
        server = subprocess.Popen(
            [*command, "openai-audio"],
            cwd="/",
            env=own,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        )
        try:
            wait_until(lambda: server.poll() is not None or answers(f"http://127.0.0.1:{port}/readyz"))
            assert subprocess.run(check, env=own, capture_output=True, timeout=PATIENCE).returncode == 0
            spoken = httpx.post(
                f"http://127.0.0.1:{port}/v1/audio/speech",
                json={"model": "tts-1", "input": "Hello.", "voice": "alloy"},
                headers={"authorization": "Bearer sk-test"},
                timeout=PATIENCE,
            )
            assert spoken.status_code == 200, spoken.text
            refused = httpx.get(f"http://127.0.0.1:{port}/_mock/", timeout=PATIENCE)
            assert refused.status_code == 401
        finally:
            code = stop(server)
        assert code == 0


# compose, nginx, Prometheus, the chart's command


def test_compose_gives_options_that_there_are_and_files_that_exist() -> None:
    services = COMPOSE["services"]
    replicas = [each for name, each in services.items() if name.startswith("replica")]
    assert len(replicas) == 3
    for each in replicas:
        assert each["command"][0] == "serve"
        chosen = serve.make_context("serve", each["command"][1:]).params
        assert chosen["state"].startswith("redis://redis:")
        assert chosen["metrics"]
        assert each["read_only"]
    for each in services.values():
        sources = [volume.split(":")[0] for volume in each.get("volumes", ()) if volume.startswith("./")]
        assert all((ROOT / source).is_file() for source in sources)
        known = {*services, *COMPOSE["volumes"]}
        assert set(each.get("depends_on", ())) <= known
    targets = re.findall(r"replica-\d:4010", (ROOT / "deploy/prometheus.yml").read_text())
    assert targets == [f"{name}:4010" for name in services if name.startswith("replica")]


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with reserved() as port:
        command = [str(BIN / "proofsheet"), "serve", "openai-audio", "--no-warm", "--port", str(port)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
            yield f"127.0.0.1:{port}"
        finally:
            stop(process)


def test_the_balancer_s_configuration_serves(mock: str, tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        pytest.skip("there is no nginx here: apt-get install nginx-light")
    text = (ROOT / "deploy/nginx.conf").read_text()
    assert set(re.findall(r"server (replica-\d:4010)", text)) == {f"replica-{n}:4010" for n in (1, 2, 3)}
    with reserved() as port:
        text = re.sub(r"replica-\d:4010", mock, text).replace("/tmp/", f"{tmp_path}/")
        text = text.replace("listen 4010", f"listen 127.0.0.1:{port}")
        (tmp_path / "nginx.conf").write_text(text)
        options = ["-c", f"{tmp_path}/nginx.conf", "-p", str(tmp_path), "-e", f"{tmp_path}/error.log"]
        process = subprocess.Popen([nginx, *options, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: process.poll() is not None or answers(f"{url}/readyz"))
            said = {"model": "tts-1", "input": "Hello.", "voice": "alloy"}
            spoken = httpx.post(
                f"{url}/v1/audio/speech",
                json=said,
                headers={"authorization": "Bearer sk-one"},
                timeout=PATIENCE,
            )
            assert spoken.status_code == 200, spoken.text
        finally:
            stop(process)


def test_prometheus_takes_its_configuration() -> None:
    if not shutil.which("promtool"):
        pytest.skip("there is no promtool here: apt-get install prometheus")
    command = ["promtool", "check", "config", "--syntax-only", str(ROOT / "deploy/prometheus.yml")]
    made = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert made.returncode == 0, made.stderr


def test_the_chart_gives_options_that_there_are() -> None:
    text = (ROOT / "deploy/helm/proofsheet/templates/deployment.yaml").read_text()
    options = re.findall(r"^ +- (--[a-z-]+)", text, re.MULTILINE)
    variables = re.findall(r"name: (PROOFSHEET_SERVE_\w+)", text)
    known = {name: each for each in serve.params if isinstance(each, click.Option) for name in each.opts}
    assert set(options) == {"--workers", "--metrics", "--log"} <= set(known)
    assert {f"--{each[17:].lower().replace('_', '-')}" for each in variables} == {"--admin-key", "--state"}
    chart = yaml.safe_load((ROOT / "deploy/helm/proofsheet/Chart.yaml").read_text())
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    assert chart["appVersion"] == version[1]


# CI


def test_the_action_starts_a_server_for_the_steps_that_follow(tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    install, start, drift = action["runs"]["steps"]
    assert install["run"] == 'python3 -m pip install --quiet "$GITHUB_ACTION_PATH"'
    used = re.findall(r"inputs\.([\w-]+)", f"{start['env']} {drift['env']}")
    assert set(used) == set(action["inputs"])
    assert (start["if"], drift["if"]) == ("inputs.drift == ''", "inputs.drift != ''")
    with reserved() as port:
        given = {
            "PROOFSHEET_PORT": str(port),
            "NAMES": "openai-audio",
            "ARGS": "--credits 7 --keys $(touch${IFS}pwned)",
        }
        steps = tmp_path / "steps.env"
        own = environment(**given, GITHUB_ACTION_PATH=str(ROOT), GITHUB_ENV=str(steps))
        command = ["bash", "-e", "-o", "pipefail", "-c", start["run"]]
        made = subprocess.run(
            command, env=own, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
        )
        assert made.returncode == 0, made.stderr
        told = dict(line.split("=", 1) for line in steps.read_text().splitlines())
        try:
            assert told["PROOFSHEET_URL"] == f"http://127.0.0.1:{port}"
            wait_until(lambda: answers(f"{told['PROOFSHEET_URL']}/_mock/health"))
            assert not (tmp_path / "pwned").exists(), "an input is no command"
        finally:
            os.kill(int(told["PROOFSHEET_PID"]), signal.SIGTERM)
        wait_until(lambda: not answers(f"{told['PROOFSHEET_URL']}/readyz"))


def test_the_action_says_what_drifted_and_fails_where_it_is_worse(tmp_path: Path) -> None:
    *_, step = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    report(tmp_path / "old.jsonl")
    report(tmp_path / "new.jsonl", {**KEPT, "key.wrong": "failed"})
    summary = tmp_path / "summary.md"
    for words, code in (
        ("old.jsonl new.jsonl", 1),
        ("new.jsonl old.jsonl $(touch${IFS}pwned)", 2),
        ("old.jsonl old.jsonl", 0),
    ):
        own = environment(WORDS=words, GITHUB_STEP_SUMMARY=str(summary))
        command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, env=own, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == code, done.stderr
    assert "1 new finding" in summary.read_text()
    assert [each.name for each in tmp_path.glob("pwned")] == []


def test_a_server_that_does_not_start_fails_the_job_and_says_why(tmp_path: Path) -> None:
    command = [str(ROOT / "deploy/ci/start.sh"), "stabilty"]
    made = subprocess.run(
        command, env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
    )
    assert made.returncode == 1
    assert "did you mean 'stability'" in made.stderr


def test_gitlab_s_script_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs/deploy.md").read_text(), re.M | re.S)
    (job,) = (found["test"] for found in map(yaml.safe_load, blocks) if "test" in found)
    install, *lines = job["script"]
    assert install == "pip install --quiet proofsheet"
    (tmp_path / "Makefile").write_text("test:\n\t@curl -sS --fail $$PROOFSHEET_URL/_mock/health\n")
    with reserved() as port:
        serving = lines[0].replace("stability", f"openai-audio --port {port}")
        script = "\n".join([serving, "pid=$!", *lines[1:], "kill $pid"]).replace("4010", str(port))
        made = subprocess.run(
            ["sh", "-e", "-c", script],
            env=environment(),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["ok"]


def test_the_hooks_of_pre_commit_run(tmp_path: Path) -> None:
    hooks = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    named = re.findall(r"id: (proofsheet-[a-z-]+)", (ROOT / "docs/deploy.md").read_text())
    assert set(named) == set(hooks)
    (tmp_path / "proofsheet.toml").write_text("[serve]\ncredit = 5\n")
    entry = shlex.split(hooks["proofsheet-config"]["entry"])
    made = subprocess.run(
        entry, env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE
    )
    assert made.returncode != 0
    assert "did you mean credits" in made.stderr
    (tmp_path / "proofsheet.toml").write_text("[serve]\ncredits = 5\n")
    assert (
        subprocess.run(
            entry, env=environment(), cwd=tmp_path, capture_output=True, timeout=PATIENCE
        ).returncode
        == 0
    )
    command = spec_group.commands["lint"]
    assert hooks["proofsheet-spec-lint"]["entry"] == "proofsheet spec lint"
    assert command.make_context("lint", ["--home", str(ROOT / "tests/miniature")]).params["home"]
