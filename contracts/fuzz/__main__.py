"""`python -m proofsheet.contracts.fuzz NAME`: a document as schemathesis reads it, as JSON."""

from __future__ import annotations

import json

import click

from proofsheet.contracts.fuzz.schemathesis_document import as_read
from proofsheet.spec.load import Library
from proofsheet.spec.yaml_reader import BadFile


@click.command(epilog="Example:  python -m proofsheet.contracts.fuzz stability > stability.json")
@click.argument("name")
def main(name: str) -> None:
    """Write the document NAME for `schemathesis run`, with proofsheet.contracts.fuzz.hooks as its hooks."""
    try:
        document = Library().load(name)
    except (LookupError, BadFile) as problem:
        raise click.UsageError(str(problem)) from None
    click.echo(json.dumps(as_read(document), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(prog_name="python -m proofsheet.contracts.fuzz")
