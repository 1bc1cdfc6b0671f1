"""`proofsheet config`: what holds for each option, and where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich import box
from rich.console import Console
from rich.table import Table

from proofsheet import configuration
from proofsheet.configuration import Configuration, options_of, variable

_TARGET = "target.toml"
EPILOG = """\b
Examples:
  proofsheet config               what the file and the environment set
  proofsheet config serve         every option of `serve`, with where its value comes from
  proofsheet config --json
  proofsheet config --schema > proofsheet.schema.json   for editors
  proofsheet config --schema target.toml                the same of a target.toml
  proofsheet config --completion bash >> ~/.bashrc      tab completes (zsh: >> ~/.zshrc,
      fish: > ~/.config/fish/completions/proofsheet.fish)

\b
A file `proofsheet.toml` (or the table [tool.proofsheet] of pyproject.toml), here or in a folder above:
  [serve]
  port = 8080
  credits = 20
  fault = ["latency=0.2", "reset@0.01"]
Options come first, then the environment (PROOFSHEET_SERVE_PORT=8080), then the file, then the defaults.
"""


@dataclass(frozen=True)
class _Row:
    option: str
    value: Any
    origin: str
    is_set: bool  # by the file or the environment


@click.command(epilog=EPILOG, short_help="Show what holds for each option, and where it comes from.")
@click.argument("command", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--schema", is_flag=False, flag_value=configuration.FILE, metavar="[target.toml]",
              type=click.Choice([configuration.FILE, _TARGET]),
              help="Print the JSON Schema of proofsheet.toml, or of a target.toml.")  # fmt: skip
@click.option("--completion", type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish",
              help="Print what completes commands, options and names in a shell.")  # fmt: skip
@click.pass_context
def config(
    context: click.Context, command: str | None, as_json: bool, schema: str | None, completion: str | None
) -> None:
    """Show what holds for the options of COMMAND; without it, what is set for any of them."""
    parent = context.parent
    assert parent is not None
    assert isinstance(parent.command, click.Group)
    if completion or schema == _TARGET:
        click.echo(_script(parent.command, completion) if completion else _target_schema())
        return
    names = [each for each in parent.command.list_commands(parent) if each != context.info_name]
    if command is not None and command not in names:
        raise click.UsageError(f"no command {command!r}; there are {', '.join(names)}")
    chosen = {name: _command(parent, name) for name in ([command] if command else names)}
    if schema:
        click.echo(json.dumps(_schema(chosen), indent=2))
        return
    found = parent.obj if isinstance(parent.obj, Configuration) else Configuration()
    rows = [row for name, each in chosen.items() for row in _rows(found, name, each)]
    _print(found, rows if command else [row for row in rows if row.is_set], as_json)


def _script(main: click.Command, shell: str) -> str:
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    return kind(main, {}, "proofsheet", "_PROOFSHEET_COMPLETE").source()


def _target_schema() -> str:
    from proofsheet.contracts import client
    from proofsheet.spec.yaml_reader import read

    return json.dumps(read(Path(next(iter(client.__path__))) / "target.schema.yaml").value, indent=2)


def _command(parent: click.Context, name: str) -> click.Command:
    assert isinstance(parent.command, click.Group)
    found = parent.command.get_command(parent, name)
    assert found is not None
    return found


def _rows(found: Configuration, name: str, command: click.Command) -> Iterator[_Row]:
    yield from _of(found, name, command, configuration.defaults(found, name, command))


def _of(found: Configuration, name: str, command: click.Command, given: dict[str, Any]) -> Iterator[_Row]:
    context = click.Context(command, info_name=name, default_map=given)
    context.auto_envvar_prefix = f"{configuration.PREFIX}_{name.upper().replace(' ', '_').replace('-', '_')}"
    for option in options_of(command):
        value, source = option.consume_value(context, {})
        is_file, is_variable = source is ParameterSource.DEFAULT_MAP, source is ParameterSource.ENVIRONMENT
        origin = str(found.at) if is_file else variable(name, option) if is_variable else "default"
        shown = value if isinstance(value, str | int | float | bool | list | tuple) else None
        shown = "(a secret)" if shown and option.name == "admin_key" else shown
        yield _Row(f"{name} {max(option.opts, key=len)}", shown, origin, is_file or is_variable)
    if isinstance(command, click.Group):
        for inner, each in command.commands.items():
            yield from _of(found, f"{name} {inner}", each, given.get(inner, {}))


def _print(found: Configuration, rows: list[_Row], as_json: bool) -> None:
    if as_json:
        listed = [{"option": row.option, "value": row.value, "from": row.origin} for row in rows]
        click.echo(json.dumps({"file": str(found.at) if found.at else None, "options": listed}, indent=2))
        return
    click.echo(f"file: {found.at or 'none'}")
    if not rows:
        click.echo("Nothing is set: every option has its default (`proofsheet config serve` shows them).")
        return
    table = Table("option", "value", "from", box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(row.option, "-" if row.value is None else str(row.value), row.origin)
    Console(soft_wrap=False).print(table)


def _schema(commands: dict[str, click.Command]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": configuration.FILE,
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _table_schema(each) for name, each in commands.items()},
    }


def _table_schema(command: click.Command) -> dict[str, Any]:
    properties = {max(each.opts, key=len).lstrip("-"): _option_schema(each) for each in options_of(command)}
    if isinstance(command, click.Group):
        properties |= {name: _table_schema(each) for name, each in command.commands.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _option_schema(option: click.Option) -> dict[str, Any]:
    help_text = {"description": option.help} if option.help else {}
    if option.is_flag:
        return {"type": "boolean", **help_text}
    if isinstance(option.type, click.Choice):
        one: dict[str, Any] = {"enum": list(option.type.choices)}
    elif isinstance(option.type, click.types.IntParamType):
        one = {"type": ["integer", "string"]}
    else:
        one = {"type": ["string", "number"]}
    several = {"anyOf": [one, {"type": "array", "items": one}]}
    takes_several = option.multiple or "," in (option.metavar or "")
    return {**(several if takes_several else one), **help_text}
