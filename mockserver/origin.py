"""Under which origin a client sees the double: what links in answers begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PROTO = re.compile(r"https?", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._~-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,200}){1,20}")
_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^;,\s]*))')


def origin(headers: Mapping[str, str], scheme: str, public_url: str | None, own: str = "") -> str:
    """`public_url` if it is set, else what a proxy in front says (Forwarded, RFC 7239, or X-Forwarded-*),
    else the Host that the client named, else `own`, the double's address. Without a slash at the end.

    Of these headers nothing counts that is no host, scheme or path: it would stand in every link.
    """
    if public_url:
        return public_url.rstrip("/")
    first = _first(headers, "forwarded")
    said = {name.lower(): quoted or plain for name, quoted, plain in _PAIR.findall(first)} if first else {}
    proto = said.get("proto") or _first(headers, "x-forwarded-proto")
    host = said.get("host") or _first(headers, "x-forwarded-host")
    proto = proto if _PROTO.fullmatch(proto) else scheme
    host = next(filter(_HOST.fullmatch, (host, headers.get("host", ""))), own)
    prefix = "/" + _first(headers, "x-forwarded-prefix").strip("/")
    return f"{proto.lower()}://{host}" + (prefix if _PREFIX.fullmatch(prefix) else "")


def address(server: tuple[str, int | None] | None) -> str:
    """The host and port of an ASGI scope's `server`, as they stand in a URL."""
    host, port = server or ("localhost", None)
    return (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")


def _first(headers: Mapping[str, str], name: str) -> str:
    return headers[name].partition(",")[0].strip() if name in headers else ""
