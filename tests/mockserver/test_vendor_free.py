"""A family is data: no vendor's or family's name stands in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire import ROOT

from proofsheet.spec.load import Library

FOLDERS = ("proofsheet", "spec", "traffic", "relay", "mockserver", "contracts")
FILES = [path for name in FOLDERS for path in sorted((ROOT / name).rglob("*.py"))]
# Vendors, resellers and models that documents and their sources name.
OTHERS = [
    "stability",
    "gptnb",
    "vman",
    "mjdjourney",
    "yiapi",
    "fireworks",
    "bedrock",
    "sdxl",
    "sd3",
    "diffusion",
]
TERMS = {"luma"}  # the brightness of a video's points: a family has its name from the same word
KNOWN = "|".join(dict.fromkeys([*(each for each in Library().families() if each not in TERMS), *OTHERS]))
# Where a word begins: `kling` is in "Unpickling", and no vendor's name there.
NAMES = re.compile(rf"(?<![a-zA-Z])(?i:{KNOWN})|{'|'.join(each.capitalize() for each in KNOWN.split('|'))}")
HELP = {"help", "short_help", "epilog", "says"}


def _told(tree: ast.AST) -> Iterator[ast.AST]:
    """Texts for people: docstrings, the help and epilog of commands."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            yield from [body[0].value] if isinstance(body[0].value, ast.Constant) else []
        if isinstance(node, ast.keyword) and node.arg in HELP:
            yield node.value
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id.endswith("EPILOG") for each in node.targets
        ):
            yield node.value


def vendors(text: str) -> list[str]:
    """Every identifier and string constant of a source that holds a vendor's name."""
    tree = ast.parse(text)
    passed = {id(inner) for each in _told(tree) for inner in ast.walk(each)}
    found = []
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        words = [getattr(node, name, None) for name in ("id", "attr", "name", "arg", "module", "value")]
        found += [word for word in words if isinstance(word, str) and NAMES.search(word)]
    return found


def test_there_are_files_to_read() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_knows_a_vendor(path: Path) -> None:
    assert vendors(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        'x = "stability"',
        "def stability(): pass",
        "import gptnb",
        "a.sdxl = 1",
        'f(f"/v1/Stability/{a}")',
        "class Sd3: ...",
        "a.from_sdxl = makeSdxl",
        "def has_KLING(): pass",
        "def f(stability=1): ...",
    ],
)
def test_the_search_finds_one(text: str) -> None:
    assert vendors(text)


def test_a_name_within_a_word_is_none() -> None:
    assert vendors("raise pickle.UnpicklingError") == []


def test_texts_for_people_may_give_examples() -> None:
    assert (
        vendors('"""Say `serve stability`."""\noption(help="e.g. stability")\nEPILOG = "serve stability"')
        == []
    )
