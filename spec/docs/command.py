"""`proofsheet spec docs`."""

from __future__ import annotations

from pathlib import Path

import click

from proofsheet.spec.catalogue.grades import graded
from proofsheet.spec.cli_options import home_option, loaded, misshapen_refused
from proofsheet.spec.docs.site import Site
from proofsheet.spec.load import Library


@click.command("docs")
@click.argument("names", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reference"),
    show_default=True,
    help="The folder to write to.",
)
@home_option
def docs_command(names: tuple[str, ...], output: Path, home: Path) -> None:
    """Write a reference site of the documents NAMES; of all of them, with the catalogue, if none is named.

    Static pages that need no server and no network: open index.html. The same call writes the same bytes.
    `proofsheet serve` has the site of what it serves at /_mock/docs/, where calls can be tried.

    \b
    Examples:
      proofsheet spec docs
      proofsheet spec docs stability gptnb -o site
    """
    library = Library(home)
    if not (wanted := dict.fromkeys(names or library.names())):
        raise click.UsageError(f"there is no document in {library.home / 'apis'}")
    menus = () if names else graded(library, map(library.menu, library.catalogued()))
    site = Site(tuple(loaded(library, name) for name in wanted), menus=tuple(menus))
    files: dict[str, bytes] = {}
    for path in site.paths():
        folder = path.partition("/")[0]
        with misshapen_refused(library, folder if folder in wanted else next(iter(wanted))):
            file = site.file(path)
        assert file is not None
        files[path] = file.content
    try:
        for path, content in files.items():
            (output / path).parent.mkdir(parents=True, exist_ok=True)
            (output / path).write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{error.filename} cannot be written: {error.strerror}") from None
    click.echo(f"{output / 'index.html'}: {len(wanted)} documents in {len(files)} files")
