"""`proofsheet spec catalogue`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from proofsheet.spec.catalogue import coverage
from proofsheet.spec.catalogue.grades import GRADES, graded
from proofsheet.spec.catalogue.menu import Entry, Menu
from proofsheet.spec.cli_options import home_option
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import BadFile

_WIDTH = max(map(len, GRADES))


@click.command("catalogue")
@click.argument("vendors", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--entries", is_flag=True, help="List every entry, how well it is known, and what it means.")
@home_option
def catalogue_command(vendors: tuple[str, ...], as_json: bool, entries: bool, home: Path) -> None:
    """Show how much of the menus of VENDORS works, by group and in all; of all vendors if none is named.

    An entry works if it means operations that are in a document, or if it is prose and a page of ours has it.
    It is as well known as the least known of its operations; where a path or fields are our own, it is
    counted as assumed.
    The exit status is 0, or 2 if a vendor is unknown or a menu cannot be read.

    \b
    Examples:
      proofsheet spec catalogue
      proofsheet spec catalogue gptnb --entries
      proofsheet spec catalogue --json
    """
    library = Library(home)
    if not (wanted := vendors or library.catalogued()):
        raise click.UsageError(f"there is no menu in {library.home / 'catalogue'}")
    try:
        menus = graded(library, [library.menu(vendor) for vendor in dict.fromkeys(wanted)])
    except (LookupError, BadFile) as problem:
        raise click.UsageError(str(problem)) from None
    if as_json:
        click.echo(json.dumps(coverage.as_data(menus), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_text(menus, entries)))


def _text(menus: Sequence[Menu], entries: bool) -> Iterator[str]:
    for menu in menus:
        yield f"{menu.vendor}: {_works(menu.entries)}"
        for top, share in coverage.by_group(menu).items():
            assumed = f", {share.assumed} assumed" if share.assumed else ""
            yield f"  {share!s:>10}  {top or '(outside any group)'}{assumed}"
        yield from (f"    {_entry(entry)}" for entry in menu.entries if entries)
        yield ""
    if waiting := coverage.planned(menus):
        listed = ", ".join(f"{family} {number}" for family, number in waiting.items())
        yield f"planned: {listed}"
    every = [entry for menu in menus for entry in menu.entries]
    yield f"in all: {_works(every)}"


def _works(entries: Iterable[Entry]) -> str:
    share = coverage.share(entries)
    return f"{share} entries work: {share.parts}"


def _entry(entry: Entry) -> str:
    state = ", ".join(entry.means) or (f"planned: {entry.planned}" if entry.planned else entry.prose)
    return f"{entry.grade or '':{_WIDTH}}  {' > '.join(filter(None, (entry.group, entry.title)))}: {state}"
