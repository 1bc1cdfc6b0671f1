"""`proofsheet spec bundle`."""

from __future__ import annotations

from pathlib import Path

import click

from proofsheet.spec.cli_options import home_option, loaded, misshapen_refused
from proofsheet.spec.export.bundle import VERSIONS, VIEWS, Wanted, bundle
from proofsheet.spec.export.losses import report
from proofsheet.spec.export.serialize import as_json, as_yaml
from proofsheet.spec.load import Library


@click.command("bundle")
@click.argument("name")
@click.option(
    "--openapi",
    "version",
    type=click.Choice(VERSIONS),
    default="3.1",
    show_default=True,
    help="The version to write.",
)
@click.option(
    "--view",
    type=click.Choice(VIEWS),
    default="full",
    show_default=True,
    help="json: pictures as JSON only; binary: pictures as bytes only. Generators take one of them.",
)
@click.option("--vendor", help="NAME as this vendor documents it; the same as the vendor's name alone.")
@click.option(
    "--keep-extensions/--strip-extensions",
    "extensions",
    default=None,
    help="Keep our x- keywords, or leave them out.  [default: kept in the full view only]",
)
@click.option(
    "--format", "style", type=click.Choice(["yaml", "json"]), help="By FILE's ending if absent, else yaml."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option(
    "--loss",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was lost there, not to stderr.",
)
@home_option
def bundle_command(
    name: str,
    version: str,
    view: str,
    vendor: str | None,
    extensions: bool | None,
    style: str | None,
    output: Path | None,
    loss: Path | None,
    home: Path,
) -> None:
    """Write the document NAME as one OpenAPI file, overlays applied.

    NAME is a family, a variant of it, or a vendor. The same call gives the same bytes. What the file cannot
    say any more is listed on stderr, one loss in a line.

    \b
    Examples:
      proofsheet spec bundle stability -o stability.yaml
      proofsheet spec bundle stability --view json -o for-clients.json
      proofsheet spec bundle gptnb --openapi 3.0 --loss lost.txt -o gptnb.yaml
    """
    library = Library(home)
    called = _called(library, name, vendor)
    source = loaded(library, called).source
    with misshapen_refused(library, called):
        made = bundle(source, Wanted(version, view, extensions))
    is_json = style == "json" or (style is None and output is not None and output.suffix == ".json")
    text = as_json(made.document) if is_json else as_yaml(made.document)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)
    if loss is not None:
        _write(loss, report(made.losses))
    else:
        click.echo(report(made.losses), err=True, nl=False)


def _called(library: Library, name: str, vendor: str | None) -> str:
    if vendor is None:
        return name
    documents = {slug: _sold(library, slug, name) for slug in library.vendors()}
    known = [slug for slug, document in documents.items() if document]
    if (document := documents.get(vendor)) is None:
        raise click.BadParameter(
            f"expected a vendor of {name}: {', '.join(known) or 'there is none'}; came {vendor!r}",
            param_hint="--vendor",
        )
    return document


def _sold(library: Library, vendor: str, family: str) -> str | None:
    """The vendor's document of a family."""
    return next((each for each in library.sold_as(vendor) if library.family(each) == family), None)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None
