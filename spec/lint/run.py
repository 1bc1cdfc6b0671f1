"""Running the rules over a document and saying what they found, with positions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from proofsheet.spec.lint.context import Context, Found, origin
from proofsheet.spec.lint.rules import FORM, RULES, Rule
from proofsheet.spec.lint.vocabulary import vocabulary
from proofsheet.spec.load import Library
from proofsheet.spec.overlay import BadOverlay
from proofsheet.spec.references import BadReference, resolve
from proofsheet.spec.vendor_profile import BadProfile
from proofsheet.spec.yaml_reader import BadFile, Source

_RULES_OF_FILES = {BadOverlay: "overlay", BadProfile: "vendor"}  # all else is "readable"


@dataclass(frozen=True, order=True)
class LintFlaw:
    """One flaw: where it is (1-based), which rule it breaks, and what to do."""

    file: str
    line: int
    column: int
    rule: str
    severity: str
    pointer: str
    message: str

    def __str__(self) -> str:
        warning = "warning: " if self.severity == "warning" else ""
        return f"{self.file}:{self.line}:{self.column}: {self.rule}: {warning}{self.message}"

    def as_dict(self) -> dict[str, str | int]:
        """The flaw as plain data."""
        return asdict(self)


def lint(library: Library, name: str, rules: Iterable[Rule] = RULES) -> list[LintFlaw]:
    """Every flaw of the document `name`, in the order of the file. Raises load.Unknown and nothing else."""
    try:
        library.files(name)
        return lint_source(library, name, library.source(name), rules)
    except BadFile as error:
        rule = _RULES_OF_FILES.get(type(error), "readable")
        return [_unloadable(rule, error.where, error.problem)]


def lint_source(library: Library, name: str, source: Source, rules: Iterable[Rule] = RULES) -> list[LintFlaw]:
    """Every flaw of a document that is read already."""
    try:
        resolved = resolve(source)
    except BadReference as error:
        return [_unloadable("reference", error.where, f"$ref {error.reference!r} {error.problem}")]
    claims = library.home / "claims" / f"{name}.yaml"
    context = Context(name, source, resolved, vocabulary(), library, claims)
    flaws = _flaws(context, FORM)
    return flaws or _flaws(context, rules)


def _flaws(context: Context, rules: Iterable[Rule]) -> list[LintFlaw]:
    found = {_flaw(context, rule, each): None for rule in rules for each in rule.check(context)}
    return sorted(found)


def _flaw(context: Context, rule: Rule, found: Found) -> LintFlaw:
    source = found.source or context.source
    pointer = origin(source.value, found.pointer)
    return _located(source.where(pointer), rule.id, rule.severity, pointer, found.message)


def _unloadable(rule: str, where: str, problem: str) -> LintFlaw:
    return _located(where, rule, "error", "", problem)


def _located(where: str, rule: str, severity: str, pointer: str, message: str) -> LintFlaw:
    file, line, column = where.rsplit(":", 2)
    return LintFlaw(_short(file), int(line), int(column), rule, severity, pointer, " ".join(message.split()))


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
