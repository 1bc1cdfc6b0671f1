"""litellm's `image_edit` against the double: pictures made of a picture, and what lacks a field refused.

    .work/litellm/bin/python run_litellm_edits.py --url URL

Run by litellm's own interpreter. Prints a line for each case and ends with status 1 if any failed.
"""

from __future__ import annotations

import base64
import io
import os
import struct
import sys
import zlib
from functools import partial
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["NO_PROXY"] = "*"

import litellm
from cases import Cases
from served import Served

SIDE = 512
RGB, RGBA = 2, 6
# Of each model: the fields that litellm is given; the operation, the size and colours that come, the credits.
DRAWN: dict[str, tuple[dict[str, Any], str, tuple[int, int], int, float]] = {
    "inpaint": ({"mask": True}, "inpaint", (SIDE, SIDE), RGB, 5),
    "erase": ({"prompt": "", "mask": True}, "erase", (SIDE, SIDE), RGB, 5),
    "outpaint": ({"left": 64}, "outpaint", (SIDE + 64, SIDE), RGB, 4),
    "search-and-replace": ({"search_prompt": "grass"}, "searchAndReplace", (SIDE, SIDE), RGB, 5),
    "search-and-recolor": ({"select_prompt": "grass"}, "searchAndRecolor", (SIDE, SIDE), RGB, 5),
    "remove-background": ({"prompt": ""}, "removeBackground", (SIDE, SIDE), RGBA, 5),
    "sketch": ({"control_strength": 0.5}, "controlSketch", (SIDE, SIDE), RGB, 5),
    "structure": ({}, "controlStructure", (SIDE, SIDE), RGB, 5),
    "fast": ({"prompt": ""}, "upscaleFast", (4 * SIDE, 4 * SIDE), RGB, 2),
}
# What it does not send unless it is told to, and the double's word for it.
REFUSED = {
    "outpaint": "at least one of left, right, up and down must be greater than 0",
    "search-and-replace": "search_prompt: required",
    "replace-background-and-relight": "subject_image: required",  # it names the picture `image` everywhere
}


def picture(colour: tuple[int, int, int]) -> io.BytesIO:
    """A PNG of one colour, as a file that has a name."""
    rows = b"".join(b"\0" + bytes(colour) * SIDE for _ in range(SIDE))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, RGB, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    data = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n" + data)
    file.name = "picture.png"
    return file


def edit(served: Served, key: str, model: str, prompt: str = "A boat", **more: Any) -> bytes:
    """A picture made of another, as users of litellm ask for it."""
    if more.get("mask"):
        more["mask"] = picture((255, 255, 255))
    answer = litellm.image_edit(
        model=f"stability/{model}",
        image=picture((90, 140, 60)),
        prompt=prompt,
        api_base=served.url,
        api_key=key,
        max_retries=0,
        num_retries=0,
        **more,
    )
    return base64.b64decode(answer.data[0].b64_json, validate=True)


def draws(model: str, served: Served, key: str) -> None:
    """The picture has the size and the colours of its kind, and its price was paid."""
    fields, operation, size, colours, credits = DRAWN[model]
    data = edit(served, key, model, **fields)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack_from(">II", data, 16) == size, struct.unpack_from(">II", data, 16)
    assert data[25] == colours, data[25]
    (call,) = served.calls(key)
    assert (call["operation"], call["status"], call["credits"]) == (operation, 200, credits), call


def raised(kind: type[Exception], served: Served, key: str, model: str) -> Any:
    """The exception of this kind that an edit without more raises."""
    came: Any = None
    try:
        edit(served, key, model)
    except kind as problem:
        came = problem
    assert came is not None, "it was not refused"
    return came


def refuses(model: str, served: Served, key: str) -> None:
    """What lacks a field is a 400 with the double's own word."""
    problem = raised(litellm.BadRequestError, served, key, model)
    assert problem.status_code == 400
    assert REFUSED[model] in str(problem), problem


def rejected(model: str, served: Served, key: str) -> None:
    """A wrong key is litellm's exception for it, under edits too."""
    assert raised(litellm.AuthenticationError, served, "sk-mock-unknown", model).status_code == 401
    assert served.calls(key) == []


case = Cases(
    **{f"{model} draws": partial(draws, model) for model in DRAWN},
    **{f"{model} without its fields is refused": partial(refuses, model) for model in REFUSED},
    **{"a wrong key": partial(rejected, "inpaint")},
)


if __name__ == "__main__":
    litellm.suppress_debug_info = True
    sys.exit(case.command(__doc__, lambda url, number: (Served(url), f"sk-litellm-edits-{number}")))
