"""The target: the one origin that requests go to, who asks, and what the judge may do there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

PERMISSIONS = ("paid", "repeat", "moderation", "burst")
_KEY = re.compile(r"[\x21-\x7e]+")
UNKNOWN_KEY = "sk-proofsheet-unknown-0000000000000000000000000000"


class BadTarget(ValueError):
    """A target that cannot be taken; the text says what was expected."""


@dataclass(frozen=True)
class Target:
    """Where to ask and how: `url` is the origin with its base path, without a slash at the end."""

    url: str
    key: str | None = field(default=None, repr=False)
    scheme: str = "Bearer "
    extra: Mapping[str, str] = field(default_factory=dict)  # headers that every request has
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)  # of other accounts, by credential
    permissions: frozenset[str] = frozenset({"paid"})
    skip: dict[str, str] = field(default_factory=dict)  # requirement id to the reason it is not judged

    def headers(self, credential: str) -> dict[str, str]:
        """The headers of the target, with the Authorization for a case's credential (see Case)."""
        if credential == "none":
            return {**self.extra}
        if credential == "bare":
            return {**self.extra, "authorization": self.key or ""}
        known = {"valid": self.key or "", **self.keys}
        key = known.get(credential, UNKNOWN_KEY)
        return {**self.extra, "authorization": self.scheme + key}


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
