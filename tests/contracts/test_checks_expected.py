"""What a case expects of one answer: each check with an exchange that passes and ones that do not."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from mutants.hearing import expectations
from PIL import Image

from proofsheet.contracts.checks.expected import (
    Constants,
    FormatIs,
    IsRefusal,
    IsSuccess,
    Picture,
    PictureCount,
    SeedIs,
    SizeIs,
    StatusIsOneOf,
)
from proofsheet.contracts.checks.image_facts import inspect
from proofsheet.contracts.checks.media_quality import FileEnds, InColour, IsSharp, ShowsSomething
from proofsheet.contracts.checks.refusals import NamesFields, OmitsFields, RefusedAs
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import Answer, Expectation
from proofsheet.contracts.explore.request_sample import RefusedAsOneOf
from proofsheet.contracts.history import Unjudged
from proofsheet.spec.document import Document, Operation

Kind = type[Expectation]
PNG = {"content-type": "image/png"}
JSON = {"content-type": "application/json"}


def file(
    kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (96, 64), blank: bool = False
) -> bytes:
    """A small picture's file: three gradients, or one colour."""
    grey = Image.new("L", size, 120) if blank else Image.linear_gradient("L").resize(size)
    turns = (Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180)
    out = io.BytesIO()
    Image.merge("RGB", [grey.transpose(turn) for turn in turns]).convert(mode).save(out, kind)
    return out.getvalue()


def grainy() -> bytes:
    """A file that is full of detail."""
    out = io.BytesIO()
    Image.effect_noise((96, 64), 40).convert("RGB").save(out, "PNG")
    return out.getvalue()


