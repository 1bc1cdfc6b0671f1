"""The measures of the house measure what they say, on a small tree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bench import house
from bench.house_way import follow

ENTRY = """
from proofsheet.spec.gate import admit, table
GATES = {"one": admit, "two": table}
def answer(call):
    for name in GATES:
        GATES[name](call)
    return finish(str(call))
def finish(text):
    return len(text)
"""
GATE = """
from proofsheet.mockserver.late import late
def admit(request):
    late(request)
def table(asked):
    return None
"""
LATE = "from proofsheet.spec import gate\ndef late(call):\n    return call\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in (("spec/gate.py", GATE), ("mockserver/late.py", LATE), ("mockserver/gate.py", ENTRY)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "proofsheet").mkdir()
    return tmp_path


def test_the_way_of_a_value_is_followed_through_calls_and_tables(tree: Path) -> None:
    modules = {each.name: each.tree for each in house.sources(tree)}
    start = ("gone:answer", "mockserver.gate:answer")
    assert follow(modules, start, "call") == "3 changes of file, 1 returns, 3 names"
    assert follow(modules, start, "call", derived=True) == "4 changes of file, 2 returns, 4 names"
    with pytest.raises(LookupError, match="gone:answer"):
        follow(modules, ("gone:answer",), "call")


def test_circles_and_names_that_occur_twice(tree: Path) -> None:
    found = house.sources(tree)
    assert house.circles(house.imports(found)) == [["mockserver.late", "spec.gate"]]
    assert house.twice(found) == ["gate.py"]


def test_places_of_equal_shape_are_counted_once_however_long_they_are() -> None:
    body = "    a = f(x, [y for y in x if y], key={'b': 1})\n    return g(a, *x, **a)\n"
    more = "    for each in x:\n        print(each, x, each)\n"

    def pairs(*bodies: str) -> int:
        texts = ["".join(f"def f{n}(x):\n{each}" for n, each in enumerate(bodies))]
        return house.equal_shapes([house.Source("a", Path("a.py"), 9, ast.parse(each)) for each in texts])

    assert pairs(body, more) == 0
    assert pairs(body, body.replace("y", "z")) == 1
    assert pairs(more + body, more + body) == 1
    assert pairs(body, body, body) == 3


def test_lists_of_fields_look_alike_and_are_counted_apart() -> None:
    fields = "    one: Mapping[str, tuple[int, int]] = {}\n    two: Mapping[str, tuple[int, int]] = {}\n"
    tree = ast.parse(f"class A:\n{fields}class B:\n{fields}")
    found = [house.Source("a", Path("a.py"), 9, tree)]
    assert (house.equal_shapes(found), house.equal_shapes(found, fields=False)) == (1, 0)


PRIVATE = re.compile(
    r"(?:^|_)(?:telling|told|saying|somebody|nobody|strangers?|errands?|purse|spoil(?:ed|ing)?|sturdy"
    r"|oddit(?:y|ies)|portraits?|drawn|wholeness|strays?|studio|alike|speakers?|beside|aside|wish(?:es)?)(?:_|$)"
)
NAMED = re.compile(
    r"^\s*(?:async )?(?:def|class) (\w+)|^\s*(\w+)(?:: [^=\n]+)? = |\bfor (\w+) in |[(,] ?(\w+): ", re.M
)


LONGEST = 320  # lines: what is longer has a seam along which it is cut


def test_no_file_is_long() -> None:
    found = house.sources(Path(__file__).parent.parent)
    assert {each.name: each.lines for each in found if each.lines > LONGEST} == {}


def test_names_are_words_of_the_field() -> None:
    """Words that had a meaning in this house alone are gone from the names of what is in it."""
    root = Path(__file__).parent.parent
    found = {path: path.read_text("utf-8") for each in house.FOLDERS for path in (root / each).rglob("*.py")}
    names = [(path, name) for path, text in found.items() for each in NAMED.findall(text) for name in each]
    names += [
        (path, path.stem)
        for each in (*house.FOLDERS, "tests", "bench")
        for path in (root / each).rglob("*.py")
        if ".work" not in path.parts  # where the real clients are installed
    ]
    assert [(str(path), name) for path, name in names if PRIVATE.search(_in_snakes(name))] == []


def _in_snakes(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
