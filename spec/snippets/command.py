"""`proofsheet spec examples`."""

from __future__ import annotations

from pathlib import Path

import click

from proofsheet.spec.cli_options import home_option, loaded
from proofsheet.spec.load import Library
from proofsheet.spec.show.command import operation_of
from proofsheet.spec.snippets.example_call import Choice, NoExample, example_call
from proofsheet.spec.snippets.render import LANGUAGES, snippet


@click.command("examples")
@click.argument("name")
@click.argument("operation")
@click.option("--lang", "language", type=click.Choice(list(LANGUAGES)), default="curl", show_default=True)
@click.option("--url", help="The base URL, such as a mock's.  [default: the document's first server]")
@click.option("--accept", help="The form of the answer.  [default: what comes unasked]")
@click.option("--example", help="Which of the body's examples to send.  [default: the first]")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a field; repeatable; NAME=@FILE uploads.",
)
@home_option
def examples_command(
    name: str,
    operation: str,
    language: str,
    url: str | None,
    accept: str | None,
    example: str | None,
    fields: tuple[str, ...],
    home: Path,
) -> None:
    """Print a program that calls OPERATION of the document NAME and saves the answer to a file.

    It takes the key from the environment variable API_KEY, and ends with an error where the call is refused.
    Against a vendor it costs what the call costs; against `proofsheet serve` nothing.

    \b
    Examples:
      proofsheet spec examples stability generateCore --url http://127.0.0.1:4010
      proofsheet spec examples stability generateUltra --lang python --accept application/json
      proofsheet spec examples gptnb textToImage --lang go --field samples=2
      proofsheet spec examples stability generateUltra --lang java --field image=@cat.png --field strength=0.5
    """
    document = loaded(Library(home), name)
    chosen = operation_of(document, operation)
    try:
        made = example_call(document, chosen, Choice(url, accept, example, _pairs(fields)))
    except NoExample as problem:
        raise click.UsageError(str(problem)) from None
    click.echo(snippet(language, made), nl=False)


def _pairs(fields: tuple[str, ...]) -> dict[str, str]:
    for each in fields:
        if "=" not in each:
            raise click.UsageError(f"--field expects NAME=VALUE, came {each!r}")
    return {name: value for name, _, value in (each.partition("=") for each in fields)}
