"""The documents that are named on the command line, ready to serve."""

from __future__ import annotations

from functools import partial

import click

from proofsheet.mockserver.documents import Documents
from proofsheet.spec.cli_options import refused_as_usage
from proofsheet.spec.load import Library


def load_documents(library: Library, names: tuple[str, ...]) -> Documents:
    """The named documents and their parts, read now; without names every family, of which one is read now."""
    documents = listed(library, _with_parts(library, names) or library.in_serving_order())
    if not documents.names:
        raise click.UsageError(f"there are no documents in {library.home / 'apis'}")
    for name in documents.names if names else documents.names[:1]:
        try:
            with refused_as_usage():
                documents.load(name)
        except click.UsageError:
            raise
        except Exception as problem:  # jsonschema-rs and others have their own kinds
            hint = f"`proofsheet spec lint {name}` says where"
            raise click.UsageError(f"{name} cannot be served ({problem}); {hint}") from None
    return documents


def _with_parts(library: Library, names: tuple[str, ...]) -> tuple[str, ...]:
    with refused_as_usage():
        return tuple(dict.fromkeys(each for name in names for each in library.with_parts(name)))


def listed(library: Library, names: tuple[str, ...]) -> Documents:
    """Documents of these names, each read when it is first asked for."""
    return Documents({name: partial(library.load, name) for name in names})
