"""What commands share: the folder of documents, finding one by its name, what is said where that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from proofsheet.spec.document import Document
from proofsheet.spec.load import HOME, Library
from proofsheet.spec.load_errors import MISSHAPES, Misshapen
from proofsheet.spec.yaml_reader import BadFile, Source

T = TypeVar("T")
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

home_option = click.option(
    "--home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=HOME,
    show_default="the documents that come with proofsheet",
    help="The folder that holds apis/, overlays/, vendors/ and claims/.",
)


documents_option = click.option(
    "--spec",
    "home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder of documents of your own; what it lacks is found among the built-in ones.",
)


def with_options(options: Sequence[Decorator]) -> Decorator:
    """A command's options, in the order in which --help is to print them."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


@contextmanager
def refused_as_usage(*more: type[Exception]) -> Iterator[None]:
    """Makes a UsageError of a document that is not there or cannot be read, and of `more` kinds of errors."""
    kinds: tuple[type[Exception], ...] = (LookupError, BadFile, *more)
    try:
        yield
    except kinds as problem:
        raise click.UsageError(str(problem)) from None


def parsed_by(read: Callable[[str], T]) -> Callable[[Any, Any, str | None], T | None]:
    """An option's callback: what `read` makes of its text; the ValueError that it raises is one of usage."""

    def parsed(context: Any, parameter: Any, value: str | None) -> T | None:
        try:
            return None if value is None else read(value)
        except ValueError as problem:
            raise click.BadParameter(str(problem)) from None

    return parsed


def document_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The documents and vendors whose names begin so, for a shell that completes."""
    library = Library()
    names = (*library.names(), *library.vendors())
    return sorted({each for each in names if each.startswith(incomplete)})


def credits_in(text: str, most: int) -> Decimal:
    """A number of credits from 0 to `most`. Raises ValueError."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= most:
        raise ValueError(f"expected a number of credits from 0 to {most}, came {text!r}")
    return found


def day_in(text: str) -> date:
    """A day such as 2027-03-01, before the year 9999. Raises ValueError."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else date.max
    except ValueError:
        found = date.max
    if found.year == date.max.year:
        raise ValueError(f"expected a day such as 2027-03-01, before 9999-01-01, came {text!r}")
    return found


def source(library: Library, name: str) -> Source:
    """The plain data of the document `name`. Raises UsageError, which says where and why."""
    with refused_as_usage():
        return library.source(name)


def loaded(library: Library, name: str) -> Document:
    """The document `name`, loaded. Raises UsageError as `source`."""
    with refused_as_usage():
        return library.load(name)


@contextmanager
def misshapen_refused(library: Library, name: str) -> Iterator[None]:
    """Makes a UsageError of what the shape of the loaded document `name` raises in its readers."""
    try:
        yield
    except MISSHAPES as error:
        problem = Misshapen(name, library.files(name)[0], f"{type(error).__name__}: {error}")
        raise click.UsageError(str(problem)) from None
