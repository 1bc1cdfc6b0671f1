"""Damages to what a proxy counts: body bytes, requests, credits, keys."""

from __future__ import annotations

import re
from typing import Any

from mutants.asked import drop
from mutants.relay import Damage, Forward, Got, Sent, damage

_NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body></html>"
)


def page(status: int, title: str) -> Got:
    """An answer of nginx itself."""
    body = _NGINX.format(f"{status} {title}").encode()
    return Got(status, (("content-type", "text/html"), ("content-length", str(len(body)))), body)


@damage("body-limit")
def body_limit(limit: int) -> Damage:
    """nginx's client_max_body_size."""

    def harm(sent: Sent, forward: Forward) -> Got:
        return page(413, "Request Entity Too Large") if len(sent.body) > limit else forward(sent)

    return harm


@damage("no-body-limit")
def no_body_limit() -> Damage:
    """Whatever is too large is made small and let through."""

    def harm(sent: Sent, forward: Forward) -> Got:
        return forward(drop(sent, "padding") if len(sent.body) > 1_000_000 else sent)

    return harm


@damage("key-first")
def key_first(known: str) -> Damage:
    """A proxy that looks at the key before the fields: of two faults it names the key's."""
    refusals: list[Got] = []

    def harm(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        keys = [value for name, value in sent.headers if re.search("authorization|key|secret", name, re.I)]
        if not keys or any(each.endswith(known) for each in keys):
            return got
        if got.status == 401:
            refusals[:] = [got]
        return refusals[0] if refusals and got.status in (400, 422) else got

    return harm


@damage("rate-limit")
def rate_limit(requests: int, status: int = 429, body: str = "") -> Damage:
    """At most so many requests, then only refusals."""
    seen = 0

    def harm(sent: Sent, forward: Forward) -> Got:
        nonlocal seen
        seen += 1
        if seen <= requests:
            return forward(sent)
        return Got(status, (("content-length", str(len(body.encode()))),), body.encode())

    return harm


@damage("balance")
def balance(rule: str, by: float = 1.0) -> Damage:
    """A ledger of the proxy's own, wrong by a rule, shown where the mock shows the true one."""
    extra = 0.0
    first: list[float] = []
    drawn = False

    def harm(sent: Sent, forward: Forward) -> Got:
        nonlocal extra, drawn
        got = forward(sent)
        if sent.path.endswith("/balance") and got.json and got.status == 200:
            true = got.json["credits"]
            first.append(true)
            return got.saying({"credits": first[0] if rule == "still" else true - extra})
        extra += _charge(rule, by, sent, got, drawn)
        drawn |= sent.method == "POST" and got.status == 200
        return got

    return harm


def _charge(rule: str, by: float, sent: Sent, got: Got, drawn: bool) -> float:
    is_drawn = sent.method == "POST" and got.status == 200
    is_refused = sent.method == "POST" and got.status >= 400
    table: dict[str, Any] = {
        "refusals": is_refused,
        "refusals-after-pictures": is_refused and drawn,
        "pictures": is_drawn,
        "twice": is_drawn,
        "seen": True,
        "still": False,
    }
    return by if table[rule] else 0.0


@damage("balance-text")
def balance_text() -> Damage:
    """The balance as text in quotes."""

    def harm(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        is_meant = sent.path.endswith("/balance") and got.status == 200 and got.json
        return got.saying({"credits": str(got.json["credits"])}) if is_meant else got

    return harm


_SHORT = ("payment_required", "insufficient_balance")  # the second with 429, as a limit has


def _said(got: Got) -> str:
    """The name of an error."""
    return str((got.json or {}).get("name"))


@damage("limit-for-all")
def limit_for_all(known: bool = False) -> Damage:
    """Whoever asks while one key is shut out is shut out too; `known`: whose key is known at all."""
    shut: dict[str, Got] = {}

    def harm(sent: Sent, forward: Forward) -> Got:
        got, key = forward(sent), sent.header("authorization")
        if got.status == 429 and _said(got) not in _SHORT:
            shut[key] = got
        else:
            shut.pop(key, None)
        return got if known and got.status == 401 else next(iter(shut.values()), got)

    return harm


@damage("lend")
def lend(key: str) -> Damage:
    """Who has no credits is served all the same, on an account of the proxy's."""

    def harm(sent: Sent, forward: Forward) -> Got:
        got = forward(sent)
        is_short = got.status >= 400 and _said(got) in _SHORT
        return forward(sent.having("authorization", f"Bearer {key}")) if is_short else got

    return harm


@damage("refuse-slow")
def refuse_slow() -> Damage:
    """A gateway that does not wait for the rest of a body."""
    return lambda sent, forward: page(408, "Request Time-out") if sent.is_slow else forward(sent)


@damage("refuse-header")
def refuse_header(name: str, longest: int) -> Damage:
    """A firewall that does not know a header; one that is too long is refused by the service itself."""

    def harm(sent: Sent, forward: Forward) -> Got:
        return page(403, "Forbidden") if 0 < len(sent.header(name)) <= longest else forward(sent)

    return harm
