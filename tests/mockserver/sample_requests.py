"""What the tests of the double share: requests that pass, pictures to upload, walks over a document."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

import httpx
from hypothesis import strategies as st
from PIL import Image
from support import InProcess

from proofsheet.contracts.derive.samples import paths_of, smallest
from proofsheet.spec.document import Operation

ULTRA = "/v2beta/stable-image/generate/ultra"
CORE = "/v2beta/stable-image/generate/core"
SD3 = "/v2beta/stable-image/generate/sd3"
ENGINE = "stable-diffusion-xl-1024-v1-0"
V1 = f"/v1/generation/{ENGINE}/text-to-image"
BALANCE = "/v1/user/balance"
PROMPT = "a lighthouse on a cliff"
TEXTS = {"text_prompts": [{"text": PROMPT}]}


class Sessions:
    """Numbers the keys of the tests, so that no two share one."""

    _numbers = itertools.count(1)

    @classmethod
    def key(cls) -> str:
        return f"sk-session-{next(cls._numbers):06d}"


def bearer(key: str | None, **more: str) -> dict[str, str | None]:
    """The headers of a request with this key, or with none."""
    return {"authorization": None if key is None else f"Bearer {key}", **more}


def picture(
    size: tuple[int, int] = (64, 64), form: str = "PNG", color: Any = (200, 30, 30), **options: Any
) -> bytes:
    """A picture's file."""
    mode = options.pop("mode", "RGB")
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture, decoded to its last byte."""
    found = Image.open(io.BytesIO(data))
    found.load()
    return found


def ask(
    mock: InProcess, operation: Operation, fields: dict[str, Any] | None = None, **options: Any
) -> httpx.Response:
    """A request to any operation: one that passes, unless `fields` or `options` spoil it."""
    path = options.pop("path", None) or path_of(operation)
    if operation.body is None:
        return mock.request(operation.method, path, **options)
    if operation.body.media_type == "application/json":
        return mock.post(path, json={**TEXTS, **(fields or {})}, **options)
    sent = {**smallest(operation), "prompt": PROMPT, **(fields or {})}
    texts = {name: str(value) for name, value in sent.items() if not isinstance(value, bytes | None)}
    files = {name: (f"{name}.png", value) for name, value in sent.items() if isinstance(value, bytes)}
    return mock.form(path, texts, files={**files, **options.pop("files", {})}, **options)


def path_of(operation: Operation) -> str:
    """The path of an operation with a value for each of its parameters."""
    path = operation.path
    for name, value in paths_of(operation).items():
        path = path.replace(f"{{{name}}}", value)
    return path


def part(name: str, data: bytes | str, extra: str = "", headers: str = "") -> bytes:
    """One part of a form, as it stands on the wire."""
    raw = data.encode() if isinstance(data, str) else data
    head = f'Content-Disposition: form-data; name="{name}"{extra}\r\n{headers}\r\n'
    return head.encode() + raw + b"\r\n"


def form(*parts: bytes, boundary: str = "limes") -> bytes:
    """A whole form of such parts."""
    edge = b"--" + boundary.encode()
    return b"".join(edge + b"\r\n" + each for each in parts) + edge + b"--\r\n"


def raw_form(
    mock: InProcess, body: bytes, path: str = CORE, boundary: str = "limes", **headers: Any
) -> httpx.Response:
    """Send a form that was written by hand; `headers` may use _ for -."""
    sent = {"content-type": f"multipart/form-data; boundary={boundary}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return mock.post(path, content=body, headers=sent)


def said(response: httpx.Response) -> list[str]:
    """What an error answer lists, whatever its shape."""
    body = response.json()
    return list(body["errors"]) if "errors" in body else [body["message"]]


def fields_of(response: httpx.Response) -> list[str]:
    """The fields that an error answer names, in its order."""
    return [each.partition(":")[0] for each in said(response)]


def properties(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of an operation's body that are no files."""
    if operation.body is not None:
        for name, schema in operation.body.schema["properties"].items():
            if name not in operation.body.files:
                yield name, schema


def nested(plain: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and objects of plain values, and lists and objects of those."""
    once = st.lists(plain, max_size=3) | st.dictionaries(st.text(max_size=5), plain, max_size=3)
    return once | st.lists(once, max_size=2) | st.dictionaries(st.text(max_size=5), once, max_size=2)
