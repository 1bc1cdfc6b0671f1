"""Resolved documents on disk, so that a document is read from YAML once and not at every start.

An entry's name is a digest of all that it was made from: the files' bytes and the code that reads them. It is
JSON, led by a digest of itself: what is cut, mixed up or edited is made anew. The folder is
`$PROOFSHEET_CACHE`, or `proofsheet` in the user's cache folder (XDG); `PROOFSHEET_CACHE=off` turns it off.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

_HOME = Path(__file__).parent
_READERS = (
    *("yaml_reader.py", "overlay.py", "references.py", "load.py", "pointers.py"),
    *("inheritance.py", "vendor_profile.py", "evidence.py", "build.py", "build_outcomes.py"),
)
_MOST = 200  # entries; the oldest go


def folder() -> Path | None:
    """Where entries are kept; None where nowhere."""
    chosen = os.environ.get("PROOFSHEET_CACHE")
    if chosen is not None:
        return None if chosen in ("", "off") else Path(chosen)
    with suppress(RuntimeError):  # a user without a home
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "proofsheet"
    return None


def key(name: str, files: Iterable[Path]) -> str | None:
    """The name of the entry for a document made from these files; None if one cannot be read."""
    digest = hashlib.sha256(name.encode())
    try:
        for path in (*files, *(_HOME / each for each in _READERS)):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    except OSError:
        return None
    return digest.hexdigest()


def read(name: str) -> Any:
    """The entry's value; None if there is none that can be trusted."""
    if (place := folder()) is None:
        return None
    try:
        digest, _, text = (place / f"{name}.json").read_bytes().partition(b"\n")
        return json.loads(text) if digest == _digest(text) else None
    except (OSError, ValueError, RecursionError):
        return None


def write(name: str, value: Any) -> None:
    """Keep a value. One that cannot be written is not kept: the cache saves time and nothing else."""
    if (place := folder()) is None:
        return
    text = json.dumps(value, separators=(",", ":")).encode()
    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=place, prefix=name[:8])
        with os.fdopen(handle, "wb") as file:
            file.write(_digest(text) + b"\n" + text)
        os.replace(path, place / f"{name}.json")  # whole or not at all, whoever else writes it
        _prune(place)


def _prune(place: Path) -> None:
    entries = sorted(place.glob("*.json"), key=lambda each: each.stat().st_mtime)
    for each in entries[:-_MOST]:
        each.unlink(missing_ok=True)


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()