def exchange(body: bytes | dict[str, Any], status: int = 200, **headers: str) -> Exchange:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = PNG if isinstance(body, bytes) else JSON
    sent = {**kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Exchange("POST", "http://t.test/x", (), b"", status, tuple(sent.items()), data)


def error(*errors: str, name: str = "bad_request", status: int = 400) -> Exchange:
    return exchange({"errors": list(errors), "id": "1", "name": name}, status)


def drawing(width: int = 96, height: int = 64, shapes: int = 2, more: str = "") -> bytes:
    inner = '<rect width="9" height="9"/>' * shapes + more
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{inner}</svg>'.encode()


def packed(data: bytes | str) -> Exchange:
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    return exchange({"image": text, "finish_reason": "SUCCESS", "seed": 7})


OUTCOME = {"outcome": "bad_request"}
EITHER = {"allowed": (404, 405)}
PROMPT = {"fields": ("prompt",)}
SIZE = {"width": 96, "height": 64}
ABOUT = {**SIZE, "tolerance": 0.08}
SEED = {"seed": 7, "maximum": 9}
FRESH = {"seed": None, "maximum": 9}
TOLD = {"body": {"/finish_reason": "SUCCESS"}, "headers": {}}
HEADED = {"body": {}, "headers": {"finish-reason": "SUCCESS"}}
IMAGE = {"media_type": "image/png"}
PACKED = {"media_type": "application/json"}
DRAWN = {**PACKED, "encoded": "image/png"}

# check, parameters, an exchange that passes, and what is said of others
TABLE: tuple[tuple[type[Expectation], dict[str, Any], Exchange, tuple[tuple[Exchange, str], ...]], ...] = (
    (
        RefusedAs,
        OUTCOME,
        error("prompt: required"),
        (
            (error("x", status=422), "expected 400 bad_request, came 422"),
            (error("x", name="invalid"), "expected /name to be 'bad_request', came 'invalid'"),
            (exchange(file()), "came 200"),
        ),
    ),
    (
        RefusedAsOneOf,
        {"outcomes": ("bad_request", "payload_too_large")},
        error("prompt: required"),
        ((error("x", status=422), "expected 400 bad_request or 413 payload_too_large, came 422"),),
    ),
    (NamesFields, PROMPT, error("prompt: required"), ((error("body: bad"), "does not name prompt"),)),
    (NamesFields, PROMPT, error("Prompt is required"), ((error("negative-prompt: no"), "does not name"),)),
    (OmitsFields, PROMPT, error("seed: required"), ((error("prompt: too long"), "names prompt"),)),
    (StatusIsOneOf, EITHER, error(status=405), ((error(), "expected 404 or 405, came 400"),)),
    (
        IsRefusal,
        {},
        error(),
        (
            (exchange(file()), "came 200"),
            (error(status=500), "came 500"),
            (error(status=418), "came 418"),
        ),
    ),
    (IsSuccess, {}, exchange(file()), ((error(), "expected 200, came 400"),)),
    (
        Constants,
        TOLD,
        packed(b""),
        ((exchange({"finish_reason": "OK"}), "expected /finish_reason to be 'SUCCESS', came 'OK'"),),
    ),
    (
        Constants,
        HEADED,
        exchange(file(), finish_reason="SUCCESS"),
        ((exchange(file()), "expected the header finish-reason: SUCCESS, came None"),),
    ),
    (
        Picture,
        IMAGE,
        exchange(file()),
        (
            (error(), "expected a picture, came 400"),
            (packed(file()), "expected image/png, came application/json"),
            (exchange(file()[:-200]), "is cut off within its"),
        ),
    ),
    (
        Picture,
        PACKED,
        packed(file()),
        (
            (packed("data:image/png;base64,AAAA"), "data: prefix"),
            (packed("not base64!"), "not clean"),
            (packed(base64.b64encode(file())), "does not decode"),
            (exchange({"image": 7}), "is int, not base64"),
            (exchange({"picture": "x"}), "holds no picture"),
        ),
    ),
    (Picture, DRAWN, packed(file()), ((packed(file("JPEG")), "the picture in image/png, came JPEG"),)),
    (FormatIs, {"encoded": "image/png"}, packed(file()), ((packed(file("JPEG")), "in PNG, came JPEG"),)),
    (IsSharp, {}, packed(grainy()), ((packed(file()), "blurred all over"),)),
    (SizeIs, SIZE, exchange(file()), ((exchange(file(size=(64, 96))), "96 x 64 pixels, came 64 x 96"),)),
    (SizeIs, ABOUT, exchange(file(size=(100, 64))), ((exchange(file(size=(64, 64))), "came 64"),)),
    (
        SeedIs,
        SEED,
        exchange(file(), seed="7"),
        ((exchange(file(), seed="8"), "came 8"), (exchange(file(), seed="x"), "is not reported")),
    ),
    (SeedIs, FRESH, exchange(file(), seed="3"), ((exchange(file(), seed="0"), "a fresh seed"),)),
    (PictureCount, {"count": 1}, packed(file()), ((error(), "expected 1 pictures, came 400"),)),
    (
        FileEnds,
        {},
        exchange(file()),
        ((exchange(file() + b"more"), "4 bytes follow the end"), (packed(file() + b"more"), "4 bytes")),
    ),
    (InColour, {}, exchange(file()), ((exchange(file(mode="L")), "came L"),)),
    (ShowsSomething, {}, exchange(file()), ((exchange(file(blank=True)), "is a placeholder: 1 colours"),)),
    (ShowsSomething, {}, packed(drawing()), ((packed(drawing(shapes=1)), "it has 1 shapes"),)),
    (SizeIs, SIZE, packed(drawing(2048, 1365)), ((packed(drawing(64, 64)), "96 x 64 pixels, came 64 x 64"),)),
    (
        Picture,
        PACKED,
        packed(drawing()),
        ((packed(drawing(more="<script/>")), "holds a script"), (packed(drawing()[:-9]), "is no XML")),
    ),
    (FormatIs, {"encoded": "image/svg+xml"}, packed(drawing()), ((packed(file()), "in SVG, came PNG"),)),
)  # fmt: skip
ROWS = [(check, params, good, bad, text) for check, params, good, others in TABLE for bad, text in others]


def _findings(
    check: type[Expectation], params: dict[str, Any], exchange: Exchange, operation: Operation
) -> list[str]:
    return list(check("r", **params).findings(Answer(exchange, operation)))


@pytest.mark.parametrize(("check", "params", "good", "bad", "text"), ROWS)
def test_a_check_passes_what_is_right_and_tells_what_is_not(
    document: Document,
    check: type[Expectation],
    params: dict[str, Any],
    good: Exchange,
    bad: Exchange,
    text: str,
) -> None:
    operation = document.operations["generateCore"]
    assert _findings(check, params, good, operation) == []
    found = _findings(check, params, bad, operation)
    assert len(found) == 1
    assert text in found[0]


# Checks with tests of their own: test_edited_pictures, test_checks_tasks, test_kept_judged …
ELSEWHERE = (
    "edited_pictures",
    "task_",
    "callbacks",
    "offers",
    "audio",
    "video",
    "classifications",
    "kept_answers",
    "completions",
    "music",
    "dialogues",
    "event_parts",
    "event_streams",
    "picture_streams",
    "vectors",
    "shown_members",
)


def test_every_check_has_a_row() -> None:
    wanted = {each for each in expectations() if not each.compares}
    wanted -= {each for each in wanted if each.__module__.rpartition(".")[2].startswith(ELSEWHERE)}
    assert {row[0] for row in TABLE} == wanted


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_end_of_a_file_is_found(kind: str) -> None:
    data = file(kind)
    assert inspect(data).trailing == 0
    assert inspect(data + b"\0\0\0").trailing == 3


def test_what_is_no_picture_has_no_end() -> None:
    assert inspect(b"<html>").problem is not None


def test_a_picture_is_decoded_once(document: Document) -> None:
    answer = exchange(file())
    for check, params in ((Picture, IMAGE), (SizeIs, SIZE), (ShowsSomething, {})):
        assert _findings(check, params, answer, document.operations["generateCore"]) == []
    assert len(answer.memo["gallery"]) == 1


@pytest.mark.parametrize(
    ("check", "params"), [(Constants, TOLD), (FileEnds, {}), (InColour, {}), (ShowsSomething, {})]
)
def test_where_there_is_nothing_to_look_at_nothing_is_said(
    document: Document, check: type[Expectation], params: dict[str, Any]
) -> None:
    operation = document.operations["generateCore"]
    with pytest.raises(Unjudged):
        _findings(check, params, error("no"), operation)
