"""The target: the one origin that requests go to, who asks, and what the judge may do there."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

PERMISSIONS = ("paid", "repeat", "moderation", "burst")
_KEY = re.compile(r"[\x21-\x7e]+")
_TYPES = {
    **dict.fromkeys(("url", "key_env", "key_file", "profile"), str),
    **{"permissions": list, "deviations": dict},
}
UNKNOWN_KEY = "sk-proofsheet-unknown-0000000000000000000000000000"


class BadTarget(ValueError):
    """A target that cannot be taken; the text says what was expected."""


@dataclass(frozen=True)
class Target:
    """Where to ask and how: `url` is the origin with its base path, without a slash at the end."""

    url: str
    key: str | None = field(default=None, repr=False)
    scheme: str = "Bearer "
    permissions: frozenset[str] = frozenset({"paid"})
    skip: dict[str, str] = field(default_factory=dict)  # requirement id to the reason it is not judged

    def headers(self, credential: str) -> dict[str, str]:
        """The Authorization header for a case's credential: valid, wrong or none."""
        if credential == "none":
            return {}
        if credential == "bare":
            return {"authorization": self.key or ""}
        key = self.key or "" if credential == "valid" else UNKNOWN_KEY
        return {"authorization": self.scheme + key}


def _key(text: str, where: str) -> str:
    key = text.strip()
    if not _KEY.fullmatch(key):
        raise BadTarget(f"{where}: expected a key of visible ASCII characters on one line")
    return key


def target(url: str, key: str | None, **options: Any) -> Target:
    """A target from flags. Raises BadTarget."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises where it is no port)
        httpx.URL(url)
        url.encode("ascii")
    except (ValueError, httpx.InvalidURL) as error:
        raise BadTarget(f"--url {url!r}: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadTarget(f"--url must be an http or https address, came {url!r}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadTarget("--url must hold no credentials, query or fragment")
    return Target(url.rstrip("/"), key, **options)


def key_from(env: str | None, file: Path | None) -> str | None:
    """The key from an environment variable or a file. Raises BadTarget where it is not there."""
    if env is not None:
        if not os.environ.get(env, "").strip():
            raise BadTarget(f"--key-env {env}: there is no such environment variable, or it is empty")
        return _key(os.environ[env], f"--key-env {env}")
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadTarget(f"--key-file {file}: {error}") from None
        return _key(text, f"--key-file {file}")
    return None


def from_file(path: Path) -> dict[str, Any]:
    """The settings of a target.toml. Raises BadTarget."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadTarget(f"{path}: {error}") from None
    known = {"url", "key_env", "key_file", "permissions", "profile", "deviations"}
    if strangers := sorted(set(table) - known):
        raise BadTarget(f"{path}: unknown {', '.join(strangers)}; expected any of {', '.join(sorted(known))}")
    for name, kind in _TYPES.items():
        if name in table and not isinstance(table[name], kind):
            raise BadTarget(f"{path}: {name} must be a {kind.__name__}, came {table[name]!r}")
    if not all(isinstance(each, str) for each in table.get("permissions", ())):
        raise BadTarget(f"{path}: permissions must be names such as {', '.join(PERMISSIONS)}")
    return table
