"""A call of what is served, to be pasted: on the page and where the server starts."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from proofsheet.spec.document import Document, Operation
from proofsheet.spec.snippets.example_call import Choice, NoExample, example_call
from proofsheet.spec.snippets.render import snippet

KEY = "sk-test"  # any will do


def example(documents: Iterable[Document], origin: str) -> str | None:
    """A curl command with the document's own example; one that saves a picture, if there is one."""
    pairs = [(each, operation) for each in documents for operation in each.operations.values()]
    for document, operation in sorted(pairs, key=lambda pair: not _draws_at_once(pair[1])):
        with suppress(NoExample):
            call = example_call(document, operation, Choice(url=origin + document.bases[0]))
            return snippet("curl", call).replace("$API_KEY", KEY).rstrip()
    return None


def _draws_at_once(operation: Operation) -> bool:
    """Whether an answer may be the picture that was asked for."""
    known = (name for each in operation.outcomes.values() for name in each.representations)
    return operation.artifact is not None and any(name.startswith("image/") for name in known)
