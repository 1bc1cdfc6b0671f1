"""Runs general linters over every bundle: all documents, views and versions. Any problem is a failure.

Spectral and Redocly are installed with npm on first use, into .work beside this file. vacuum has no package
that npm alone can install (its binary comes from elsewhere), so it is run where it is on the path.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from proofsheet.spec.export.bundle import VERSIONS, VIEWS, Wanted, bundle
from proofsheet.spec.export.serialize import as_yaml
from proofsheet.spec.load import Library

HERE = Path(__file__).parent
WORK = HERE / ".work"
BIN = WORK / "node_modules" / ".bin"
NPM = (
    "npm",
    "install",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--loglevel=error",
)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run Spectral, Redocly and vacuum over every bundle.")
    parser.add_argument("names", nargs="*", help="documents; all of them if none is named")
    names = parser.parse_args().names or Library().names()
    if problem := installed():
        sys.stderr.write(problem + "\n")
        return 2
    if blind := [linter for linter, command in commands([broken()]) if run(command).returncode == 0]:
        sys.stderr.write(f"{', '.join(blind)}: finds nothing in a broken document\n")
        return 2
    files = written(tuple(names))
    failed = [linter for linter, command in commands(files) if not passed(linter, command, len(files))]
    if not shutil.which("vacuum"):
        sys.stdout.write("vacuum: is not on the path, not run\n")
    return 1 if failed else 0


def installed() -> str:
    """Empty if the linters are there in the wanted versions, else why not."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    if all(version(name) == each for name, each in wanted.items()):
        return ""
    if not shutil.which("npm"):
        return "npm is missing: install Node.js 20 or newer"
    sys.stdout.write("setting up the linters (once, about a minute) ...\n")
    WORK.mkdir(exist_ok=True)
    shutil.copy(HERE / "package.json", WORK)
    done = subprocess.run(NPM, cwd=WORK, capture_output=True, text=True, timeout=900, check=False)
    return f"npm install failed:\n{done.stderr}" if done.returncode else ""


def version(package: str) -> str:
    file = WORK / "node_modules" / package / "package.json"
    return str(json.loads(file.read_text())["version"]) if file.exists() else ""


def written(names: tuple[str, ...]) -> list[str]:
    """Every bundle in a file of its own."""
    folder = WORK / "bundles"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in names:
        source = Library().source(name).value
        for view in VIEWS:
            for openapi in VERSIONS:
                made = bundle(source, Wanted(openapi, view)).document
                (folder / f"{name}.{view}.{openapi}.yaml").write_text(as_yaml(made), encoding="utf-8")
    return sorted(str(each) for each in folder.iterdir())


def broken() -> str:
    """A document with flaws that every linter knows: a check that cannot fail proves nothing."""
    file = WORK / "broken.yaml"
    operation = {"operationId": "twice", "responses": {"200": {"description": ""}}, "colour": "red"}
    paths = {"/a": {"get": operation}, "/b": {"get": operation}}
    file.write_text(as_yaml({"openapi": "3.1.0", "info": {"title": "x"}, "paths": paths}))
    return str(file)


def commands(files: list[str]) -> Iterator[tuple[str, list[str]]]:
    ruleset = str(HERE / "spectral.yaml")
    yield (
        "Spectral",
        [str(BIN / "spectral"), "lint", "--fail-severity=hint", "--quiet", "-r", ruleset, *files],
    )
    yield (
        "Redocly",
        [
            *(str(BIN / "redocly"), "lint", "--max-problems=1000", "--format=stylish"),
            *("--config", str(HERE / "redocly.yaml"), *files),
        ],
    )
    if vacuum := shutil.which("vacuum"):
        yield "vacuum", [vacuum, "lint", "--fail-severity", "info", "--details", "-r", ruleset, *files]


def passed(linter: str, command: list[str], count: int) -> bool:
    """Runs a linter; what it says is shown if it finds anything."""
    done = run(command)
    clean = done.returncode == 0  # 1 for the mildest finding: so the commands and rule sets want it
    said = "clean\n" if clean else f"\n{done.stdout}\n{done.stderr}\n"
    sys.stdout.write(f"{linter}: {count} bundles {said}")
    return clean


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(
        command, cwd=HERE, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
