"""`proofsheet check … --explain`: each setting, its value, and where it comes from; never a key."""

from __future__ import annotations

from collections.abc import Iterator

from proofsheet.contracts.client.callback_receiver import CallbackAddress
from proofsheet.contracts.settings import Settings

_EACH = (
    *(
        "profile",
        "permissions",
        "budget",
        "only",
        "seed",
        "explore",
        "rate",
        "concurrency",
        "tasks",
        "patience",
    ),
    *("task_seconds", "report"),
)


def explained(found: Settings) -> str:
    """A table of all settings."""
    rows = [("setting", "value", "from"), *_rows(found)]
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "".join(f"{name:{wide[0]}}  {value:{wide[1]}}  {origin}\n" for name, value, origin in rows)


def _rows(found: Settings) -> Iterator[tuple[str, str, str]]:
    yield "document", f"{found.name} {found.document.version}", "argument"
    yield "date", _shown(found.day), found.origins["date"]
    yield "url", _shown(found.url), found.origins["url"]
    yield "key", found.key_place or "-", found.origins["key"]
    for name in _EACH:
        yield name, _shown(getattr(found, name)), found.origins[name]
    yield "callbacks", _address(found.callbacks), found.origins["callback_listen"]
    yield "headers", _shown(found.headers), found.origins["headers"]
    yield "prompts", _shown(sorted(found.source.prompts)), found.origins["prompts"]
    yield "deviations", _shown(sorted(found.deviations)), found.origins["deviations"]


def _address(found: CallbackAddress | None) -> str:
    listen = f"{found.host}:{found.port}" if found else "-"
    return f"{listen} as {found.url}" if found and found.url else listen


def _shown(value: object) -> str:
    if isinstance(value, frozenset | tuple | list):
        return ", ".join(sorted(map(str, value))) or "-"
    return "-" if value is None else str(value)
