"""Damages to pictures and seeds, in both forms: as bytes and as base64 in JSON."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mutants.relay import Got, Sent, on_answer
from PIL import Image

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_HOLDERS = ("image", "base64")  # where v2beta and v1 keep the picture in JSON


def is_picture(got: Got) -> bool:
    """Whether an answer brings a picture in one form or the other."""
    return got.status == 200 and (got.media_type.startswith("image/") or bool(_holders(got.json)))


def _holders(value: Any) -> list[dict[str, Any]]:
    items = value.get("artifacts", [value]) if isinstance(value, dict) else []
    return [each for each in items if isinstance(each, dict) and any(name in each for name in _HOLDERS)]


def in_base64(got: Got, change: Callable[[str], Any]) -> Got:
    """The answer with `change` done to each base64 text in it."""
    value = got.json
    for holder in _holders(value):
        for name in set(_HOLDERS) & set(holder):
            holder[name] = change(holder[name])
    return got.saying(value) if _holders(value) else got


def in_pictures(got: Got, change: Callable[[bytes, str], bytes]) -> Got:
    """The answer with `change(file, media type)` done to each picture."""
    if got.status != 200:
        return got
    if got.media_type.startswith("image/"):
        is_drawing = got.media_type not in _FORMATS  # it has no pixels
        return got if is_drawing else got.holding(change(got.body, got.media_type))
    named = re.search(r"type=(image/\w+)", got.header("content-type"))
    media = named[1] if named else "image/png"
    return in_base64(
        got, lambda text: base64.b64encode(change(base64.b64decode(text), media)).decode("ascii")
    )


def redrawn(data: bytes, media: str, change: Callable[[Image.Image], Image.Image]) -> bytes:
    """A picture opened, changed and written again in the same format."""
    out = io.BytesIO()
    change(Image.open(io.BytesIO(data)).convert("RGB")).save(out, _FORMATS[media])
    return out.getvalue()


@on_answer("truncate-picture")
def truncate(sent: Sent, got: Got, keep: float = 0.6) -> Got:
    return in_pictures(got, lambda data, _: data[: int(len(data) * keep)])


@on_answer("garbage-after-picture")
def garbage(sent: Sent, got: Got) -> Got:
    return in_pictures(got, lambda data, _: data + b"\r\n--proxy-boundary--\r\n")


@on_answer("empty-picture")
def empty(sent: Sent, got: Got) -> Got:
    return in_pictures(got, lambda data, _: b"")


@on_answer("picture-as-text")
def as_text(sent: Sent, got: Got) -> Got:
    return in_pictures(got, lambda data, _: data.decode("utf-8", "replace").encode())


@on_answer("reencode")
def reencode(sent: Sent, got: Got, to: str) -> Got:
    """Written in another format under the old label."""
    return in_pictures(got, lambda data, _: redrawn(data, to, lambda picture: picture))


@on_answer("resize")
def resize(sent: Sent, got: Got, scale: float | None = None, to: list[int] | None = None) -> Got:
    def change(picture: Image.Image) -> Image.Image:
        width, height = to or (int(side * (scale or 1)) for side in picture.size)
        return picture.resize((width, height), Image.Resampling.NEAREST)

    return in_pictures(got, lambda data, media: redrawn(data, media, change))


@on_answer("crop")
def crop(sent: Sent, got: Got, pixels: int) -> Got:
    def change(picture: Image.Image) -> Image.Image:
        return picture.crop((0, 0, picture.width, picture.height - pixels))

    return in_pictures(got, lambda data, media: redrawn(data, media, change))


@on_answer("one-colour")
def one_colour(sent: Sent, got: Got) -> Got:
    return in_pictures(
        got, lambda data, media: redrawn(data, media, lambda each: Image.new("RGB", each.size, "#808080"))
    )


@on_answer("cached-picture")
def cached(sent: Sent, got: Got) -> Got:
    """The same picture whatever was asked, in the size and format that were asked."""

    def change(picture: Image.Image) -> Image.Image:
        ramp = Image.linear_gradient("L").rotate(30)
        return Image.merge("RGB", (ramp, ramp.rotate(90), ramp.rotate(180))).resize(picture.size)

    return in_pictures(got, lambda data, media: redrawn(data, media, change))


@on_answer("page-as-picture")
def page_as_picture(sent: Sent, got: Got, says: str) -> Got:
    return in_pictures(got, lambda data, _: says.encode())


@on_answer("data-uri")
def data_uri(sent: Sent, got: Got) -> Got:
    return in_base64(got, lambda text: "data:image/png;base64," + text)


@on_answer("base64-twice")
def twice(sent: Sent, got: Got) -> Got:
    return in_base64(got, lambda text: base64.b64encode(text.encode()).decode())


@on_answer("base64-lines")
def lines(sent: Sent, got: Got) -> Got:
    return in_base64(got, lambda text: base64.encodebytes(base64.b64decode(text)).decode())


@on_answer("base64-urlsafe")
def urlsafe(sent: Sent, got: Got) -> Got:
    return in_base64(got, lambda text: text.replace("+", "-").replace("/", "_"))


@on_answer("link-for-picture")
def link(sent: Sent, got: Got) -> Got:
    return in_base64(got, lambda text: "https://cdn.example/pictures/1.png")


def in_seeds(got: Got, change: Callable[[int], Any]) -> Got:
    """The answer with `change` done to each reported seed; None takes it away."""
    if not is_picture(got):
        return got
    if got.header("seed"):
        told = change(int(got.header("seed")))
        got = got.having("seed", None if told is None else str(told))
    value = got.json
    holders = [each for each in _holders(value) if "seed" in each]
    for holder in holders:
        told = change(holder.pop("seed"))
        if told is not None:
            holder["seed"] = told
    return got.saying(value) if holders else got


@on_answer("seed-lost")
def seed_lost(sent: Sent, got: Got) -> Got:
    return in_seeds(got, lambda seed: None)


@on_answer("seed-off-by-one")
def off_by_one(sent: Sent, got: Got) -> Got:
    return in_seeds(got, lambda seed: max(seed - 1, 1))


@on_answer("seed-31-bits")
def seed_31_bits(sent: Sent, got: Got) -> Got:
    return in_seeds(got, lambda seed: seed & 0x7FFFFFFF)


@on_answer("seed-zero")
def seed_zero(sent: Sent, got: Got) -> Got:
    return in_seeds(got, lambda seed: 0)


@on_answer("seed-as-string")
def seed_as_string(sent: Sent, got: Got) -> Got:
    return in_seeds(got, str)


@on_answer("filter-hidden")
def filter_hidden(sent: Sent, got: Got) -> Got:
    """A blurred picture passed on as a success."""
    if got.header("finish-reason"):
        return got.having("finish-reason", "SUCCESS")
    value = got.json
    for holder in _holders(value):
        name = "finish_reason" if "finish_reason" in holder else "finishReason"
        holder[name] = "SUCCESS"
    return got.saying(value) if _holders(value) else got


@on_answer("drop-tail")
def drop_tail(sent: Sent, got: Got, count: int) -> Got:
    return in_pictures(got, lambda data, _: data[:-count])


@on_answer("grey-mode")
def grey_mode(sent: Sent, got: Got) -> Got:
    return in_pictures(got, lambda data, media: redrawn(data, media, lambda each: each.convert("L")))


@on_answer("filter-refused")
def filter_refused(sent: Sent, got: Got) -> Got:
    """litellm takes a filtered picture for a failure."""
    reasons = {got.header("finish-reason"), *(each.get("finish_reason") for each in _holders(got.json))}
    reasons |= {each.get("finishReason") for each in _holders(got.json)}
    if "CONTENT_FILTERED" not in reasons:
        return got
    error = {"errors": ["content filtered"], "id": "1", "name": "bad_request"}
    return replace(got, status=400).holding(json.dumps(error).encode(), "application/json")
