"""Damages to requests: fields lost or changed, the wrong encoding, a header dropped."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mutants.relay import Damage, Forward, Got, Sent, damage, on_request

_NAME = re.compile(rb'name="([^"]*)"')


def parts(sent: Sent) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The delimiter of a multipart body and its parts, each with its name and its raw text."""
    found = re.search(r'boundary="?([^";]+)', sent.header("content-type"))
    if not found:
        return b"", []
    mark = b"--" + found[1].encode()
    pieces = [each for each in sent.body.split(mark)[1:] if not each.startswith(b"--")]
    return mark, [(match[1].decode() if (match := _NAME.search(each)) else "", each) for each in pieces]


def joined(sent: Sent, mark: bytes, kept: list[bytes]) -> Sent:
    """The request with these parts."""
    return replace(sent, body=b"".join(mark + each for each in kept) + mark + b"--\r\n")


def in_json(sent: Sent, change: Callable[[dict[str, Any]], None]) -> Sent:
    """The request with `change` done to its JSON object."""
    try:
        value = json.loads(sent.body)
    except (ValueError, RecursionError):
        return sent
    if isinstance(value, dict):
        change(value)
    return replace(sent, body=json.dumps(value).encode())


@on_request("drop-field")
def drop(sent: Sent, field: str) -> Sent:
    mark, found = parts(sent)
    if mark:
        return joined(sent, mark, [each for name, each in found if name != field])
    return (
        in_json(sent, lambda value: value.pop(field, None)) if "json" in sent.header("content-type") else sent
    )


@on_request("set-field")
def put(sent: Sent, field: str, value: Any) -> Sent:
    """The field with another value, where it is sent at all and holds something that would be taken."""
    mark, found = parts(sent)
    if not mark:
        return in_json(sent, lambda body: body.update({field: value}) if field in body else None)
    head = f'\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
    return joined(sent, mark, [head if name == field else each for name, each in found])


@on_request("empty-part")
def empty_part(sent: Sent, field: str) -> Sent:
    """The part is there and nothing in it, as when a file is encoded again and its stream was read."""
    mark, found = parts(sent)
    emptied = [
        each.partition(b"\r\n\r\n")[0] + b"\r\n\r\n\r\n" if name == field else each for name, each in found
    ]
    return joined(sent, mark, emptied) if mark else sent


@on_request("as-json")
def as_json(sent: Sent) -> Sent:
    """A form sent on as JSON."""
    mark, found = parts(sent)
    if not mark:
        return sent
    value = {name: each.partition(b"\r\n\r\n")[2].decode("utf-8", "replace").strip() for name, each in found}
    return replace(sent, body=json.dumps(value).encode()).having("content-type", "application/json")


@on_request("boundary-lost")
def boundary_lost(sent: Sent) -> Sent:
    is_form = "multipart" in sent.header("content-type")
    return sent.having("content-type", "multipart/form-data") if is_form else sent


@on_request("any-media-type")
def any_media_type(sent: Sent) -> Sent:
    """Takes whatever is sent as the prompt."""
    if "text/plain" not in sent.header("content-type"):
        return sent
    if "/v1/" in sent.path:
        body = json.dumps({"text_prompts": [{"text": sent.body.decode()}]}).encode()
        return replace(sent, body=body).having("content-type", "application/json")
    text = b'--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n' + sent.body + b"\r\n--b--\r\n"
    return replace(sent, body=text).having("content-type", "multipart/form-data; boundary=b")


@on_request("accept")
def accept(sent: Sent, to: str | None = None) -> Sent:
    """Accept replaced, or lost."""
    return sent.having("accept", to)


@on_request("key")
def key(sent: Sent, to: str, where: str = "any") -> Sent:
    """The credential replaced by the proxy's own: where there is none, or wherever one is."""
    has_one = bool(sent.header("authorization"))
    if where == "any" or has_one == (where == "present"):
        return sent.having("authorization", f"Bearer {to}")
    return sent


