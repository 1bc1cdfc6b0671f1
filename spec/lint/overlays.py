"""Rules about overlays: each has the form of OpenAPI Overlay 1.0 and says what it extends."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.spec import file_shapes
from proofsheet.spec.lint.context import Context, Found
from proofsheet.spec.load import HOME
from proofsheet.spec.yaml_reader import Source, read


def formed(context: Context) -> Iterator[Found]:
    """Every overlay of the document has the form that Overlay 1.0 gives it."""
    for source in _overlays(context):
        for pointer, message in file_shapes.flaws("overlay", source.value):
            yield Found(pointer, message, source)


def extending(context: Context) -> Iterator[Found]:
    """What an overlay extends is a file; where it says so, from where it stands."""
    for source in _overlays(context):
        extends = source.value.get("extends")
        folders = (source.path.parent, HOME / source.path.parent.name)  # its own, else the built-in one
        if isinstance(extends, str) and not any((each / extends).is_file() for each in folders):
            yield Found("/extends", f"there is no file {extends} from here; mend the path", source)


def _overlays(context: Context) -> Iterator[Source]:
    for path in context.library.overlays(context.name):
        yield read(path)
