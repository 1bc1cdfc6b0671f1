"""The target: the one origin that requests go to, who asks, and what the judge may do there."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofsheet.contracts.client.address import problem
from proofsheet.spec import refused_keys, security
from proofsheet.spec.security import Placed, SecurityRequirement

PERMISSIONS = ("paid", "repeat", "moderation", "burst")
NONE = "none"  # takes away those that came before it
_KEY = re.compile(r"[\x21-\x7e]{1,8000}")
MOST = 1_000_000  # bytes of a file of settings
_SECRET = re.compile(r"auth|cookie|key|pass|secret|session|token", re.IGNORECASE)


def permitted(*names: Iterable[str]) -> frozenset[str]:
    """What may be done: `paid`, and what each list adds; one with `none` takes away what was before it."""
    found = frozenset({"paid"})
    for each in map(frozenset, names):
        found = (frozenset() if NONE in each else found) | each - {NONE}
    return found


class BadTarget(ValueError):
    """A target that cannot be taken; the text says what was expected."""


@dataclass(frozen=True)
class Target:
    """Where requests go and how: `url` is the origin with its base path, without a slash at the end."""

    url: str
    key: str | None = field(default=None, repr=False)
    extra: Mapping[str, str] = field(default_factory=dict)  # headers that every request has
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)  # of other accounts, by credential

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no report may show beside the key: other accounts' keys, and headers that are credentials."""
        extra = (text for name, text in self.extra.items() if _SECRET.search(name))
        return (*self.keys.values(), *(word for text in extra for word in text.split()[-1:]))

    def placed(self, alternatives: tuple[SecurityRequirement, ...], credential: str) -> Placed:
        """The target's headers, and a case's credential (see Case) as the first alternative sends it."""
        wanted = next(filter(None, alternatives), ())
        found = self._credential(wanted, alternatives, credential)
        headers = {**self.extra, **dict(found.headers)}
        if "cookie" in self.extra and "cookie" in dict(found.headers):
            headers["cookie"] = f"{self.extra['cookie']}; {headers['cookie']}"
        return Placed(tuple(headers.items()), found.query)

    def _credential(
        self, wanted: SecurityRequirement, alternatives: tuple[SecurityRequirement, ...], credential: str
    ) -> Placed:
        if credential == "none":
            return Placed()
        if credential == "empty":
            return security.empty(wanted)
        if credential == "bare":
            fields = {each.field for each in wanted}
            wanted = next(one for one in alternatives if _is_bare(one) and {one[0].field} == fields)
        known = {"valid": self.key or "", "bare": self.key or "", **self.keys}
        return security.place(wanted, known.get(credential, _unknown(wanted)), time.time())


def _is_bare(wanted: SecurityRequirement) -> bool:
    return len(wanted) == 1 and not wanted[0].prefix


def _unknown(wanted: SecurityRequirement) -> str:
    """A credential that no account has, in as many parts as are wanted."""
    parts = sum(1 if each.function == "plain" else 2 for each in wanted)
    return ":".join([refused_keys.refused_key("unknown")] * max(parts, 1))


def _key(text: str, where: str) -> str:
    key = text.strip()
    if not _KEY.fullmatch(key):
        raise BadTarget(f"{where}: expected a key on one line: 1 to 8000 visible ASCII characters")
    return key


def target(url: str, key: str | None, **options: Any) -> Target:
    """A target from flags. Raises BadTarget."""
    if wrong := problem(url, key):
        raise BadTarget(f"--url {wrong}")
    return Target(url.rstrip("/"), key, **options)


def key_from(env: str | None, file: Path | None, name: str = "") -> str | None:
    """The key from an environment variable or a file; `name` tells that of another account from the key.

    Raises BadTarget where it is not there.
    """
    options = (f"{name}_key_env", f"{name}_key_file") if name else ("--key-env", "--key-file")
    if env is not None:
        where = f"{options[0]} {env}"
        if not os.environ.get(env, "").strip():
            raise BadTarget(f"{where}: there is no such environment variable, or it is empty")
        return _key(os.environ[env], where)
    if file is not None:
        where = f"{options[1]} {file}"
        return _key(text_of(file, where), where)
    return None


def text_of(file: Path, where: str) -> str:
    """What a small file holds. Raises BadTarget, which begins with `where`."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST + 1)
    except (OSError, ValueError) as error:
        raise BadTarget(f"{where}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MOST:
        raise BadTarget(f"{where}: is larger than {MOST} bytes")
    try:
        return data.decode("utf-8-sig")  # as an editor of Windows may have saved it
    except UnicodeDecodeError:
        raise BadTarget(f"{where}: is no UTF-8 text") from None