@on_request("path")
def path(sent: Sent, find: str, put: str) -> Sent:
    return replace(sent, path=sent.path.replace(find, put))


@damage("seed-echoed")
def seed_echoed(to: int | None = None) -> Damage:
    """The seed is not passed on, or always the same one; the answer tells the one that was asked for."""
    from mutants.pictures import in_seeds

    def harm(sent: Sent, forward: Forward) -> Got:
        asked = next((each for name, each in parts(sent)[1] if name == "seed"), b"")
        text = asked.partition(b"\r\n\r\n")[2].strip()
        if not text.isdigit() or int(text) in (0, 4294967295):
            return forward(sent)
        passed = drop(sent, "seed") if to is None else put(sent, "seed", to)
        return in_seeds(forward(passed), lambda _: int(text))

    return harm


@on_request("rename-field")
def rename_field(sent: Sent, field: str, to: str) -> Sent:
    mark, found = parts(sent)
    old, new = f'name="{field}"'.encode(), f'name="{to}"'.encode()
    renamed = [each.replace(old, new, 1) if name == field else each for name, each in found]
    return joined(sent, mark, renamed) if mark else sent


@on_request("drop-header")
def drop_header(sent: Sent, names: list[str], longest: int = 1_000_000) -> Sent:
    for name in names:
        sent = sent.having(name, None) if len(sent.header(name)) <= longest else sent
    return sent


@on_request("drop-valid-field")
def drop_valid_field(sent: Sent, field: str, pattern: str) -> Sent:
    """Left out where the service would take it, so that what is refused still is."""
    is_valid = re.compile(pattern).fullmatch
    texts = [each for name, each in parts(sent)[1] if name == field and b"filename=" not in each]
    values = [each.partition(b"\r\n\r\n")[2][:-2] for each in texts]
    if len(values) == 1 and is_valid(values[0].decode("latin-1")):
        return drop(sent, field)

    def clean(body: dict[str, Any]) -> None:
        if is_valid(str(body.get(field, ""))):
            body.pop(field, None)

    return in_json(sent, clean) if "json" in sent.header("content-type") else sent


@damage("seed-fixed")
def seed_fixed(to: int) -> Damage:
    """Where a fresh seed is wanted it is always the same one."""

    def harm(sent: Sent, forward: Forward) -> Got:
        mark, found = parts(sent)
        if len(sent.body) > 1_000_000:
            return forward(sent)  # one part more would be too much
        head = f'\r\nContent-Disposition: form-data; name="seed"\r\n\r\n{to}\r\n'.encode()
        if mark:
            sent_seed = [each for name, each in found if name == "seed"]
            is_fresh = not sent_seed or sent_seed[0].endswith(b"\r\n\r\n0\r\n")
            rest = [each for name, each in found if name != "seed"]
            return forward(joined(sent, mark, [*rest, head]) if is_fresh else sent)

        def fix(value: dict[str, Any]) -> None:
            value["seed"] = value.get("seed") or to

        is_json = "json" in sent.header("content-type")
        return forward(in_json(sent, fix) if is_json else sent)

    return harm


@damage("need-accept")
def need_accept() -> Damage:
    """No Accept, no answer."""
    error = {"errors": ["accept: required"], "id": "1", "name": "bad_request"}
    v1 = {"message": "accept: is required", "id": "1", "name": "bad_request"}

    def harm(sent: Sent, forward: Forward) -> Got:
        if sent.header("accept") or sent.method != "POST":
            return forward(sent)
        body = json.dumps(v1 if "/v1/" in sent.path else error).encode()
        told = (("content-type", "application/json"), ("content-length", str(len(body))))
        return Got(400, told if "/v1/" in sent.path else (*told, ("x-request-id", "1")), body)

    return harm


@on_request("mind-case")
def mind_case(sent: Sent) -> Sent:
    """A header that is not in lower case is not seen."""
    return sent.having("authorization", None) if sent.shouted else sent
