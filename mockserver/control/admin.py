"""Who may use the control surface where there is an admin key: whoever sends it."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable

HEADER = "proofsheet-admin"
CHALLENGE = 'Basic realm="Proofsheet: any name, and the admin key as password", charset="UTF-8"'
_BASIC, _BEARER = b"basic ", b"bearer "
Headers = Iterable[tuple[bytes, bytes]]  # with names in lower case, as ASGI has them


def is_admin_request(key: str, headers: Headers, bearer: bool = False) -> bool:
    """Whether headers carry the key: in one of our own, or as the password of Basic authentication.

    `bearer`: or as a bearer token, where that is no key of the API's.
    """
    found = list(_given(headers, bearer))
    return any(hmac.compare_digest(each, key.encode()) for each in found)


def _given(headers: Headers, bearer: bool) -> Iterable[bytes]:
    for name, value in headers:
        if name == HEADER.encode():
            yield value
        elif name == b"authorization" and value.lower().startswith(_BASIC):
            yield _password(value[len(_BASIC) :])
        elif name == b"authorization" and bearer and value.lower().startswith(_BEARER):
            yield value[len(_BEARER) :].strip()


def _password(credentials: bytes) -> bytes:
    """The password of Basic authentication (RFC 7617); empty where the header is none."""
    try:
        return base64.b64decode(credentials.strip(), validate=True).partition(b":")[2]
    except binascii.Error:
        return b""


def without_password(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers without Basic authentication: an Authorization that is left names the key that is meant."""
    return [
        (name, value)
        for name, value in headers
        if name != b"authorization" or not value.lower().startswith(_BASIC)
    ]
