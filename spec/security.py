"""Credentials by a document's security schemes: how one is placed on a request, and read from one.

A credential is one text, as people keep it: a key, or `user:password` where a scheme has two parts. Where
several schemes are wanted at once, the credential is theirs in order with colons between.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

# What any credential may look like in a header: visible ASCII. The length is our own bound.
WELL_FORMED = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True)
class Function:
    """How a scheme makes what is sent from a credential (at a time in Unix seconds), and reads it back."""

    make: Callable[[str, Mapping[str, Any], float], str]
    read: Callable[[str, Mapping[str, Any]], str | None]  # None where `make` could not have made the text


@dataclass(frozen=True)
class Scheme:
    """One place for a credential. `field` is the header's, parameter's or cookie's name."""

    name: str  # its key in components/securitySchemes
    place: str  # header | query | cookie
    field: str
    prefix: str = ""  # what stands before it, such as `Bearer `
    function: str = "plain"  # a key of FUNCTIONS
    settings: tuple[tuple[str, Any], ...] = ()  # what the function is given beside the credential


SecurityRequirement = tuple[Scheme, ...]  # all of them at once; an empty one asks for nothing


@dataclass(frozen=True)
class Placed:
    """What a request carries for a credential."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()


def security_requirements(schemes: Mapping[str, Any], security: Any) -> Iterator[SecurityRequirement]:
    """The alternatives of an OpenAPI `security`. Raises LookupError for a scheme of an unknown kind."""
    for alternative in security:
        yield tuple(scheme(name, schemes[name]) for name in alternative)


def scheme(name: str, node: Any) -> Scheme:
    """A scheme of components/securitySchemes. Raises LookupError where it is of a kind that is not known."""
    custom = node.get("x-credential", {})
    function = custom.get("function", "plain")
    if function not in FUNCTIONS:
        raise LookupError(f"the security scheme {name} has an unknown function {function!r}")
    settings = tuple(
        (key, tuple(each) if isinstance(each, list) else each)
        for key, each in custom.items()
        if key not in ("function", "x-evidence")
    )
    if node["type"] == "apiKey":
        field = node["name"].lower() if node["in"] == "header" else node["name"]
        return Scheme(name, node["in"], field, "", function, settings)
    if node["type"] == "http":
        word = node["scheme"].capitalize() + " "
        known = "basic" if word == "Basic " else function
        return Scheme(name, "header", "authorization", word, known, settings)
    raise LookupError(f"the security scheme {name} is of the type {node['type']}; expected http or apiKey")


def place(requirement: SecurityRequirement, credential: str, now: float = 0.0) -> Placed:
    """Where and how a credential stands on a request, at the Unix time `now`."""
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    cookies: list[str] = []
    for each, part in zip(requirement, _parts(requirement, credential), strict=True):
        text = each.prefix + FUNCTIONS[each.function].make(part, dict(each.settings), now)
        if each.place == "header":
            headers[each.field] = text
        elif each.place == "query":
            query[each.field] = text
        else:
            cookies.append(f"{each.field}={text}")
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    return Placed(tuple(headers.items()), tuple(query.items()))


def _parts(requirement: SecurityRequirement, credential: str) -> list[str]:
    parts = credential.split(":", len(requirement) - 1) if requirement else []
    return parts + [""] * (len(requirement) - len(parts))


Reader = Callable[[Mapping[str, str], Mapping[str, str]], str | None]


def reader(security: tuple[SecurityRequirement, ...]) -> Reader:
    """What finds the credential of a request in its headers (names in lower case) and its query.

    It is that of the first alternative that the request meets; None if it meets none.
    """
    words = frozenset(each.prefix.strip().lower() for one in security for each in one if each.prefix)
    return partial(_read, security, words)


def _read(
    security: tuple[SecurityRequirement, ...],
    words: frozenset[str],
    headers: Mapping[str, str],
    query: Mapping[str, str],
) -> str | None:
    for requirement in security:
        parts = [part for each in requirement if (part := _sent(each, words, headers, query)) is not None]
        if parts and len(parts) == len(requirement):
            return ":".join(parts)
    return None


def texts(
    security: tuple[SecurityRequirement, ...], headers: Mapping[str, str], query: Mapping[str, str]
) -> tuple[str, ...]:
    """What stands where credentials go, as it was sent and without prefixes: no report may show it."""
    found: dict[str, None] = {}
    for each in dict.fromkeys(each for one in security for each in one):
        text = _text(each, headers, query)
        if each.prefix and text.lower().startswith(each.prefix.lower()):
            text = text[len(each.prefix) :].strip()
        elif each.prefix:
            continue  # of another alternative
        if each.function == "list-entry":
            text = FUNCTIONS[each.function].read(text, dict(each.settings)) or ""
        found |= {text: None} if " " not in text else {}
    return tuple(filter(None, found))


def empty(requirement: SecurityRequirement) -> Placed:
    """A request with the place for each credential, and nothing in it."""
    cookies = "; ".join(f"{each.field}=" for each in requirement if each.place == "cookie")
    headers = {each.field: "" for each in requirement if each.place == "header"}
    query = tuple((each.field, "") for each in requirement if each.place == "query")
    return Placed(tuple((headers | ({"cookie": cookies} if cookies else {})).items()), query)


def _text(each: Scheme, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    if each.place == "cookie":
        return _cookies(headers.get("cookie", "")).get(each.field, "")
    return (headers if each.place == "header" else query).get(each.field, "").strip()


def _sent(
    each: Scheme, words: frozenset[str], headers: Mapping[str, str], query: Mapping[str, str]
) -> str | None:
    text = _text(each, headers, query)
    if text.lower() in words:
        return None  # the scheme's name and nothing after it
    if not text.lower().startswith(each.prefix.lower()) or not (rest := text[len(each.prefix) :].strip()):
        return None
    return FUNCTIONS[each.function].read(rest, dict(each.settings))


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip().strip('"') for name, _, value in pairs}


def _make_basic(credential: str, settings: Mapping[str, Any], now: float) -> str:
    return base64.b64encode(credential.encode()).decode()


def _read_basic(text: str, settings: Mapping[str, Any]) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return None


def _make_jwt(credential: str, settings: Mapping[str, Any], now: float) -> str:
    """A token (RFC 7519) of the issuer before the colon, signed with the secret behind it.

    `settings`: `lifetime` and `leeway` in seconds, from `now` on and back.
    """
    issuer, _, secret = credential.partition(":")
    expires, begins = int(now + settings["lifetime"]), int(now - settings["leeway"])
    claims = {"iss": issuer, "exp": expires, "nbf": begins}
    head = b".".join(_coded(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims))
    signature = hmac.new(secret.encode(), head, hashlib.sha256).digest()
    return (head + b"." + _coded(signature)).decode()


def _coded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _read_jwt(text: str, settings: Mapping[str, Any]) -> str | None:
    """The issuer. The signature is not verified: the secret behind the colon is known to the issuer alone."""
    try:
        _, claims, _ = text.split(".")
        issuer = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["iss"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return issuer if isinstance(issuer, str) and issuer else None


def _make_entry(credential: str, settings: Mapping[str, Any], now: float) -> str:
    """One of the entries of a list, behind a `start`; `with` are the others."""
    others = [str(each) for each in settings["with"]]
    return ", ".join([*others[:1], settings["start"] + credential, *others[1:]])


def _read_entry(text: str, settings: Mapping[str, Any]) -> str | None:
    start = settings["start"]
    entries = (each.strip() for each in text.split(","))
    return next((each[len(start) :] for each in entries if each.startswith(start) and each != start), None)


FUNCTIONS: Mapping[str, Function] = {
    "plain": Function(lambda credential, settings, now: credential, lambda text, settings: text),
    "basic": Function(_make_basic, _read_basic),
    "jwt-hs256": Function(_make_jwt, _read_jwt),
    "list-entry": Function(_make_entry, _read_entry),
}
