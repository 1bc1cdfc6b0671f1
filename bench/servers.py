"""How each server of the bench is started: ours, and each peer in its fastest fair setting."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from bench.common import HERE, ROOT, WORK, NotMeasured, Settings
from bench.install import module, node
from bench.processes import Command
from bench.traffic import PATH

LOCAL = "127.0.0.1"
BUNDLE = ROOT / "spec/apis/stability.yaml"
SMALL = HERE / "prism.yaml"


def ours(settings: Settings, *, workers: int = 1) -> Command:
    more = ("--workers", str(workers)) if workers > 1 else ()
    return Command(f"ours, {workers} worker{'s' if workers > 1 else ''}", settings.ours + more)


def bare(picture: bytes, *, workers: int = 1) -> Command:
    """A Starlette app that parses the form and answers constant bytes, as bare as can be."""
    options = ("--host", LOCAL, "--port", "{port}", "--loop", "uvloop", "--http", "httptools")
    quiet = ("--no-access-log", "--log-level", "warning", "--app-dir", str(HERE))
    argv = (sys.executable, "-P", "-m", "uvicorn", "bare:app", "--workers", str(workers), *options, *quiet)
    name = "bare Starlette" if workers == 1 else f"bare Starlette, {workers} workers"
    return Command(name, argv, (("BENCH_PICTURE", str(_saved(picture))),))


def prism(document: Path) -> Command:
    """-v silent: every lower level writes two lines for each refused request, and costs 2.5 x."""
    argv = (node(), str(module("@stoplight/prism-cli", "dist/index.js")), "mock", "-v", "silent")
    return Command("Prism", (*argv, "-h", LOCAL, "-p", "{port}", str(document)))


def wiremock(picture: bytes) -> Command:
    """The jar npm brings, on its defaults; its journal keeps every answer's body in the heap."""
    java = shutil.which("java")
    if java is None:
        raise NotMeasured("java is missing")
    folder = WORK / "wiremock"
    _write_stub(folder, picture)
    jar = str(module("wiremock", "build/wiremock-standalone-*.jar"))
    options = ("--bind-address", LOCAL, "--port", "{port}", "--disable-banner")
    argv = (java, "-jar", jar, *options, "--root-dir", str(folder))
    return Command("WireMock", argv, forget="/__admin/requests")


def wiremock_without_journal(picture: bytes) -> Command:
    command = wiremock(picture)
    argv = (*command.argv, "--no-request-journal")
    return replace(command, name="WireMock without journal", argv=argv, forget="")


def _write_stub(folder: Path, picture: bytes) -> None:
    """A body file, not base64 in the stub: the file is the faster of the two in WireMock."""
    (folder / "__files").mkdir(parents=True, exist_ok=True)
    (folder / "mappings").mkdir(parents=True, exist_ok=True)
    (folder / "__files/picture.png").write_bytes(picture)
    headers = {"Content-Type": "image/png"}
    response = {"status": 200, "headers": headers, "bodyFileName": "picture.png"}
    stub = {"request": {"method": "POST", "urlPath": PATH}, "response": response}
    (folder / "mappings/picture.json").write_text(json.dumps(stub))


def mockoon(picture: bytes) -> Command:
    """It logs one line for each request and has no switch against that; here to a file."""
    environment = json.loads((HERE / "mockoon.json").read_text())
    route = environment["routes"][0]
    route["endpoint"] = PATH.removeprefix("/")
    route["responses"][0]["filePath"] = str(_saved(picture))
    file = WORK / "mockoon.json"
    file.write_text(json.dumps(environment))
    argv = (node(), str(module("@mockoon/cli", "bin/run.js")), "start", "--data", str(file))
    quiet = ("--disable-log-to-file", "--disable-admin-api", "--max-transaction-logs", "0")
    return Command("Mockoon", (*argv, "--hostname", LOCAL, "--port", "{port}", *quiet))


def _saved(picture: bytes) -> Path:
    WORK.mkdir(parents=True, exist_ok=True)
    file = WORK / "picture.png"
    file.write_bytes(picture)
    return file
