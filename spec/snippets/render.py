"""From a call to a program's text, by a template for each language."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from proofsheet.spec.program_templates import program_templates
from proofsheet.spec.snippets.example_call import ExampleCall

LANGUAGES = {
    "curl": "sh",
    "python": "py",
    "javascript": "mjs",
    "go": "go",
    "java": "java",
}  # to a file's ending
_TEMPLATES = Path(__file__).parent / "templates"


def snippet(language: str, call: ExampleCall) -> str:
    """The program. It takes the key from the variable API_KEY, and fails where the call is refused."""
    environment = program_templates(_TEMPLATES)
    environment.filters.update(
        sh=shlex.quote, text=_text, ascii=_ascii, py=_python, json=_json, block=_block, raw=_raw
    )
    return environment.get_template(f"{language}.j2").render(call=call, path=urlsplit(call.url).path)


def _text(value: str) -> str:
    """A string literal of Python, JavaScript and Go."""
    return json.dumps(value, ensure_ascii=False)


def _ascii(value: str) -> str:
    """A string literal of Java, whatever the compiler takes the file's encoding for."""
    return json.dumps(value)


def _python(value: Any) -> str:
    """The same as JSON, but for its three words."""
    if isinstance(value, dict):
        lines = [f"{_text(name)}: {_python(each)}," for name, each in value.items()]
    elif isinstance(value, list):
        lines = [f"{_python(each)}," for each in value]
    else:
        return _text(value) if isinstance(value, str) else repr(value)
    first, last = "{}" if isinstance(value, dict) else "[]"
    inner = "\n".join(lines).replace("\n", "\n    ")
    return f"{first}\n    {inner}\n{last}" if lines else first + last


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _block(value: Any) -> str:
    """A text block of Java."""
    text = json.dumps(value, indent=2).replace("\\", "\\\\")
    return '"""\n' + text + '"""'


def _raw(value: Any) -> str:
    """A raw string of Go, or a plain one where there is a backtick."""
    text = _json(value)
    return _text(text) if "`" in text else f"`{text}`"
