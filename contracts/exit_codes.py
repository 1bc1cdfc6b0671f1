"""How the commands that judge end: exit codes, and an error in a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

CONFORMS, FINDINGS, BROKEN = 0, 1, 3


def fail(problem: object) -> NoReturn:
    """End the command: what it is given cannot be used, or what it makes cannot be written."""
    click.echo(f"Error: {problem}", err=True)
    raise SystemExit(BROKEN)


@contextmanager
def failing_on(*kinds: type[Exception]) -> Iterator[None]:
    """End the command where one of these is raised."""
    try:
        yield
    except kinds as problem:
        fail(problem)
