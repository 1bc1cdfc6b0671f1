"""`proofsheet spec show`, `outcomes` and `claims`."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import click

from proofsheet.spec.cli_options import home_option, loaded, source
from proofsheet.spec.document import Document, Operation
from proofsheet.spec.export.serialize import as_json, as_yaml
from proofsheet.spec.lint.vocabulary import vocabulary
from proofsheet.spec.lint.well_formed import broken
from proofsheet.spec.load import Library
from proofsheet.spec.show import operation_data, outcome_data, render
from proofsheet.spec.show.pointer_data import place
from proofsheet.spec.yaml_reader import BadFile, read

_STYLE = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "yaml"]),
    default="text",
    show_default=True,
    help="How to print it.",
)


@click.command("show")
@click.argument("name")
@click.argument("what", metavar="[OPERATION|POINTER]", required=False)
@_STYLE
@home_option
def show_command(name: str, what: str | None, style: str, home: Any) -> None:
    """Show the document NAME, one of its operations, or what stands at a JSON pointer.

    Beside each fact stands how it is known: its grade and the keys of the sources (`x-sources`). A star marks
    a required field. A pointer may pass through a $ref.

    \b
    Examples:
      proofsheet spec show stability
      proofsheet spec show stability generateCore
      proofsheet spec show gptnb generateUltra --format json
      proofsheet spec show stability /components/schemas/Seed/maximum
    """
    library = Library(home)
    if what is not None and (what == "" or what.startswith("/")):
        _print(_place(library, name, what), style, _render_place)
        return
    document = loaded(library, name)
    if what is None:
        _print(operation_data.document(document), style, render.document)
    else:
        _print(operation_data.operation(document, operation_of(document, what)), style, render.operation)


@click.command("outcomes")
@click.argument("name")
@click.argument("operation", required=False)
@_STYLE
@home_option
def outcomes_command(name: str, operation: str | None, style: str, home: Any) -> None:
    """List the ways in which calls can end: status, name, price, forms, how it is known.

    The formats json and yaml show the bodies too.

    \b
    Examples:
      proofsheet spec outcomes stability
      proofsheet spec outcomes stability textToImage --format yaml
    """
    document = loaded(Library(home), name)
    chosen = [operation_of(document, operation)] if operation else document.operations.values()
    found = [each for one in chosen for each in outcome_data.of_operation(document, one)]
    _print(found, style, render.outcomes)


@click.command("claims")
@click.argument("name")
@click.option("--unencoded", is_flag=True, help="Only those that the document encodes nowhere, and why.")
@_STYLE
@home_option
def claims_command(name: str, unencoded: bool, style: str, home: Any) -> None:
    """List what the pages behind NAME claim, and where the document encodes it.

    Of a vendor, what its own pages claim.

    \b
    Examples:
      proofsheet spec claims gptnb
      proofsheet spec claims stability --unencoded
      proofsheet spec claims stability --format json
    """
    found = _claims(Library(home), name)
    _print([each for each in found if not (unencoded and each["encoded"])], style, render.claims)


def operation_of(document: Document, name: str) -> Operation:
    """The operation `name`. Raises UsageError, which names the nearest."""
    if name in document.operations:
        return document.operations[name]
    near = difflib.get_close_matches(name, document.operations, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    known = ", ".join(document.operations) or "none"
    raise click.UsageError(f"{document.name} has no operation {name!r}; {hint}known: {known}")


def _claims(library: Library, name: str) -> tuple[dict[str, Any], ...]:
    source(library, name)  # an unknown name says so
    path = library.home / "claims" / f"{library.family(name)}.yaml"
    if not path.is_file():
        return ()
    try:
        claims = read(path)
    except BadFile as problem:
        raise click.UsageError(str(problem)) from None
    for flaw in broken(vocabulary().claims, claims.value, ""):
        raise click.UsageError(f"{claims.where(flaw.pointer)}: {flaw.message}")
    return library.claims(name)


def _place(library: Library, name: str, pointer: str) -> dict[str, Any]:
    try:
        return place(source(library, name), pointer)
    except KeyError as problem:
        raise click.UsageError(str(problem.args[0])) from None
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def _render_place(found: Any) -> str:
    known = render.evidence(found["evidence"])
    value = as_yaml(found["value"]).removesuffix("...\n")  # how PyYAML ends a lone scalar
    return f"{found['where']}: {found['pointer'] or '/'}\nknown: {known}\n\n{value}"


def _print(value: Any, style: str, tell: Callable[[Any], str]) -> None:
    if style == "text":
        click.echo(tell(value), nl=False)
    else:
        click.echo(as_json(value) if style == "json" else as_yaml(value), nl=False)
