"""The example calls of documents, ready to be sent again and again."""

import io
import math
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from proofsheet.spec.load import Library
from proofsheet.spec.snippets import Choice, ExampleCall, NoExample, example_call


@dataclass(frozen=True)
class Request:
    """An example call under the name of its operation, ready for httpx."""

    name: str
    method: str
    url: str
    options: Mapping[str, Any]


def requests(url: str, names: Sequence[str]) -> Iterator[Request]:
    """One for each operation with an example, of these documents or of all."""
    library = Library()
    for name in names or library.families():
        document = library.load(name)
        for operation in document.operations.values():
            try:
                call = example_call(document, operation, Choice(url=document.at(url)))
            except NoExample:
                continue
            if call.url.startswith("http"):
                yield _request(f"{name}.{operation.id}", call)


def _request(name: str, call: ExampleCall) -> Request:
    headers = dict(call.headers) | {header: f"{prefix}sk-soak" for header, prefix, _ in call.keys}
    options: dict[str, Any] = {"headers": headers}
    if call.is_multipart:
        options["files"] = [(field, (None, value)) for field, value in call.form]
        options["files"] += [(field, (Path(file).name, _file(file))) for field, file in call.files]
        headers.pop("content-type", None)
    elif call.json is not None:
        options["json"] = call.json
    return Request(name, call.method, call.url, options)


def _file(name: str) -> bytes:
    """A second of sound where the document has that as its example, else a picture."""
    out = io.BytesIO()
    if name == "(audio)":
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(
                b"".join(
                    int(9000 * math.sin(t / 9)).to_bytes(2, "little", signed=True) for t in range(16_000)
                )
            )
    else:
        Image.radial_gradient("L").resize((1024, 1024)).convert("RGB").save(out, "PNG")
    return out.getvalue()
