"""Templates of programs: snippets, and helpers beside generated clients."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def program_templates(folder: Path) -> Environment:
    """The templates of a folder: not escaped, as programs are no pages; what is undefined fails."""
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
