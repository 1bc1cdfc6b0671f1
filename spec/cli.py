"""`proofsheet spec`: look at the documents and lint them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from proofsheet.spec import diff, vendor_matrix
from proofsheet.spec.build import operations
from proofsheet.spec.catalogue.command import catalogue_command
from proofsheet.spec.cli_options import home_option, refused_as_usage
from proofsheet.spec.diff import inputs, render
from proofsheet.spec.docs.command import docs_command
from proofsheet.spec.export.command import bundle_command
from proofsheet.spec.lint.rules import FORM, RULES, Rule
from proofsheet.spec.lint.run import LintFlaw, lint
from proofsheet.spec.load import Library
from proofsheet.spec.load_errors import Unknown
from proofsheet.spec.show.command import claims_command, outcomes_command, show_command
from proofsheet.spec.snippets.command import examples_command
from proofsheet.spec.text_table import table
from proofsheet.spec.yaml_reader import BadFile

_STYLE = click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print it.",
)


@click.group("spec")
def spec_group() -> None:
    """The documents: one OpenAPI contract for each API family, its variants, and vendors that resell it."""


@spec_group.command("lint")
@click.argument("names", nargs=-1)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@home_option
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
@home_option
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
    click.echo(
        table([name, version, f"{count} operations", title] for name, version, count, title in rows), nl=False
    )
    context.exit(0 if len(rows) == len(names) else 1)


def _row(library: Library, name: str) -> tuple[str, str, str, str] | None:
    try:
        document = library.load(name).raw  # mostly from the cache
    except (BadFile, LookupError) as error:
        flaws = _lint(library, name, ())  # only the rules of form
        click.echo(str(flaws[0] if flaws else error), err=True)
        return None
    info, count = document["info"], sum(1 for _ in operations(document))
    return name, info["version"], str(count), info["title"]


@spec_group.command("vendors")
@click.argument("names", nargs=-1)
@_STYLE
@home_option
def vendors_command(names: tuple[str, ...], style: str, home: Path) -> None:
    """Show what the vendors NAMES document, by operation, status and field; all vendors if none is named.

    What a vendor's pages do not say is inherited: the base holds, and `proofsheet check` can warn there and
    not fail. The exit status is 0, or 2 if a name is unknown or a file cannot be used.

    \b
    Examples:
      proofsheet spec vendors
      proofsheet spec vendors gptnb vman
      proofsheet spec vendors --format markdown > vendors.md
    """
    library = Library(home)
    if not (wanted := names or library.vendors()):
        raise click.UsageError(f"there is no vendor in {library.home / 'vendors'}")
    with refused_as_usage():
        made = vendor_matrix.matrix(library, tuple(dict.fromkeys(wanted)))
    if style == "json":
        click.echo(json.dumps(made.as_data(), ensure_ascii=False, indent=2))
    else:
        click.echo(
            vendor_matrix.markdown(made) if style == "markdown" else vendor_matrix.text(made), nl=False
        )


@spec_group.command("diff")
@click.argument("first")
@click.argument("second")
@click.option("--all", "everything", is_flag=True, help="List documentary differences too.")
@_STYLE
@home_option
@click.pass_context
def diff_command(
    context: click.Context, first: str, second: str, everything: bool, style: str, home: Path
) -> None:
    """Show what changes for an app that works by FIRST and goes to SECOND.

    Each is a document's name or an OpenAPI 3 file. A difference is breaking if such an app can be refused, be
    answered in another form or pay more; tolerable if it need not care; documentary if only words or evidence
    differ. The exit status is 0 if nothing breaks, 1 if something does, 2 for a usage error.

    \b
    Examples:
      proofsheet spec diff stability gptnb
      proofsheet spec diff gptnb vman --all
      proofsheet spec diff stability my-document.yaml --format json
    """
    library = Library(home)
    found = diff.compare(_opened(library, first), _opened(library, second))
    if style == "json":
        click.echo(json.dumps(render.as_data(first, second, found), ensure_ascii=False, indent=2))
    else:
        tell = render.markdown if style == "markdown" else render.text
        click.echo(tell(first, second, found, everything), nl=False)
    context.exit(1 if found.count(diff.BREAKING) else 0)


def _opened(library: Library, name: str) -> Any:
    with refused_as_usage():
        return inputs.opened(library, name)


spec_group.add_command(bundle_command)
spec_group.add_command(show_command)
spec_group.add_command(outcomes_command)
spec_group.add_command(claims_command)
spec_group.add_command(examples_command)
spec_group.add_command(docs_command)
spec_group.add_command(catalogue_command)
