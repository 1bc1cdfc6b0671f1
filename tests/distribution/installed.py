"""Builds the package away from the tree, and installs it where nothing is but what it declares."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distribution, requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS: dict[str, str] = PYPROJECT["tool"]["setuptools"]["package-dir"]  # import name: folder at the root
_NOT_SOURCES = (".*", "__pycache__", "*.egg-info", "build", "node_modules")
_SDIST = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"


@dataclass(frozen=True)
class Built:
    sdist: Path
    wheel: Path  # made from the sdist


def build(work: Path) -> Built:
    """An sdist of the tree as it is, and a wheel of that sdist, by the pinned backend."""
    source, tools, made = work / "source", work / "tools", work / "made"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*_NOT_SOURCES))
    run([*_pip(), "install", "--target", str(tools), *PYPROJECT["build-system"]["requires"]], cwd=work)
    made.mkdir()
    run([sys.executable, "-c", _SDIST, str(made)], cwd=source, PYTHONPATH=str(tools))
    (sdist,) = made.glob("*.tar.gz")
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir", str(made))
    run([*_pip(), "wheel", *options, str(sdist)], cwd=work, PYTHONPATH=str(tools))
    (wheel,) = made.glob("*.whl")
    return Built(sdist, wheel)


def _pip(*options: str) -> list[str]:
    return [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *options]


def tree() -> set[str]:
    """Every file of the package's folders, as it is named in the wheel."""
    found = set()
    for name, folder in FOLDERS.items():
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                found.add(f"{name.replace('.', '/')}/{file.relative_to(ROOT / folder)}")
    return found


@dataclass(frozen=True)
class Environment:
    """A virtual environment; `tools` holds pytest, which is there for those who ask for it."""

    path: Path
    tools: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    def install(self, wheel: Path) -> None:
        """As pip installs it. What it needs is checked by `pip check` afterwards."""
        options = ("install", "--no-deps", "--no-index", str(wheel))
        run([*_pip("--python", str(self.python)), *options], cwd=self.path)

    def run(
        self, *command: str, cwd: Path, tools: bool = False, code: int = 0, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of this environment in a folder."""
        first, *rest = command
        path = [str(self.tools)] * tools + [env.pop("PYTHONPATH", "")]
        env["PYTHONPATH"] = os.pathsep.join(each for each in path if each)
        return run([str(self.path / "bin" / first), *rest], cwd=cwd, code=code, **env)


def environment(path: Path) -> Environment:
    """An environment with the locked dependencies of a user, and nothing else of ours."""
    run([sys.executable, "-m", "venv", "--without-pip", str(path)], cwd=path.parent)
    (packages,) = path.glob("lib/python*/site-packages")
    lines = re.findall(r"^[\w.-]+==[^\\\n]+", (ROOT / "requirements" / "run.txt").read_text(), re.MULTILINE)
    locked = [each for each in map(Requirement, lines) if each.marker is None or each.marker.evaluate()]
    _link(list(dict.fromkeys(each.name for each in locked)), path / "dependencies")
    (packages / "dependencies.pth").write_text(f"{path / 'dependencies'}\n")
    _link(["pytest", *_names(requires("pytest"))], path / "tools")
    script = f"#!{path}/bin/python\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n"
    (path / "bin" / "pytest").write_text(script)
    (path / "bin" / "pytest").chmod(0o755)
    return Environment(path, path / "tools")


def _names(requirements: Iterable[str] | None) -> Iterator[str]:
    for each in requirements or ():
        if ";" not in each:
            yield re.split(r"[^\w.-]", each)[0]


def _link(names: list[str], folder: Path) -> None:
    """What those distributions put at the top, as links into our own environment."""
    folder.mkdir()
    for name in names:
        found = distribution(name)
        for top in {
            file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")
        }:
            (folder / top).symlink_to(Path(str(found.locate_file(top))))


def wheel_of(path: Path, name: str, files: dict[str, str]) -> Path:
    """A small wheel of somebody else's, made by hand."""
    made, info = path / f"{name}-1-py3-none-any.whl", f"{name}-1.dist-info"
    head = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": head,
    }
    record = "".join(f"{each},,\n" for each in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(made, "w") as archive:
        for file, content in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, content)
    return made


def run(command: list[str], *, cwd: Path, code: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command without this run's own settings; its exit code must be `code`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "PROOFSHEET", "PYTHON", "VIRTUAL_ENV", "CI"))
    }
    made = subprocess.run(
        command,
        cwd=cwd,
        env={**kept, **env},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert made.returncode == code, f"{command} ended with {made.returncode}\n{made.stdout}{made.stderr}"
    return made
