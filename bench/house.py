"""Measures of the house: how large the code is, what is said twice, and which way the data goes.

    python -m bench.house                  a Markdown table of this tree
    python -m bench.house TREE [TREE]      of other trees beside each other, before and after

Only product Python counts: the import package and the folders that it maps. Nothing is imported or run.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from bench.house_way import follow

FOLDERS = ("proofsheet", "spec", "traffic", "relay", "mockserver", "contracts")
PREFIX = "proofsheet"
SHAPE_STATEMENTS = 2  # two places with a run of so many statements of one shape are a pair
SHAPE_NODES = 20  # of at least so many nodes: two short assignments are no shape
# Where the way of the data begins: the functions of today's tree and of the tree before it.
CALL = ("mockserver.endpoint:answer", "mockserver.answering:answer")
CASE = ("contracts.run.runner:_step", "contracts.running:_step")


@dataclass(frozen=True)
class Source:
    """One file: its dotted name without the import package's, its path, lines and tree."""

    name: str
    path: Path
    lines: int
    tree: ast.Module


def sources(root: Path) -> list[Source]:
    """The product's files in the order of their paths."""
    paths = [path for each in FOLDERS for path in sorted((root / each).rglob("*.py"))]
    if not (root / PREFIX).is_dir():  # before there was one import package
        paths += sorted(root.glob("*proofsheet*.py"))
    return [_source(root, path) for path in paths]


def _source(root: Path, path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(root).with_suffix("").parts)
    return Source(name.removesuffix(".__init__"), path, text.count("\n"), ast.parse(text))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its lines from `def` to the end, decorators and docstring included."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return (node.end_lineno or first) - first + 1


def shape(node: ast.AST) -> str:
    """A node's tree of kinds, without names and constants."""
    children = "".join(shape(each) for each in ast.iter_child_nodes(node) if not isinstance(each, ast.Load))
    return f"{type(node).__name__}({children})"


def equal_shapes(found: list[Source], fields: bool = True) -> int:
    """Pairs of places where a run of statements has one shape; a longer run is still one pair.

    Without `fields` a run that only declares fields of classes is none: they are lists, and look alike.
    """
    places: dict[str, list[tuple[int, int]]] = {}  # by shape: (block, first statement)
    for number, block in enumerate(each for source in found for each in _blocks(source.tree)):
        shapes = [shape(each) for each in block]
        for start in range(len(block) - SHAPE_STATEMENTS + 1):
            run = "".join(shapes[start : start + SHAPE_STATEMENTS])
            pair = block[start : start + SHAPE_STATEMENTS]
            declares = not fields and all(isinstance(each, ast.AnnAssign) for each in pair)
            if run.count("(") >= SHAPE_NODES and not declares:
                places.setdefault(run, []).append((number, start))
    pairs = {pair for each in places.values() for pair in combinations(sorted(each), 2)}
    return sum(((a, at - 1), (b, by - 1)) not in pairs for (a, at), (b, by) in pairs)


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, ast.Module):
                yield [each for each in block if not _is_text(each)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def imports(found: list[Source]) -> dict[str, set[str]]:
    """Which file imports which, at its top or inside its functions."""
    known = {each.name for each in found}
    graph: dict[str, set[str]] = {name: set() for name in known}
    for source in found:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                targets = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                targets = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            else:
                continue
            plain = {each.removeprefix(f"{PREFIX}.") for each in targets} & known
            graph[source.name] |= plain - {source.name}
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of files that import each other in a circle."""
    reach = {name: _reachable(graph, name) for name in graph}
    rings = [
        sorted(other for other in reach[name] if name in reach[other])
        for name in graph
        if name in reach[name]
    ]
    return sorted([list(each) for each in {tuple(ring) for ring in rings}])


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    todo = list(graph[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += graph[name]
    return seen


def measures(root: Path) -> dict[str, str]:
    """Every measure of one tree, by its name."""
    found = sources(root)
    lengths = {
        f"{source.name}:{each.name}": length(each) for source in found for each in functions(source.tree)
    }
    files = {each.name: each.lines for each in found if each.lines > 1}
    longest, largest = max(lengths, key=lengths.__getitem__), max(files, key=files.__getitem__)
    rings = circles(imports(found))
    modules = {each.name.removeprefix(f"{PREFIX}."): each.tree for each in found}
    return {
        "files": f"{len(found)}",
        "lines": f"{sum(each.lines for each in found):,}",
        "median function, lines": f"{statistics.median(lengths.values()):g}",
        "largest function": f"{lengths[longest]} ({longest})",
        "median file, lines": f"{statistics.median(files.values()):g}",
        "largest file": f"{files[largest]} ({largest})",
        f"pairs of places of equal shape ({SHAPE_STATEMENTS} statements or more)": f"{equal_shapes(found)}",
        "of these not in lists of fields": f"{equal_shapes(found, fields=False)}",
        "import circles": f"{len(rings)}",
        "basenames that occur twice": f"{len(twice(found))}",
        "way of a call from `answer`": follow(modules, CALL, "call"),
        "with all that is made of it": follow(modules, CALL, "call", derived=True),
        "way of a case from `_step`": follow(modules, CASE, "case"),
        "with all that is made of it ": follow(modules, CASE, "case", derived=True),
    }


def details(root: Path) -> str:
    """Which files form circles, and which names occur twice."""
    found = sources(root)
    lines = [f"circle: {', '.join(each)}" for each in circles(imports(found))]
    return "\n".join([*lines, f"basenames that occur twice: {', '.join(twice(found)) or 'none'}"])


def twice(found: list[Source]) -> list[str]:
    """The basenames that occur twice, those of packages (`__init__.py`, `__main__.py`) left out."""
    count = Counter(each.path.name for each in found if not each.path.name.startswith("__"))
    return sorted(name for name, number in count.items() if number > 1)


def table(trees: list[Path]) -> str:
    """The measures as a Markdown table, one column for each tree."""
    columns = [measures(each) for each in trees]
    heads = [each.resolve().name for each in trees]
    lines = [f"| measure | {' | '.join(heads)} |", "|---" * (len(trees) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(each[name] for each in columns)} |" for name in columns[0]]
    return "\n".join(lines)


if __name__ == "__main__":
    roots = [Path(each) for each in sys.argv[1:]] or [Path()]
    print(f"{table(roots)}\n\n{details(roots[-1])}")
