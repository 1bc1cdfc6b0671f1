"""`python -m contracts.fuzzing NAME`: a document as schemathesis reads it, as JSON."""

from __future__ import annotations

import json

import click

from contracts.fuzzing.document import as_read
from spec.load import Library
from spec.overlay import BadOverlay
from spec.read import Unreadable


@click.command(epilog="Example:  python -m contracts.fuzzing stability > stability.json")
@click.argument("name")
def main(name: str) -> None:
    """Write the document NAME for `schemathesis run`, with contracts.fuzzing.hooks as its hooks."""
    try:
        document = Library().load(name)
    except (LookupError, Unreadable, BadOverlay) as problem:
        raise click.UsageError(str(problem)) from None
    click.echo(json.dumps(as_read(document), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(prog_name="python -m contracts.fuzzing")
