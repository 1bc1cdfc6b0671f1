"""The proxies: what gateways.yaml says of them, and one of them running in front of a mock."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
TOOLS = HERE / ".work"
PATIENCE = 180  # seconds for a start on a busy machine
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotRun(Exception):
    """A proxy that is not here or does not start; the text says why."""


@dataclass(frozen=True)
class Gateway:
    """One proxy and how it is started. Texts may hold {port}, {upstream}, {work} … of gateways.yaml."""

    name: str
    says: str
    wants: str
    argv: tuple[str, ...]
    version: tuple[str, ...]
    conf: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def gateways() -> dict[str, Gateway]:
    """All of gateways.yaml, by name."""
    table = yaml.safe_load((HERE / "gateways.yaml").read_text(encoding="utf-8"))["gateways"]
    return {name: _gateway(name, each) for name, each in table.items()}


def _gateway(name: str, each: Mapping[str, Any]) -> Gateway:
    lists = {key: tuple(each[key]) for key in ("argv", "version")}
    return Gateway(name, **{**each, **lists})


@dataclass(frozen=True)
class Running:
    """A proxy that answers: the URL to judge, and the headers that every request needs."""

    url: str
    headers: Mapping[str, str]


@contextlib.contextmanager
def running(gateway: Gateway, upstream: str, work: Path) -> Iterator[Running]:
    """The proxy in front of `upstream`, ended afterwards. Raises NotRun."""
    values = _values(gateway, upstream, work)
    argv = [_filled(part, values) for part in gateway.argv]
    env = {**_environment(), **{name: _filled(text, values) for name, text in gateway.env.items()}}
    with (work / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            argv, env=env, cwd=work, start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            _await(process, int(values["port"]), work)
            headers = {name: _filled(text, values) for name, text in gateway.headers.items()}
            yield Running(f"http://127.0.0.1:{values['port']}{gateway.path}", headers)
        finally:
            _end(process)


def version(gateway: Gateway) -> str:
    """What the program says of itself, in a line. Raises NotRun if it is not here."""
    wanted = _filled(gateway.wants, {"tools": str(TOOLS)})
    if not Path(wanted).exists() and shutil.which(wanted, path=_path()) is None:
        raise NotRun(f"{wanted.rpartition('/')[2]} is not here; gateways/setup.sh says what to install")
    argv = [_filled(part, {"tools": str(TOOLS)}) for part in gateway.version]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, env=_environment(), timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotRun(f"its version cannot be asked: {error}") from None
    said = (done.stdout + done.stderr).strip().splitlines()
    if done.returncode or not said:
        raise NotRun(f"its version cannot be asked: {said[-1] if said else 'no answer'}")
    return said[0].strip()


def _values(gateway: Gateway, upstream: str, work: Path) -> dict[str, str]:
    values = {
        "port": str(_free_port()),
        "upstream": upstream,
        "upstream_port": upstream.rpartition(":")[2],
        "work": str(work),
        "tools": str(TOOLS),
        "user": getpass.getuser(),
    }
    if gateway.conf:
        conf = work / gateway.conf
        conf.write_text(_filled((HERE / "conf" / gateway.conf).read_text(encoding="utf-8"), values))
        values["conf"] = str(conf)
    return values


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin"


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "PATH": _path(), "NO_PROXY": "*"}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], port: int, work: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotRun(f"ended with code {process.returncode}: {_last(work)}")
        try:
            _DIRECT.open(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        except urllib.error.HTTPError as answer:
            answer.close()
            return  # any answer is an answer
        except OSError:
            time.sleep(0.1)
    raise NotRun(f"gave no answer within {PATIENCE} s: {_last(work)}")


def _last(work: Path) -> str:
    lines = (work / "log.txt").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    for sign, seconds in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return
