"""One client made: a bundle in the generator's view, its configuration, and the generator run on both."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofsheet.spec.clients.generators import Generator, Tool
from proofsheet.spec.clients.idioms import IDIOMS
from proofsheet.spec.export.bundle import Wanted, bundle
from proofsheet.spec.export.serialize import as_yaml

SECONDS = 600


class NotMade(Exception):
    """No client: the program is not here or failed; the text says what to do."""


def version(tool: Tool, env: Mapping[str, str] | None = None) -> str:
    """The version of the program that is here, such as `0.29.1`. Raises NotMade, which says how to
    install it."""
    if shutil.which(tool.asks[0], path=(env or os.environ).get("PATH")) is None:
        raise NotMade(f"{tool.asks[0]} is not on the PATH; install it with: {tool.install}")
    done = _run(tool.asks, env, None)
    found = re.search(r"\d+\.\d+\.\d+", done.stdout)
    if done.returncode or not found:
        raise NotMade(f"$ {' '.join(tool.asks)}\n{done.stdout.strip() or 'no answer'}")
    return found[0]


def make(
    generator: Generator, document: Any, view: str, out: Path, env: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Make a client of the document's plain data in the folder `out`; returns the command. Raises NotMade.

    The generator may remove what is in `out`.
    """
    with tempfile.TemporaryDirectory(prefix="proofsheet-client-") as folder:
        work = Path(folder)
        made = bundle(document, Wanted(generator.openapi, view, extensions=False)).document
        for idiom in generator.idioms:
            IDIOMS[idiom](made)
        (work / "openapi.yaml").write_text(as_yaml(made), encoding="utf-8")
        values = {
            "bundle": str(work / "openapi.yaml"),
            "config": str(work / "config.yaml"),
            "out": str(out.resolve()),
            "package": package(out.resolve().name),
        }
        (work / "config.yaml").write_text(filled(generator.config, values), encoding="utf-8")
        out.mkdir(parents=True, exist_ok=True)
        argv = tuple(filled(part, values) for part in generator.argv)
        done = _run(argv, env, work)
        if done.returncode or not any(out.iterdir()):
            raise NotMade(f"$ {' '.join(argv)}\n{done.stdout.strip()}")
    return argv


def package(name: str) -> str:
    """A folder's name as every language takes it for a package: `my-client 2` is `my_client_2`."""
    text = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return text if text[:1].isalpha() else f"client_{text}".rstrip("_")


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with {name} replaced by its value for each of `values`; other braces stay."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _run(
    argv: tuple[str, ...], env: Mapping[str, str] | None, cwd: Path | None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotMade(f"$ {' '.join(argv)}\ngave up after {SECONDS} s") from None
    except OSError as problem:
        raise NotMade(f"{argv[0]} cannot be run: {problem.strerror}") from None
