"""`proofsheet spec import`: a document of one's own from somebody's OpenAPI document, or from traffic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from proofsheet.contracts.exit_codes import fail, failing_on

EPILOG = """\b
Examples:
  proofsheet spec import openapi.yaml --name mine --out specs    specs/apis/mine.yaml
  proofsheet spec import browser.har --name mine --out specs     from what a browser saw
  proofsheet spec import traffic --name mine --out specs         what `proxy --record` recorded
  proofsheet spec import openapi.json --name mine --out specs --only /v1/images

\b
Then:
  proofsheet serve mine --spec specs
  proofsheet check mine --spec specs --url http://127.0.0.1:4010 --key-env KEY
  proofsheet spec lint mine --home specs       what is still missing, by line

docs/your-own.md goes on from there. Exit codes: 0 written, 2 usage, 3 FILE cannot be used.
"""


@click.command(
    "import", epilog=EPILOG, short_help="Make a document of your own from OpenAPI, HAR or traffic."
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--name", required=True, metavar="NAME", help="The family's name: small letters, digits, hyphens."
)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="The folder of documents, for --spec; the document is DIR/apis/NAME.yaml.")  # fmt: skip
@click.option(
    "--only", multiple=True, metavar="START", help="Only paths or operationIds that begin so; repeatable."
)
@click.option("--force", is_flag=True, help="Write over a document that is there.")
def import_command(file: Path, name: str, out: Path, only: tuple[str, ...], force: bool) -> None:
    """Make the document NAME from FILE: an OpenAPI document (3.0, 3.1), a HAR file, or a recorded transcript.

    What FILE says is kept and cited. What it does not say is made up where something must stand there, is
    marked as assumed, and can fail nobody; what that is, is said. No value of traffic is kept, only types.
    """
    import re

    from proofsheet.spec.export.serialize import as_yaml
    from proofsheet.spec.yaml_reader import BadFile
    from proofsheet.traffic.errors import BadTraffic

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise click.UsageError(f"--name: expected small letters, digits and hyphens, came {name!r}")
    path = out / "apis" / f"{name}.yaml"
    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already; --force writes over it")
    with failing_on(BadFile, BadTraffic, ValueError):
        found = _imported(file, name, only)
    if not found.count:
        why = next(iter(found.left_out.values()), "nothing begins as --only says")
        fail(f"{file}: no operation of it can be served: {why}")
    head = "".join(f"#   {each}\n" for each in found.notes.lines())
    text = f"# Imported from {file.name}. What is still to be looked at:\n{head}{as_yaml(found.value)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise click.UsageError(f"cannot write {path}: {problem.strerror or problem}") from None
    _say(found, path, name, out)


def _imported(file: Path, name: str, only: tuple[str, ...]) -> Any:
    """Raises BadFile, BadTraffic and ValueError."""
    from proofsheet.spec.importing.document import imported
    from proofsheet.spec.importing.openapi_file import read

    if _is_traffic(file):
        from proofsheet.contracts.recorded.judge_command import read as flows
        from proofsheet.contracts.recorded.observed_api import observed_api

        title = f"Recorded traffic, {file.name}"
        return imported(observed_api(flows(file), name), name, title, "observed", only)
    document = read(file)
    info = document.get("info")
    named = info.get("title") if isinstance(info, dict) else None
    return imported(document, name, f"OpenAPI document: {named or file.name}", "official", only)


def _is_traffic(file: Path) -> bool:
    """Whether it is a folder, a transcript, or a HAR file: JSON that has a log."""
    if file.is_dir() or file.suffix in (".har", ".jsonl"):
        return True
    try:
        with file.open("rb") as stream:
            return b'"log"' in stream.read(200)
    except OSError:
        return False


def _say(found: Any, path: Path, name: str, out: Path) -> None:
    click.echo(f"{path}: {found.count} operations")
    for place, why in found.left_out.items():
        click.echo(f"left out: {place}: {why}")
    for each in found.notes.lines():
        click.echo(f"look at: {each}")
    click.echo(f"next: proofsheet serve {name} --spec {out}; proofsheet spec lint {name} --home {out}")
