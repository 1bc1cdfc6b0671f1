"""What is in the tree is in the wheel: every package is named, every file that code reads is package data."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
FOLDERS: dict[str, str] = SETUPTOOLS["package-dir"]


def files() -> list[Path]:
    found = (each for folder in FOLDERS.values() for each in (ROOT / folder).rglob("*") if each.is_file())
    return [each for each in found if "__pycache__" not in each.parts]


def test_every_package_is_named() -> None:
    folders = {each.parent.relative_to(ROOT) for each in files() if each.suffix == ".py"}
    names = {
        "proofsheet" if str(each) == "proofsheet" else f"proofsheet.{'.'.join(each.parts)}"
        for each in folders
    }
    assert names == set(SETUPTOOLS["packages"])


def test_every_file_that_is_no_program_is_package_data() -> None:
    data = {
        path
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for path in (ROOT / FOLDERS[package]).glob(pattern)
    }
    left_out = [str(each.relative_to(ROOT)) for each in files() if each.suffix != ".py" and each not in data]
    assert left_out == []
