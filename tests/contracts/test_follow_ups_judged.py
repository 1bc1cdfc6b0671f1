"""Follow-ups by offers as `check` judges them: what does something else than an offer says is found."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from judging import Judged
from PIL import Image
from task_relays import Forward, Relay, holding, saying

from proofsheet.contracts.checks import scenes
from proofsheet.contracts.checks.offers import OffersShown, OfferTaken, ended, shown_id
from proofsheet.contracts.derive.source import Source
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.plan.follow_ups import takes
from proofsheet.contracts.plan.plan import Plan, plan
from proofsheet.contracts.trail import Ended, Look, Trail
from proofsheet.spec.document import Document
from proofsheet.spec.follow_up import FollowUp
from proofsheet.spec.tasks import Offer

ASKED = (
    "prompts.imagine.task.taken",
    "prompts.readPicture.task.taken",
    "prompts.act.offer",
    "prompts.act.task.states",
)


def acting(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Relay:
    """A relay that changes what is sent to go on from a task."""

    def run(request: httpx.Request, forward: Forward) -> httpx.Response:
        if request.url.path != "/act":
            return forward(request)
        kept = {name: each for name, each in request.headers.items() if name != "content-length"}
        body = change(json.loads(request.content))
        return forward(httpx.Request("POST", request.url, headers=kept, json=body))

    return run


def instead(offers: Mapping[str, str]) -> Relay:
    """A relay that takes other offers than those that were asked for."""
    return acting(
        lambda body: {**body, "offer": offers.get(body["offer"], body["offer"])} if "offer" in body else body
    )


def refused(request: httpx.Request, forward: Forward) -> httpx.Response:
    response = forward(request)
    is_taken = request.url.path == "/act" and response.status_code == 200
    return saying(response, {"error": "busy"}, 400) if is_taken else response


def of_another(request: httpx.Request, forward: Forward) -> httpx.Response:
    """A store of files that serves the first file for every later one."""
    response = forward(request)
    if not request.url.path.startswith("/_files/") or response.status_code != 200:
        return response
    FIRST.setdefault("body", response.content)
    return holding(response, FIRST["body"])


FIRST: dict[str, bytes] = {}


def window_refused(request: httpx.Request, forward: Forward) -> httpx.Response:
    if request.url.path != "/answer":
        return forward(request)
    return httpx.Response(400, json={"error": "no window waits"})


# relay: topics of which each must be found broken
BROKEN: dict[str, tuple[Relay, set[str]]] = {
    "not taken": (refused, {"offer.drawn.take-2", "offer.drawn.near-3", "offer.said.draw"}),
    "four for one": (instead({"take-2": "near-3"}), {"task.states"}),
    "one for four": (instead({"near-3": "take-2"}), {"task.states"}),
    "an enlargement is none": (instead({"larger": "aside"}), {"offer.taken.larger"}),
    "more on a side is larger": (instead({"aside": "larger"}), {"offer.taken.aside"}),
    "always the first file": (of_another, {"offer.drawn.take-2"}),
    "a window that takes no answer": (window_refused, {"offer.taken.wider", "offer.taken.part"}),
}
HARMLESS: dict[str, Relay] = {
    "as it is": acting(dict),
    "in capitals": acting(lambda body: {**body, "offer": str(body.get("offer")).upper(), "gateway": 3}),
}


@pytest.fixture(scope="module")
def made(flagged: Document) -> Plan:
    return plan(Source(flagged, seed=1), "core", ASKED)


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_something_else_is_found(flagged: Document, made: Plan, name: str) -> None:
    FIRST.clear()
    relay, topics = BROKEN[name]
    judged = Judged(flagged, made, relay=relay).all()
    broken = {each for each, one in judged.run.verdicts.items() if one.is_breach}
    assert {f"prompts.act.{each}" for each in topics} <= broken


@pytest.mark.parametrize("name", HARMLESS)
def test_what_takes_them_otherwise_is_not(flagged: Document, made: Plan, name: str) -> None:
    assert Judged(flagged, made, relay=HARMLESS[name]).all().told() == {}


def test_parents_are_shared_and_come_before(flagged: Document, made: Plan) -> None:
    followed = [each for each in made.cases if each.follow]
    assert [each.follow.depth for each in followed if each.follow] == sorted(
        each.follow.depth for each in followed if each.follow
    )
    parents = [each.operation for each in followed if each.follow and not each.follow.parent]
    assert set(parents) == {"imagine", "readPicture"}
    assert len(followed) > 3 * len(parents) - 1


def test_a_parent_that_is_not_there_is_said(flagged: Document) -> None:
    judged = Judged(flagged, plan(Source(flagged), "core", ("prompts.act.offer",))).all()
    assert all("no task of this run ended in" in each[0] for each in judged.told().values())


def test_an_offer_is_known_by_the_form_of_its_id_or_by_its_label(library: Any) -> None:
    document = library.load("midjourney")
    found = {
        (each.state, each.offer.name): each for each in takes(document, document.operations["submitAction"])
    }
    second: Offer = found["imagined", "U2"].offer
    shown = [("MJ::JOB::upsample::1::a", "U1"), ("MJ::JOB::upsample::2::a-b", ""), ("other", "U2")]
    assert shown_id(second, shown) == "MJ::JOB::upsample::2::a-b"
    assert shown_id(second, shown[2:]) == "other"
    assert shown_id(second, shown[:1]) is None
    change = {each.offer.name: each.body for each in takes(document, document.operations["submitChange"])}
    assert change["V3"] == {"taskId": "0" * 16, "action": "VARIATION", "index": 3}
    simple = {
        each.offer.name: each.body for each in takes(document, document.operations["submitSimpleChange"])
    }
    assert simple["R"] == {"content": "0" * 16 + " R"}


# The quarter of a grid


def grid(*greys: int) -> bytes:
    """Four quarters of 64 by 64 points, each of another shade."""
    rows = []
    for top in (0, 2):
        row = bytes([greys[top]] * 3 * 64 + [greys[top + 1]] * 3 * 64)
        rows.append(row * 64)
    return b"".join(rows)


def picture(*shades: int) -> bytes:
    """A file of one shade, or of four quarters."""
    side, found = (128, grid(*shades)) if len(shades) == 4 else (64, bytes([shades[0]] * 3 * 64 * 64))
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), found).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("offer", "made", "said"),
    [
        ("take-2", (80,), ""),
        ("take-2", (90,), ""),
        ("take-2", (160,), "what comes of picture 3"),
        ("take-2", (120,), "0% in common"),
        ("near-3", (150, 160, 165, 170), ""),
        ("near-3", (80, 84, 76, 88), "what comes of picture 2"),
    ],
)
def test_the_number_of_the_quarter_decides(
    flagged: Document, offer: str, made: tuple[int, ...], said: str
) -> None:
    found = {each.offer.name: each for each in takes(flagged, flagged.operations["act"])}[offer]
    parent = Ended("p", "drawn", (), grid(0, 80, 160, 240), (128, 128), is_grid=True)
    look = flagged.operations["look"]
    body = {"state": found.operation.lifecycle.ordinary_end.upper(), "picture": "http://t.test/1"}  # type: ignore[union-attr]
    answers = (
        Look("submit", found.operation, _answer({"id": "t"})),
        Look("end", look, _answer(body)),
        Look("file", found.operation, replace(_answer(None), body=picture(*made))),
    )
    trail = Trail(found.operation, look, "t", {}, answers, parent=parent)
    messages = list(OfferTaken("r", found.offer).of_trail(trail))
    assert [each for each in messages if said and said in each] == messages
    assert bool(messages) == bool(said)


def _answer(body: Any) -> Exchange:
    headers = (("content-type", "application/json"),)
    return Exchange("GET", "http://t.test/1", (), b"", 200, headers, json.dumps(body).encode())


def scene(seed: int, side: int = 128) -> Image.Image:
    """Coloured tiles, others for each seed."""
    chance = random.Random(seed)
    tiles = Image.frombytes("RGB", (8, 8), chance.randbytes(192))
    return tiles.resize((side, side), Image.Resampling.NEAREST)


def four(one: Image.Image) -> Image.Image:
    sheet = Image.new("RGB", (2 * one.width, 2 * one.height))
    for at in ((0, 0), (one.width, 0), (0, one.height), one.size):
        sheet.paste(one, at)
    return sheet


def zoomed(one: Image.Image, around: Image.Image) -> Image.Image:
    around = around.resize(one.size)
    around.paste(one.resize((one.width // 2, one.height // 2)), (one.width // 4, one.height // 4))
    return around


def panned(one: Image.Image, beside: Image.Image) -> Image.Image:
    wide = beside.resize((one.width * 3 // 2, one.height))
    wide.paste(one, (one.width // 2, 0))
    return wide


VARY, ZOOM = FollowUp("vary", strength=0.6, grid=True), FollowUp("extend", times=2.0, grid=True)
PAN = FollowUp("extend", times=1.5, side="left", grid=True)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    ("how", "made", "is_same"),
    [
        (VARY, four(scene(1)), True),
        (VARY, four(scene(2)), False),
        (ZOOM, four(zoomed(scene(1), scene(2))), True),
        (ZOOM, four(scene(2)), False),
        (PAN, four(panned(scene(1), scene(2))), True),
        (PAN, four(panned(scene(2), scene(1))), False),
        (FollowUp("enlarge", times=2.0), scene(1, 256), True),
        (FollowUp("enlarge", times=2.0), scene(2, 256), False),
    ],
)
def test_a_follow_up_shows_the_scene_of_the_picture_before(
    how: FollowUp, made: Image.Image, is_same: bool, form: str
) -> None:
    parent = Ended("p", "upscaled", (), scene(1).tobytes(), (128, 128))
    out = io.BytesIO()
    made.save(out, form, quality=80)
    found = list(scenes.unlike(parent, how, {}, out.getvalue()))
    assert bool(found) is not is_same
    assert all("expected the scene of the picture before" in each for each in found)


NAMES = ("U1", "U2", "U3", "U4", "R", "V1", "V2", "V3", "V4")


@pytest.mark.parametrize(
    ("left_out", "label", "said"),
    [
        ("", "", ""),
        ("U2", "", "does not offer U2"),
        ("U2", "U2", ""),  # under an id of another form: by its label
    ],
)
def test_what_can_be_done_is_shown(library: Any, left_out: str, label: str, said: str) -> None:
    document = library.load("midjourney")
    imagine, view = document.operations["submitImagine"], document.operations["fetchTask"]
    ids = [
        each.id.text.replace("{$task.hash}", "a-b") for each in imagine.lifecycle.states["imagined"].offers
    ]
    buttons = [
        {"customId": id, "emoji": "", "label": name, "type": 2, "style": 2}
        for name, id in zip(NAMES, ids, strict=True)
        if name != left_out
    ]
    buttons += (
        [{"customId": "new::form", "emoji": "", "label": label, "type": 2, "style": 2}] if label else []
    )
    example = view.outcomes["imagined"].representations["application/json"].value
    trail = Trail(imagine, view, "1", {}, (Look("end", view, _answer({**example, "buttons": buttons})),))
    found = list(OffersShown("r", "imagined").of_trail(trail))
    assert len(found) == bool(said)
    assert all(said in each for each in found)
    assert [name for _, name in ended(trail, "imagined").offers] == [each["label"] for each in buttons]
