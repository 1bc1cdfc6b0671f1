"""`proofsheet client`."""

from __future__ import annotations

from pathlib import Path

import click

from proofsheet.spec.cli_options import home_option, source
from proofsheet.spec.clients.generate import NotMade, filled, make, package, version
from proofsheet.spec.clients.generators import Generator, generators, usage
from proofsheet.spec.clients.helpers.write import write_helper
from proofsheet.spec.document import Document
from proofsheet.spec.load import Library

LANGUAGES = ("python", "typescript", "go", "java", "rust")
VIEWS = ("json", "binary", "full")


@click.command("client")
@click.option(
    "--lang", "language", type=click.Choice(LANGUAGES), required=True, help="The client's language."
)
@click.option("--name", help="The document; needed where there are several families.")
@click.option(
    "--vendor", help="The document as this vendor documents it; without --name each family that it sells."
)
@click.option(
    "--view", type=click.Choice(VIEWS), help="json: pictures as JSON; binary: as bytes; full: both."
)
@click.option("--generator", "wanted", metavar="NAME", help="Another generator than the recommended one.")
@click.option("--overwrite", is_flag=True, help="DIR may hold files; the generator may remove them.")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR",
    help="The folder to make.",
)  # fmt: skip
@home_option
def client(
    language: str,
    name: str | None,
    vendor: str | None,
    view: str | None,
    wanted: str | None,
    overwrite: bool,
    output: Path,
    home: Path,
) -> None:
    """Make a typed client with the generator that is proven to work; docs/clients.md has the proof.

    The generator is a program of others: if it is not here, the message says how to install it. Most of them
    know one form of answer only, so a client takes pictures either as JSON or as bytes; make two for both.
    Beside a client of the recommended generator for Python or TypeScript stands a module `helpers`: tasks are
    submitted and waited for, the events of streams read to their end.

    \b
    Examples:
      proofsheet client --lang python --name stability -o stability_client
      proofsheet client --lang typescript --name stability --view binary -o src/stability
      proofsheet client --lang go --vendor gptnb --name flux -o flux
      proofsheet client --lang go --vendor gptnb -o gptnb        a folder in it for each family
      proofsheet client --lang go --name stability --generator go-ogen -o stability
    """
    generator = _generator(language, wanted)
    chosen = _view(generator, view)
    library = Library(home)
    called = _names(library, name, vendor)
    documents = {each: source(library, each).value for each in called}
    if output.exists() and any(output.iterdir()) and not overwrite:
        raise click.UsageError(f"{output} is not empty; name another folder, or say --overwrite")
    try:
        _same(generator, version(generator.tool))
        for each, document in documents.items():
            folder = output if len(called) == 1 else output / library.family(each)
            make(generator, document, chosen, folder)
            if generator.helper:
                _help(generator.language, library.load(each), chosen, folder)
            _summary(generator, chosen, folder, library.family(each))
    except NotMade as problem:
        raise click.ClickException(str(problem)) from None


def _generator(language: str, wanted: str | None) -> Generator:
    known = generators()
    if wanted is None:
        return known.of(language)
    names = [each.name for each in known.by_name.values() if each.language == language]
    if wanted not in names:
        raise click.UsageError(
            f"--generator expects one of {', '.join(names)} for {language}, came {wanted!r}"
        )
    return known.by_name[wanted]


def _view(generator: Generator, view: str | None) -> str:
    if view is None:
        return generator.views[0]
    if view not in generator.views:
        raise click.UsageError(
            f"--view expects {' or '.join(generator.views)} for {generator.name}, came {view}"
        )
    return view


def _names(library: Library, name: str | None, vendor: str | None) -> tuple[str, ...]:
    """The documents to make clients of: of a vendor each that it sells, or that of a family."""
    if vendor and vendor not in library.vendors():
        raise click.UsageError(f"--vendor expects one of {', '.join(library.vendors())}, came {vendor!r}")
    if vendor:
        sold = {library.family(each): each for each in library.sold_as(vendor)}
        if name and name not in sold:
            raise click.UsageError(f"{vendor} sells {', '.join(sold)}; came --name {name}")
        return (sold[name],) if name else tuple(sold.values())
    if name:
        return (name,)
    families = library.families()
    if len(families) != 1:
        raise click.UsageError(f"say --name: there are {', '.join(families) or 'no documents'}")
    return families


def _same(generator: Generator, found: str) -> None:
    if found != generator.tool.version:
        click.echo(
            f"note: {generator.tool.name} {found} is here; proven is {generator.tool.version}", err=True
        )


def _help(language: str, document: Document, view: str, folder: Path) -> None:
    made = write_helper(language, document, view, folder)
    if made.path:
        click.echo(f"{made.path}: for its tasks and streams", err=True)
    if made.missing:
        click.echo(f"note: the client has no call for {', '.join(made.missing)}", err=True)


def _summary(generator: Generator, view: str, output: Path, family: str) -> None:
    click.echo(f"{output}: made by {generator.name}, {view} view", err=True)
    if generator.needs:
        click.echo(f"it needs: {generator.needs}", err=True)
    if view == generator.views[0] and (first := usage(family, generator.name)):
        click.echo(filled(first, {"package": package(output.resolve().name)}), nl=False)
