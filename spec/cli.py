"""`proofsheet spec`: look at the documents and lint them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from spec.build import operations
from spec.lint import FORM, RULES, LintFlaw, Rule, lint
from spec.load import HOME, Library, Unknown, resolve

_HOME = click.option(
    "--home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=HOME,
    show_default="the documents that come with proofsheet",
    help="The folder that holds apis/ and overlays/.",
)


@click.group("spec")
def spec_group() -> None:
    """The documents: one OpenAPI contract for each API family, and its variants."""


@spec_group.command("lint")
@click.argument("names", nargs=-1)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_HOME
@click.pass_context
def lint_command(context: click.Context, names: tuple[str, ...], style: str, home: Path) -> None:
    """Find flaws in the documents NAMES; in all of them if none is named.

    A flaw is printed as file:line:column: rule: message. What an overlay adds has the position of the
    nearest place in the family's file. The exit status is 0 if there is no error (warnings are none), 1 if
    there is one, 2 if a name is unknown.

    \b
    Examples:
      proofsheet spec lint
      proofsheet spec lint stability
      proofsheet spec lint --format json stability.pages-2024
    """
    library = Library(home)
    found = {name: _lint(library, name, RULES) for name in names or _names(library)}
    if style == "json":
        click.echo(
            json.dumps([{"document": name, **each.as_dict()} for name in found for each in found[name]])
        )
    else:
        _print(found)
    failed = any(each.severity == "error" for flaws in found.values() for each in flaws)
    context.exit(1 if failed else 0)


def _names(library: Library) -> tuple[str, ...]:
    if names := library.names():
        return names
    raise click.UsageError(f"there is no document in {library.home / 'apis'}")


def _lint(library: Library, name: str, rules: tuple[Rule, ...]) -> list[LintFlaw]:
    try:
        return lint(library, name, rules)
    except Unknown as error:
        raise click.UsageError(str(error)) from None


def _print(found: dict[str, list[LintFlaw]]) -> None:
    for name, flaws in found.items():
        for flaw in flaws:
            click.echo(str(flaw))
        result = f"{len(flaws)} flaw{'s'[: len(flaws) != 1]}" if flaws else "clean"
        click.echo(f"{name}: {result} by {len(FORM) + len(RULES)} rules", err=True)


@spec_group.command("list")
@_HOME
@click.pass_context
def list_command(context: click.Context, home: Path) -> None:
    """List the documents: name, version, number of operations, title.

    \b
    Examples:
      proofsheet spec list
      proofsheet spec list --home my-documents
    """
    library = Library(home)
    names = _names(library)
    rows = [row for name in names if (row := _row(library, name))]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for name, version, count, title in rows:
        click.echo(f"{name:{widths[0]}}  {version:{widths[1]}}  {count:>{widths[2]}} operations  {title}")
    context.exit(0 if len(rows) == len(names) else 1)


def _row(library: Library, name: str) -> tuple[str, str, str, str] | None:
    if flaws := _lint(library, name, ()):  # only the rules of form
        click.echo(str(flaws[0]), err=True)
        return None
    document = resolve(library.source(name))
    info, count = document["info"], sum(1 for _ in operations(document))
    return name, info["version"], str(count), info["title"]
