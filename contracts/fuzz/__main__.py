"""`python -m proofsheet.contracts.fuzz NAME`: a document as schemathesis reads it, as JSON."""

from __future__ import annotations

import json

import click

from proofsheet.contracts.fuzz.schemathesis_document import as_read
from proofsheet.spec.cli_options import loaded
from proofsheet.spec.load import Library


@click.command(epilog="Example:  python -m proofsheet.contracts.fuzz stability > stability.json")
@click.argument("name")
def main(name: str) -> None:
    """Write the document NAME for `schemathesis run`, with proofsheet.contracts.fuzz.hooks as its hooks."""
    document = loaded(Library(), name)
    click.echo(json.dumps(as_read(document), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(prog_name="python -m proofsheet.contracts.fuzz")
