"""The clients: made anew from the bundles, built, and run against a mock."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from clients.capabilities import HERE, RESULTS, Outcome, believed, capabilities, prepare
from proofsheet.spec.clients.generate import NotMade, filled, make, version
from proofsheet.spec.clients.generators import Generator, usage
from proofsheet.testing_client import Mock

TOOLS = HERE / ".work"
PATIENCE = 1800  # seconds for a build on a busy machine
FAMILY, MOCK = "stability", "http://127.0.0.1:4010"  # of usage.yaml
SETUP = "clients/setup.sh sets it up or says what to install"


class NotRun(Exception):
    """A client that was not made, built or run to its end; the text says why."""


@dataclass(frozen=True)
class Ran:
    """What came of one generator. `why_not` says why it was not run, and then there are no outcomes."""

    generator: str
    version: str = ""
    outcomes: tuple[Outcome, ...] = ()
    why_not: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class First:
    """How the first call of usage.yaml is run: the file it is written to, in `wrap`, and the command."""

    file: str
    run: tuple[str, ...]
    wrap: str = "{usage}"
    build: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How a client is built and run; see runs.yaml."""

    run: tuple[str, ...]
    build: tuple[tuple[str, ...], ...] = ()
    wants: tuple[str, ...] = ()
    links: Mapping[str, str] | None = None
    usage: First | None = None
    project: tuple[str, ...] = ()  # what `compile` needs of acceptance/NAME
    compile: tuple[tuple[str, ...], ...] = ()  # of clients alone, without a program around them
    shared: tuple[str, ...] = ()  # what the programs of further families take of acceptance/NAME


def recipes() -> dict[str, Recipe]:
    """All of runs.yaml, by the generator's name."""
    table = yaml.safe_load((HERE / "runs.yaml").read_text(encoding="utf-8"))
    return {name: _recipe(each) for name, each in table.items()}


def _recipe(each: Mapping[str, Any]) -> Recipe:
    build = tuple(tuple(argv) for argv in each.get("build", ()))
    usage = _first(each["usage"]) if "usage" in each else None
    return Recipe(
        run=tuple(each["run"]),
        build=build,
        wants=tuple(each.get("wants", ())),
        links=each.get("links"),
        usage=usage,
        project=tuple(each.get("project", ())),
        compile=tuple(tuple(argv) for argv in each.get("compile", ())),
        shared=tuple(each.get("shared", ())),
    )


def _first(each: Mapping[str, Any]) -> First:
    build = tuple(tuple(argv) for argv in each.get("build", ()))
    return First(each["file"], tuple(each["run"]), each.get("wrap", "{usage}"), build)


def ran(generator: Generator, recipe: Recipe, document: Any, url: str) -> Ran:
    """Make, build and run one client against the mock at `url`."""
    began = time.monotonic()
    try:
        found, outcomes = _ran(generator, recipe, document, url)
    except (NotMade, NotRun) as problem:
        return Ran(generator.name, why_not=str(problem))
    return Ran(generator.name, found, outcomes, seconds=time.monotonic() - began)


def missing(generator: Generator, recipe: Recipe) -> str:
    """What is not here that this client takes; empty if all is here."""
    path = environment()["PATH"]
    absent = [
        each for each in (generator.tool.asks[0], *recipe.wants) if shutil.which(each, path=path) is None
    ]
    return f"{', '.join(absent)} not here: {SETUP}" if absent else ""


def _ran(generator: Generator, recipe: Recipe, document: Any, url: str) -> tuple[str, tuple[Outcome, ...]]:
    if absent := missing(generator, recipe):
        raise NotRun(absent)
    env = environment()
    if (found := version(generator.tool, env)) != generator.tool.version:
        raise NotRun(f"{generator.tool.name} {found} is here, expected {generator.tool.version}: {SETUP}")
    work = _assembled(generator, recipe, document, env)
    _write_usage(generator, recipe, work, url)
    for argv in (*recipe.build, *(recipe.usage.build if recipe.usage else ())):
        call(argv, work, env, PATIENCE)
    wanted = capabilities()
    prepare(url, wanted)
    output = call(recipe.run, work, {**env, "BASE_URL": url}, PATIENCE)
    return found, (*believed(url, wanted, said(output)), *_firstcall(recipe, work, env, url))


def _write_usage(generator: Generator, recipe: Recipe, work: Path, url: str) -> None:
    if recipe.usage is None:
        return
    if not (text := usage(FAMILY, generator.name)):
        raise NotRun("runs.yaml tells how its first call is run, but usage.yaml has none")
    text = filled(text, {"package": f"client_{generator.views[0]}"})
    path = work / recipe.usage.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(filled(recipe.usage.wrap, {"usage": text.replace(MOCK, url)}), encoding="utf-8")


def _firstcall(recipe: Recipe, work: Path, env: Mapping[str, str], url: str) -> tuple[Outcome, ...]:
    """What came of the first call, as one more capability; nothing where there is none."""
    if recipe.usage is None:
        return ()
    mock = Mock(url, "sk-test")
    mock.reset()
    call(recipe.usage.run, work, env, PATIENCE)
    try:
        mock.verify(operation="generateCore", status=200, count=1, no_errors=True)
    except AssertionError as problem:
        return (Outcome("usage", "no", str(problem)),)
    return (Outcome("usage", "ok"),)


def _assembled(generator: Generator, recipe: Recipe, document: Any, env: Mapping[str, str]) -> Path:
    """The folder to build in. What a build left there stays, because Maven and cargo are slow without it."""
    work = TOOLS / "build" / generator.name
    work.mkdir(parents=True, exist_ok=True)
    for view in generator.views:
        shutil.rmtree(work / f"client_{view}", ignore_errors=True)
        make(generator, document, view, work / f"client_{view}", env)
    shutil.copytree(HERE / "acceptance" / generator.name, work, dirs_exist_ok=True)
    for name, target in (recipe.links or {}).items():
        (work / name).unlink(missing_ok=True)
        (work / name).symlink_to(filled(target, {"tools": str(TOOLS)}))
    return work


def said(output: str) -> dict[str, Outcome]:
    """The program's lines of JSON, by capability. Raises NotRun for a line that is none of ours."""
    found = {}
    for line in output.splitlines():
        try:
            each = Outcome(**json.loads(line))
        except (ValueError, TypeError):
            raise NotRun(f"expected one line of JSON for each capability, came {line[:200]!r}") from None
        if each.result not in RESULTS:
            raise NotRun(f"{each.capability}: expected {', '.join(RESULTS)}, came {each.result!r}")
        found[each.capability] = each
    return found


def environment() -> dict[str, str]:
    """Our environment with the tools first on the PATH, and no proxy between a client and the mock."""
    kept = {
        name: value for name, value in os.environ.items() if name.lower() not in ("http_proxy", "all_proxy")
    }
    folders = [*sorted(map(str, TOOLS.glob("*/bin"))), str(TOOLS / "node" / "node_modules" / ".bin")]
    path = os.pathsep.join([*folders, os.environ.get("PATH", "")])
    return {**kept, "PATH": path, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def call(argv: Sequence[str], work: Path, env: Mapping[str, str], seconds: float) -> str:
    """What a command printed; {tools} and {here} are filled in. Raises NotRun with all that it printed."""
    full = [filled(part, {"tools": str(TOOLS), "here": str(HERE)}) for part in argv]
    try:
        done = subprocess.run(
            full,
            cwd=work,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotRun(f"$ {' '.join(full)}: {problem}") from None
    if done.returncode:
        raise NotRun(f"$ {' '.join(full)}\n{(done.stdout + done.stderr).strip()}")
    return done.stdout
