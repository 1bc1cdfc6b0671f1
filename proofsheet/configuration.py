"""What options are unless they are given: `proofsheet.toml`, or `[tool.proofsheet]` of a pyproject.toml.

A table is named as a command, a key as one of its options without the dashes. Options come first, then the
environment (`PROOFSHEET_SERVE_PORT`), then the file, then the defaults.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

PREFIX = "PROOFSHEET"
FILE = "proofsheet.toml"


@dataclass(frozen=True)
class Configuration:
    """The tables of a file; without one, none. `at` is the file, for messages and for paths in it."""

    at: Path | None = None
    tables: Mapping[str, Any] = field(default_factory=dict)


def find(folder: Path) -> Configuration:
    """The file of a folder or of the nearest one above it. Raises UsageError for one that cannot be read."""
    for each in (folder, *folder.parents):
        if (own := each / FILE).is_file():
            return read(own)
        if (shared := each / "pyproject.toml").is_file() and (found := read(shared)).tables:
            return found
        if (each / ".git").exists():
            break
    return Configuration()


def read(path: Path) -> Configuration:
    """The tables of one file. Raises UsageError, with the line, for what is no TOML."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise click.UsageError(f"{path}: cannot be read: {problem.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise click.UsageError(f"{path}: expected TOML: {problem}") from None
    if path.name == "pyproject.toml":
        table = _table(path, "tool", table.get("tool", {})).get("proofsheet", {})
    return Configuration(path, _table(path, "tool.proofsheet", table))


def _table(path: Path, name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise click.UsageError(f"{path}: {name}: expected a table, came {value!r}")
    return value


def checked_names(configuration: Configuration, commands: Iterable[str]) -> None:
    """Raise UsageError for a table that is named as no command."""
    known = list(commands)
    for name in configuration.tables:
        if name not in known:
            raise click.UsageError(f"{configuration.at}: no command {name!r}{_nearest(name, known)}")


def defaults(configuration: Configuration, name: str, command: click.Command) -> dict[str, Any]:
    """What click takes as a command's default_map. Raises UsageError for what is none of its options.

    So it does for a variable of the environment that is named as the command's, and as no option of it.
    """
    _check_environment(name, command)
    value = configuration.tables.get(name, {})
    return _of_command(configuration, name, _table(configuration.at or Path(FILE), name, value), command)


def _of_command(
    configuration: Configuration, name: str, table: Mapping[str, Any], command: click.Command
) -> dict[str, Any]:
    inner = command.commands if isinstance(command, click.Group) else {}
    options = {_key(option): option for option in options_of(command)}
    found: dict[str, Any] = {}
    for key, value in table.items():
        where = f"{name}.{key}"
        if key in inner:
            rows = _table(configuration.at or Path(FILE), where, value)
            found[key] = _of_command(configuration, where, rows, inner[key])
        elif (option := options.get(key.replace("_", "-"))) is not None:
            found[str(option.name)] = given = _value(configuration, where, option, value)
            _check(configuration, where, option, given)
        else:
            near = _nearest(key, [*options, *inner])
            raise click.UsageError(f"{configuration.at}: {where} is no option of {name}{near}")
    return found


def options_of(command: click.Command) -> list[click.Option]:
    """The options that may be set once and for all."""
    return [each for each in command.params if isinstance(each, click.Option) and each.name != "help"]


def _key(option: click.Option) -> str:
    return max(option.opts, key=len).lstrip("-")


def variable(name: str, option: click.Option) -> str:
    """The variable of the environment that sets an option of a command (`spec lint`)."""
    return "_".join([PREFIX, *name.split(), str(option.name)]).upper().replace("-", "_")


def _value(configuration: Configuration, where: str, option: click.Option, value: Any) -> Any:
    if option.is_flag != isinstance(value, bool):
        expected = "true or false" if option.is_flag else "a string or a number"
        raise click.UsageError(f"{configuration.at}: {where}: expected {expected}, came {value!r}")
    if option.multiple:
        return [_text(configuration, where, option, each) for each in _listed(value)]
    if isinstance(value, list):
        return ",".join(_text(configuration, where, option, each) for each in value)
    return value if option.is_flag else _text(configuration, where, option, value)


def _check(configuration: Configuration, where: str, option: click.Option, given: Any) -> None:
    """Read a value as the command will, so that a complaint names the file and not an option nobody typed."""
    try:
        option.process_value(click.Context(click.Command(where)), given)
    except click.BadParameter as problem:
        raise click.UsageError(f"{configuration.at}: {where}: {problem.message}") from None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(configuration: Configuration, where: str, option: click.Option, value: Any) -> str:
    """A value as it would be typed; a path as it is seen from the folder of the file."""
    if isinstance(value, dict | list | bool):
        raise click.UsageError(f"{configuration.at}: {where}: expected a string or a number, came {value!r}")
    is_path = isinstance(option.type, click.Path) and configuration.at is not None
    return str(configuration.at.parent / str(value)) if is_path and configuration.at else str(value)


def _check_environment(name: str, command: click.Command) -> None:
    """Raise UsageError for a variable that begins as a command's do and names no option of it."""
    if isinstance(command, click.Group):
        return
    known = {variable(name, option) for option in options_of(command)}
    for given in os.environ:
        if given.startswith(f"{PREFIX}_{name.upper()}_") and given not in known:
            near = _nearest(given, known)
            raise click.UsageError(f"the environment's {given} is no option of {name}{near}")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
