"""The address of a target as a person types it, held against what the address of an origin may be."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

import httpx

EXAMPLE = "expected an address such as https://reseller.example/sd"
_LONGEST = 200  # characters of a wrong address that are shown
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_PORT = re.compile(r"[0-9]{0,5}")


def problem(url: str, key: str | None = None) -> str | None:
    """What is wrong with an address, and what to do; None if requests can go there.

    What may be a secret (a name before the host, a query) is not repeated.
    """
    return next(_problems(url, key), None)


def _problems(url: str, key: str | None) -> Iterator[str]:
    if key and key in url:
        yield "must not hold the key: it goes where --key-env or --key-file says, and into no report"
    shown = ascii(url if len(url) <= _LONGEST else url[:_LONGEST] + "…")
    if re.search(r"[^\x21-\x7e]|\\", url):
        yield (f"{shown}: {EXAMPLE} without spaces; a host beyond ASCII is written as xn--…, "
               "and such characters in a path as %C3%BC")  # fmt: skip
    try:
        parts = urlsplit(url)
    except ValueError as error:
        yield f"{shown}: {error}; {EXAMPLE}"
        return
    if parts.scheme not in ("http", "https") or not parts.netloc:
        yield f"must be an http or https address, came {shown}{_hint(url)}; {EXAMPLE}"
        return
    if "@" in parts.netloc or "?" in url or "#" in url:
        yield "must hold no credentials, query or fragment; a key goes where --key-env or --key-file says"
    if not _is_host(parts):
        yield f"{shown}: no host can be called that; {EXAMPLE}"
    if not _is_port(parts):
        yield f"{shown}: expected a port from 1 to 65535, or none"


def _hint(url: str) -> str:
    """The likely meaning of an address without a scheme."""
    if re.match(r"(localhost|[\d.]+)(:\d+)?(/|$)", url):
        return f" (is it http://{url}?)"
    return f" (is it https://{url}?)" if re.match(r"[\w.-]+\.\w+(:\d+)?(/|$)", url) else ""


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        return _is_ip(host)
    name = host.removesuffix(".")
    return len(name) <= 253 and all(map(_LABEL.fullmatch, name.split("."))) and _is_readable(parts)


def _is_readable(parts: SplitResult) -> bool:
    """Whether what begins with xn-- stands for something."""
    try:
        return bool(httpx.URL(scheme=parts.scheme, host=parts.hostname or "").host)
    except (httpx.InvalidURL, UnicodeError):
        return False


def _is_ip(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _is_port(parts: SplitResult) -> bool:
    text = parts.netloc.rpartition("]")[2].partition(":")[2]
    return _PORT.fullmatch(text) is not None and (not text or 0 < int(text) <= 65535)
