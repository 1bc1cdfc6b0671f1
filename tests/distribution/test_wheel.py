"""The wheel as a user gets it: what is in it, and that it works in an environment away from the tree."""

from __future__ import annotations

import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from distribution.installed import FOLDERS, Built, Environment, build, environment, tree, wheel_of

OUR_FOLDERS = sorted({*FOLDERS.values()} - {"proofsheet"})
# PyPI's PyContracts has `contracts` at the top; it is not made for Python 3.11, so that this stands for it
THEIRS = {f"{name}/__init__.py": f"def theirs():\n    return {name!r}\n" for name in OUR_FOLDERS}
KEY = "sk-a-key-of-the-wheel"
APP = """
import json
import urllib.request

def test_app(proofsheet_mock):
    boundary = "multipart/form-data; boundary=x"
    body = b'--x\\r\\nContent-Disposition: form-data; name="prompt"\\r\\n\\r\\na cat\\r\\n--x--\\r\\n'
    headers = {**proofsheet_mock.headers, "content-type": boundary, "accept": "application/json"}
    url = proofsheet_mock.url + "/v2beta/stable-image/generate/sd3"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, body, headers), timeout=500) as answer:
        assert json.load(answer)["finish_reason"] == "SUCCESS"
    proofsheet_mock.verify(operation="generateSd3", count=1)
"""
IMPORT_ALL = """
import importlib, pkgutil, proofsheet
optional = ("proofsheet.contracts.fuzz", "proofsheet.contracts.pytest_items", "proofsheet.pytest_plugin")
names = [each.name for each in pkgutil.walk_packages(proofsheet.__path__, "proofsheet.", onerror=None)
         if not each.name.startswith(optional) and not each.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheel, where another distribution has put packages of our folders' names."""
    folder = tmp_path_factory.mktemp("installed")
    made = environment(folder / "env")
    made.install(wheel_of(folder, "PyContracts", THEIRS))
    made.install(built.wheel)
    return made


# What is in it


def test_the_wheel_holds_the_tree_and_nothing_else(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = {each for each in archive.namelist() if ".dist-info/" not in each}
        (top,) = (each for each in archive.namelist() if each.endswith("/top_level.txt"))
        assert archive.read(top).split() == [b"proofsheet"]
    assert names == tree()
    assert not [each for each in names if Path(each).name.startswith(("test_", "conftest"))]


def test_the_sdist_holds_the_tree_and_nothing_else(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        files = [each.name.partition("/")[2] for each in archive.getmembers() if each.isfile()]
    tops = {each.partition("/")[0] for each in files}
    own = {"LICENSE", "README.md", "MANIFEST.in", "pyproject.toml", "setup.cfg", "PKG-INFO"}
    assert tops - own == {*FOLDERS.values(), "proofsheet.egg-info"}
    folders = {folder: name.replace(".", "/") for name, folder in FOLDERS.items()}
    held = {
        f"{folders[top]}/{rest}" for top, _, rest in (each.partition("/") for each in files) if top in folders
    }
    assert held == tree()


def test_it_declares_what_it_imports(installed: Environment, tmp_path: Path) -> None:
    made = installed.run("python", "-c", IMPORT_ALL, cwd=tmp_path)
    assert int(made.stdout) > 100


def test_the_locked_versions_are_the_declared_ones(installed: Environment, tmp_path: Path) -> None:
    check = """
from importlib.metadata import requires, version
from pip._vendor.packaging.requirements import Requirement
needed = [Requirement(each) for each in requires("proofsheet")]
needed = [each for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
assert len(needed) > 10, needed
print([str(each) for each in needed if not each.specifier.contains(version(each.name))])
"""
    import pip

    made = installed.run("python", "-c", check, cwd=tmp_path, PYTHONPATH=str(Path(pip.__file__).parents[1]))
    assert made.stdout.strip() == "[]"


# The commands


@pytest.mark.parametrize("command", [("proofsheet",), ("python", "-m", "proofsheet")], ids=" ".join)
def test_the_documents_are_there(installed: Environment, tmp_path: Path, command: tuple[str, ...]) -> None:
    made = installed.run(*command, "spec", "list", cwd=tmp_path)
    assert "stability" in made.stdout


@pytest.fixture
def server(installed: Environment, tmp_path: Path) -> Iterator[str]:
    """`proofsheet serve`, its address read from the banner."""
    command = [str(installed.path / "bin" / "proofsheet"), "serve", "stability", "--port", "0", "--keys", KEY]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if found := re.match(r"Proofsheet serves on (\S+)", line):
                    yield found[1]
                    break
            else:
                pytest.fail("the server ended before it was ready")
        finally:
            process.terminate()


def test_the_double_and_the_judge_work_and_their_pages_are_there(
    installed: Environment, server: str, tmp_path: Path
) -> None:
    page = (
        "import sys, urllib.request as r; o = r.build_opener(r.ProxyHandler({})); o.open(sys.argv[1]).read()"
    )
    installed.run("python", "-c", page, f"{server}/_mock/", cwd=tmp_path)
    options = ("--profile", "free", "--only", "stability.generateCore")
    files = ("--report", "out.jsonl", "--html", "out.html")
    made = installed.run(
        *("proofsheet", "check", "stability", "--url", server, "--key-env", "KEY", *options, *files),
        cwd=tmp_path,
        KEY=KEY,
    )
    assert "  free      success" in made.stdout
    assert "<html" in (tmp_path / "out.html").read_text()


# Others of our folders' names


def test_it_lives_beside_packages_of_the_same_names(installed: Environment, tmp_path: Path) -> None:
    lines = [f"import {name}; assert {name}.theirs() == {name!r}" for name in OUR_FOLDERS]
    lines += [f"import proofsheet.{name} as ours; assert not hasattr(ours, 'theirs')" for name in OUR_FOLDERS]
    installed.run("python", "-c", "\n".join(lines), cwd=tmp_path)


@pytest.mark.parametrize("command", [("pytest",), ("python", "-m", "pytest")], ids=" ".join)
def test_the_plugin_in_a_project_with_folders_of_our_names(
    installed: Environment, tmp_path: Path, command: tuple[str, ...]
) -> None:
    for name in OUR_FOLDERS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise ImportError('the project\\'s own {name}')\n")
    (tmp_path / "test_app.py").write_text(APP)
    made = installed.run(*command, "-q", cwd=tmp_path, tools=True)
    assert "1 passed" in made.stdout


@pytest.mark.parametrize("name", ["proofsheet/notes.txt", "proofsheet.py"])
def test_the_plugin_in_a_project_with_a_thing_called_proofsheet(
    installed: Environment, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("raise ImportError('the project\\'s own')\n")
    (tmp_path / "test_app.py").write_text(APP)
    made = installed.run("pytest", "-q", cwd=tmp_path, tools=True)
    assert "1 passed" in made.stdout


def test_a_module_called_proofsheet_before_ours_is_named(installed: Environment, tmp_path: Path) -> None:
    """`python -m pytest` puts the project first, so its proofsheet.py is what `import proofsheet` finds."""
    (tmp_path / "proofsheet.py").write_text("")
    made = installed.run("python", "-m", "pytest", cwd=tmp_path, tools=True, code=3)
    assert "No module named 'proofsheet.pytest_plugin'; 'proofsheet' is not a package" in made.stderr
