"""A target.toml: what belongs to one target, held against a short grammar."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from proofsheet.contracts.client.target import PERMISSIONS, BadTarget, text_of

PROMPTS = ("flagged", "filtered")
KEYS = ("other", "broke")  # credentials beside the key itself
MOST_TASKS, LONGEST = 100, 86_400  # tasks at once; seconds that one is waited for
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_TEXT = re.compile(r"[\x20-\x7e]*")
_OURS = ("host", "content-type", "content-length", "transfer-encoding", "accept")


def from_file(path: Path) -> dict[str, Any]:
    """The settings of a target.toml. Raises BadTarget."""
    try:
        table = tomllib.loads(text_of(path, f"--target {path}"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadTarget(f"--target {path}: is no TOML: {error}") from None
    if unknown := sorted(set(table) - set(_MEMBERS)):
        known = ", ".join(sorted(_MEMBERS))
        key = "; a key stands in a variable or a file of its own" if "key" in unknown else ""
        raise BadTarget(f"{path}: unknown {_shown(', '.join(unknown))}; expected any of {known}{key}")
    for name, value in table.items():
        if problem := _MEMBERS[name](value):
            raise BadTarget(f"{path}: {name}{_shown(problem)}")
    return table


def _shown(text: str) -> str:
    """A name as a terminal can show it, whatever a file calls it, in one line."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else f" must be a text, came {value!r}"


def _permissions(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ""
    return f" must be a list of names such as {', '.join(PERMISSIONS)}; came {value!r}"


def _table(value: Any) -> str:
    return "" if isinstance(value, dict) else f" must be a table, came {value!r}"


def _headers(value: Any) -> str:
    for name, text in value.items() if isinstance(value, Mapping) else ():
        if not _HEADER.fullmatch(name) or not isinstance(text, str) or not _TEXT.fullmatch(text):
            return f".{name}: expected a header's name and one line of ASCII text"
        if name.lower() in _OURS:
            return f".{name}: the suite writes this header itself"
    return _table(value)


def _prompts(value: Any) -> str:
    for name, text in value.items() if isinstance(value, Mapping) else ():
        if name not in PROMPTS or not isinstance(text, str) or not text:
            return f".{name}: expected a prompt for {' or '.join(PROMPTS)}"
    return _table(value)


def _tasks(value: Any) -> str:
    is_valid = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_TASKS
    return "" if is_valid else f" must be a whole number from 1 to {MOST_TASKS}, came {value!r}"


def _seconds(value: Any) -> str:
    is_valid = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= LONGEST
    return "" if is_valid else f" must be seconds up to {LONGEST}, came {value!r}"


_MEMBERS: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(("url", "profile", "key_env", "key_file", "callback_listen", "callback_url"), _text),
    **dict.fromkeys((f"{name}_key_{kind}" for name in KEYS for kind in ("env", "file")), _text),
    "permissions": _permissions,
    "headers": _headers,
    "prompts": _prompts,
    "deviations": _table,
    "tasks": _tasks,
    **dict.fromkeys(("patience", "task_seconds"), _seconds),
}
