"""What the options of `serve` come to: the settings of the double."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click

from proofsheet.mockserver import option_values as values
from proofsheet.mockserver.observability import watch
from proofsheet.mockserver.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_local(host: str) -> bool:
    """Whether only this machine reaches an address."""
    return host in LOOPBACK or host.startswith("127.")


def _with_recording(options: dict[str, Any]) -> dict[str, Any]:
    """The options, with a recording in one place, wherever it was named."""
    name, folder, answers = "--replay", options["replay"], options["answers"]
    if isinstance(answers, Path):
        if folder is not None:
            raise click.UsageError("--answers and --replay name two recordings: one can be served")
        name, folder, answers = "--answers", answers, ()
    if folder is not None:
        _check_recording(name, folder)
    return {**options, "replay": folder, "answers": answers}


def _check_recording(name: str, folder: Path) -> None:
    from proofsheet.mockserver.recorded_answers import load
    from proofsheet.traffic.errors import BadTraffic

    try:
        found = load(folder)
    except BadTraffic as problem:
        raise click.UsageError(f"{name}: {problem}") from None
    if not found.answers:
        raise click.UsageError(f"{name} {folder}: holds no exchange that could be served again")


def settings_of(host: str, options: dict[str, Any]) -> Settings:
    """The settings of the command's options. Raises UsageError for a recording that holds no answer."""
    options = _with_recording(options)
    names = {field.name for field in dataclasses.fields(Settings)}
    chosen = {name: value for name, value in options.items() if name in names}
    chosen["small_artifacts"] = options["artifacts"] == "small"
    chosen |= {name: options[name] == "on" for name in ("rate_limit", "language")}
    chosen["faults"] = options["fault"]
    if options["admin_key"] == values.NO_ADMIN_KEY:
        chosen["admin_key"] = None
    # Bound to this machine only, the control surface answers to this machine's names only.
    chosen["hosts"] = LOOPBACK | {host} if is_local(host) else frozenset()
    return Settings(**chosen)


def with_shared_secret(settings: Settings) -> Settings:
    """The settings, with what all have in common whose state is one; what is wrong with it is said here."""
    if lacking := watch.missing(settings):
        extras = ",".join(lacking)
        raise click.UsageError(f"--{lacking[0]}: its package is missing: pip install 'proofsheet[{extras}]'")
    if settings.state is None:
        return settings
    from proofsheet.mockserver.server import common_secret
    from proofsheet.mockserver.state.protocol import StateUnavailable

    try:
        return dataclasses.replace(settings, secret=common_secret(settings))
    except ImportError as problem:
        raise click.UsageError(
            f"--state: {problem.name} is missing: pip install 'proofsheet[redis]'"
        ) from None
    except (StateUnavailable, ValueError) as problem:
        raise click.ClickException(f"--state: {problem}") from None
