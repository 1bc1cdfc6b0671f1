"""What the options of `proofsheet serve` are read as; what is none of theirs is a BadParameter."""

from __future__ import annotations

import os
import re
import ssl
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from proofsheet.mockserver import faults as fault_specs
from proofsheet.mockserver.answer_rules import Rule, load_rules
from proofsheet.mockserver.callback_client import parse_reach
from proofsheet.mockserver.scripts import BadScript
from proofsheet.mockserver.settings import UNLIMITED, KnownKey
from proofsheet.mockserver.stream_pace import BadStreamPace, StreamPace, parse_stream_pace
from proofsheet.mockserver.tasks.pace import IMMEDIATE, REAL, Pace, parse_pace
from proofsheet.spec.cli_options import credits_in, day_in, parsed_by
from proofsheet.spec.security import WELL_FORMED
from proofsheet.spec.yaml_reader import BadFile, read

NO_ADMIN_KEY = "none"  # whoever reaches the server may use its control surface
_SHORTEST_ADMIN_KEY = 8
_STATE = re.compile(r"(rediss?://[^/\s]|unix://[^\s?])")
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/\s]+")


def credits(context: Any, parameter: Any, value: str) -> Decimal | None:
    try:
        return None if value == "unlimited" else credits_in(value, 10**9)
    except ValueError as problem:
        raise click.BadParameter(f"{problem}; or `unlimited`") from None


def state(context: Any, parameter: Any, value: str | None) -> str | None:
    if value is None or value == "memory":
        return None
    if not _STATE.match(value):
        expected = "`memory`, redis://host:port/db, rediss://host:port/db or unix:///path/of/socket?db=0"
        raise click.BadParameter(f"expected {expected}, came {value.rpartition('@')[2]!r}")
    return value


def pace(context: Any, parameter: Any, value: str) -> Pace:
    if found := REAL.fullmatch(value):
        return Pace(value, None, factor=float(found[1] or 1))
    if value == "immediate":
        return IMMEDIATE
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 600:
        raise click.BadParameter(
            f"expected `immediate`, `real`, `real*FACTOR` or seconds from 0 to 600, came {value!r}"
        )
    return Pace(value, seconds)


task_pace = parsed_by(parse_pace)


def stream_pace(context: Any, parameter: Any, value: str | None) -> StreamPace:
    try:
        return parse_stream_pace(value or "")
    except BadStreamPace as problem:
        raise click.BadParameter(str(problem)) from None


def answers(context: Any, parameter: Any, value: Path | None) -> tuple[Rule, ...] | Path:
    """The rules of written answers; the path itself where it is a recording."""
    from proofsheet.mockserver.recorded_answers import is_recording  # loaded only where answers are given

    try:
        if value is not None and is_recording(value):
            return value
        return load_rules(value) if value is not None else ()
    except BadScript as problem:
        raise click.BadParameter(str(problem)) from None


def date(context: Any, parameter: Any, value: str | None) -> float | None:
    """The noon (UTC) of a day, in Unix seconds."""
    try:
        day = None if value is None else day_in(value)
    except ValueError as problem:
        raise click.BadParameter(str(problem)) from None
    return None if day is None else datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


callbacks = parsed_by(parse_reach)


def admin_key(context: Any, parameter: Any, value: str | None) -> str | None:
    if (
        value is not None
        and value != NO_ADMIN_KEY
        and not (WELL_FORMED.fullmatch(value) and len(value) >= _SHORTEST_ADMIN_KEY)
    ):
        raise click.BadParameter(f"expected 8 to 256 visible ASCII characters, or {NO_ADMIN_KEY}")
    return value


def tls(certificate: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """The files of a certificate and of its key, which may be one. Raises UsageError for what is neither."""
    if certificate is None:
        if key is not None:
            raise click.UsageError("--tls-key needs the certificate too: give --tls-cert FILE")
        return None
    found = certificate, key or certificate
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*found, password=_no_password)
    except (OSError, ValueError) as problem:  # ssl.SSLError is an OSError
        why = getattr(problem, "reason", None) or getattr(problem, "strerror", None) or problem
        raise click.UsageError(
            f"--tls-cert {found[0]}, --tls-key {found[1]}: expected a certificate and its key as PEM: {why}"
        ) from None
    return found


def _no_password() -> str:
    raise ValueError("the key has a password, which cannot be given here")


def public_url(context: Any, parameter: Any, value: str | None) -> str | None:
    if value is not None and not _is_origin(value):
        raise click.BadParameter(f"expected a URL such as https://mock.example.org, came {value!r}")
    return value


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port, or an address of IPv6, that is none
        return False
    return whole and re.fullmatch(r"[!-~]+", text) is not None and not (parts.query or parts.fragment)


def faults(context: Any, parameter: Any, values: tuple[str, ...]) -> tuple[fault_specs.Fault, ...]:
    try:
        return tuple(fault_specs.parse(value) for value in values)
    except fault_specs.BadFault as problem:
        raise click.BadParameter(str(problem)) from None


def origins(context: Any, parameter: Any, value: str | None) -> tuple[str, ...]:
    origins = () if value is None else tuple(each.strip() for each in value.split(","))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise click.BadParameter(
                "expected origins such as http://localhost:5173 joined by commas, or * for any,"
                f" came {origin!r}; NAMES stand before --cors"
            )
    return origins


def keys(context: Any, parameter: Any, value: str | None) -> dict[str, KnownKey] | None:
    if value is None:
        return None
    path = Path(value)
    if path.suffix in (".yaml", ".yml", ".json") or ("," not in value and _is_path(value)):
        return _key_file(path)
    names = [name.strip() for name in value.split(",")]
    if not all(names):
        raise click.BadParameter("expected keys joined by commas, or a YAML file of keys")
    return {_well_formed(name): KnownKey() for name in names}


def _is_path(value: str) -> bool:
    """Whether a value is a file, or written as one: mistyped it is no key that anybody meant."""
    # os.path.isfile, for Path's fails where a long key is no file's name
    return os.path.isfile(value) or value.startswith(("/", "./", "../", "~/"))


def _key_file(path: Path) -> dict[str, KnownKey]:
    try:
        table = read(path).value
    except BadFile as problem:
        raise click.BadParameter(str(problem)) from None
    if not isinstance(table, dict):
        raise click.BadParameter(f"{path}: expected a mapping such as `sk-one: {{credits: 5}}`")
    if not table:
        raise click.BadParameter(f"{path}: holds no key, so nobody would be let in")
    return {
        _well_formed(key): _known_key(path, key, {} if node is None else node) for key, node in table.items()
    }


def _well_formed(key: str) -> str:
    if not WELL_FORMED.fullmatch(key):
        raise click.BadParameter(f"{key[:40]!r} can be no key: 1 to 256 visible ASCII characters")
    return key


def _known_key(path: Path, key: str, node: Any) -> KnownKey:
    if not isinstance(node, dict) or set(node) - {"credits", "revoked"}:
        raise click.BadParameter(f"{path}: {key}: expected `credits` and `revoked`, came {node!r}")
    amount, revoked = node.get("credits"), node.get("revoked", False)
    if not isinstance(revoked, bool):
        raise click.BadParameter(f"{path}: {key}: revoked must be true or false, came {revoked!r}")
    if amount == "unlimited":
        return KnownKey(UNLIMITED, revoked)
    return KnownKey(None if amount is None else credits(None, None, str(amount)), revoked)
