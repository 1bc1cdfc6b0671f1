"""What may be compared: the library's documents by name, and OpenAPI files by path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofsheet.spec import file_shapes, pointers
from proofsheet.spec.load import Library
from proofsheet.spec.references import resolve
from proofsheet.spec.yaml_reader import Source, read

_ENDINGS = (".yaml", ".yml", ".json")


def opened(library: Library, name: str) -> Mapping[str, Any]:
    """The document `name` without references; a name with a slash or a file's ending is a path.

    Raises load.Unknown, BadFile and references.BadReference; and
    LookupError for a file that is no OpenAPI document.
    """
    is_path = "/" in name or name.endswith(_ENDINGS)
    source = read(Path(name)) if is_path else library.source(name)
    resolved = resolve(source) if isinstance(source.value, dict) else source.value
    _check(source, resolved)
    document: Mapping[str, Any] = resolved
    return document


def _check(source: Source, resolved: Any) -> None:
    for pointer, problem in file_shapes.flaws("compared", resolved)[:1]:
        where = source.where(_origin(source.value, pointer))
        raise LookupError(f"{where}: is no OpenAPI 3 document that can be compared: {problem}")


def _origin(document: Any, pointer: str) -> str:
    try:
        return pointers.origin(document, pointer)
    except KeyError:  # what is missing is missing in the nearest place above
        return pointer
