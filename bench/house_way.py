"""The way of the data: which files a value goes through from a function on, followed by name in the source.

Calls are followed depth first in the order in which they are worked out: those that are given the value
itself or, where `derived`, anything made of it; each function once. A method is found by the annotation of
its object.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

PREFIX = "proofsheet."
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Way:
    """The files in the order in which the value comes to them, and the parameters that hold it there."""

    files: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def enter(self, module: str) -> None:
        """Note that the value is in `module` now."""
        if not self.files or self.files[-1] != module:
            self.files.append(module)

    def __str__(self) -> str:
        changes, returns = len(self.files) - 1, len(self.files) - len(set(self.files))
        return f"{changes} changes of file, {returns} returns, {len(self.names)} names"


class Module:
    """What one file defines and imports, by name."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions: dict[str, Function] = {}
        self.methods: dict[tuple[str, str], Function] = {}
        self.imported: dict[str, str] = {}
        self.tables: dict[str, list[str]] = {}
        self.attributes: dict[str, str] = {}
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.functions.setdefault(node.name, node)
        elif isinstance(node, ast.ClassDef):
            self.methods |= {
                (node.name, each.name): each
                for each in node.body
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = (node.module + ".").removeprefix(PREFIX)
            self.imported |= {each.asname or each.name: module + each.name for each in node.names}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            self._note_table(node.target, node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            self._note_table(node.targets[0], node.value)
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            self._note_attribute(node)

    def _note_table(self, target: ast.expr, value: ast.Dict) -> None:
        if isinstance(target, ast.Name):
            self.tables[target.id] = [each.id for each in value.values if isinstance(each, ast.Name)]

    def _note_attribute(self, node: ast.AnnAssign | ast.Assign) -> None:
        """`sender: Sender` in a class, or `self.sender = Sender(…)`."""
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = getattr(target, "attr", getattr(target, "id", ""))
        kind = node.annotation if isinstance(node, ast.AnnAssign) else getattr(node.value, "func", None)
        if isinstance(kind, ast.Name):
            self.attributes.setdefault(name, kind.id)


class Follower:
    """Follows a value through a project's modules, which are given by their dotted names."""

    def __init__(self, trees: dict[str, ast.Module], derived: bool) -> None:
        self._derived = derived
        self._modules = {name: Module(tree) for name, tree in trees.items()}
        self._attributes: dict[str, str] = {}
        for each in self._modules.values():
            self._attributes = {**each.attributes, **self._attributes}
        self._classes = {kind: name for name, each in self._modules.items() for kind, _ in each.methods}
        self._entered: set[int] = set()
        self.way = Way()

    def function(self, name: str, called: str) -> Function | None:
        """The function `called` of the module `name`, if there are both."""
        return self._modules[name].functions.get(called) if name in self._modules else None

    def enter(self, name: str, function: Function, bearing: set[str]) -> None:
        """Go through `function` of the module `name`, of whose parameters `bearing` hold the value."""
        if id(function) in self._entered:
            return
        self._entered.add(id(function))
        self.way.enter(name)
        self.way.names |= bearing
        held = set(bearing)
        for statement in function.body:
            for node in _in_order(statement):
                if isinstance(node, ast.Call):
                    self._call(name, function, node, held)
                elif self._derived:
                    held |= _named_after(node, held)

    def _call(self, name: str, within: Function, node: ast.Call, held: set[str]) -> None:
        for target, function in self._targets(name, within, node.func):
            parameters = _parameters(function)
            given = [*zip(parameters, node.args, strict=False)]
            given += [(each.arg, each.value) for each in node.keywords if each.arg in parameters]
            if bearing := {parameter for parameter, value in given if self._holds(value, held)}:
                self.enter(target, function, bearing)

    def _holds(self, value: ast.expr, held: set[str]) -> bool:
        return _mentions(value, held) if self._derived else getattr(value, "id", None) in held

    def _targets(self, name: str, within: Function, func: ast.expr) -> Iterator[tuple[str, Function]]:
        module = self._modules[name]
        if isinstance(func, ast.Name):
            yield from self._function(name, func.id)
        elif isinstance(func, ast.Subscript) and isinstance(func.value, ast.Name):
            for each in module.tables.get(func.value.id, ()):
                yield from self._function(name, each)
        elif isinstance(func, ast.Attribute):
            yield from self._method(name, within, func)

    def _method(self, name: str, within: Function, func: ast.Attribute) -> Iterator[tuple[str, Function]]:
        owner = getattr(func.value, "id", getattr(func.value, "attr", ""))
        imported = self._modules[name].imported.get(owner, "")
        kind = _annotation(within, owner) or self._attributes.get(owner, "")
        home = self._classes.get(kind, "")
        if owner == "self":
            yield from self._function(name, func.attr)
        elif imported in self._modules:
            yield from self._function(imported, func.attr)
        elif home and (kind, func.attr) in self._modules[home].methods:
            yield home, self._modules[home].methods[kind, func.attr]

    def _function(self, name: str, called: str) -> Iterator[tuple[str, Function]]:
        module = self._modules[name]
        if called in module.functions:
            yield name, module.functions[called]
            return
        other, _, inner = module.imported.get(called, "").rpartition(".")
        if other in self._modules and inner in self._modules[other].functions:
            yield other, self._modules[other].functions[inner]


def follow(trees: dict[str, ast.Module], starts: tuple[str, ...], name: str, derived: bool = False) -> str:
    """The way of the parameter `name` from the first of `starts` ("module:function") that there is."""
    for start in starts:
        module, _, function = start.partition(":")
        follower = Follower(trees, derived)
        found = follower.function(module, function)
        if found is not None:
            follower.enter(module, found, {name})
            return str(follower.way)
    raise LookupError(f"none of {', '.join(starts)} is there: name the function that has taken its place")


def _annotation(function: Function, parameter: str) -> str:
    arguments = function.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if each.arg == parameter and isinstance(each.annotation, ast.Name):
            return each.annotation.id
    return ""


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return [each for each in names if each not in ("self", "cls")]


def _mentions(node: ast.AST | None, held: set[str]) -> bool:
    return node is not None and any(isinstance(each, ast.Name) and each.id in held for each in ast.walk(node))


def _named_after(node: ast.AST, held: set[str]) -> set[str]:
    """The names that an assignment or a loop gives to what mentions the value."""
    if isinstance(node, ast.Assign):
        value, targets = node.value, node.targets
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        value, targets = node.value or node.target, [node.target]
    elif isinstance(node, ast.For | ast.comprehension):
        value, targets = node.iter, [node.target]
    else:
        return set()
    names = {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return names if _mentions(value, held) else set()


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes within `node`, arguments before the call that they are for."""
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)
    yield node
