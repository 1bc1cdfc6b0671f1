"""Follow-ups on pictures and words, over HTTP: what an offer does is seen in the file that comes of it."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from support import InProcess

from proofsheet.mockserver.media.image import upload
from proofsheet.mockserver.media.image.safe_decode import open_checked
from proofsheet.mockserver.state import tasks
from proofsheet.spec.document import Document

KEY = {"x-key": "sk-flags"}
SAME = 6  # mean difference at most: of small pictures, coded anew


class Flow:
    """Submits tasks of the tests' own document and waits for them by the clock."""

    def __init__(self, mock: InProcess) -> None:
        self.mock = mock
        mock.double.state.move_clock(frozen=True)

    def submit(self, path: str, **body: Any) -> str:
        response = self.mock.post(path, json=body, headers=KEY)
        assert response.status_code == 200, response.text
        return str(response.json()["id"])

    def ended(self, id: str) -> dict[str, Any]:
        self.mock.double.state.move_clock(2)
        return dict(self.mock.get(f"/tasks/{id}", headers=KEY).json())

    def picture(self, id: str) -> Image.Image:
        link = self.ended(id)["picture"]
        response = self.mock.get("/" + link.split("/", 3)[3], headers={})
        image = Image.open(io.BytesIO(response.content)).convert("RGB")
        image.load()
        return image

    def taken(self) -> str:
        grid = self.submit("/imagine", prompt="a cat /seed 7")
        self.ended(grid)
        found = self.submit("/act", task=grid, offer="take-2")
        self.ended(found)
        return found


@pytest.fixture
def flow(serve: Callable[..., InProcess], flagged: Document) -> Flow:
    return Flow(serve(flagged))


def difference(one: Image.Image, other: Image.Image) -> float:
    means = ImageStat.Stat(ImageChops.difference(one, other.resize(one.size))).mean
    return sum(means) / len(means)


def test_a_quarter_is_the_one_in_its_place(flow: Flow) -> None:
    grid = flow.submit("/imagine", prompt="a cat /seed 7")
    whole = flow.picture(grid)
    one = flow.picture(flow.submit("/act", task=grid, offer="take-2"))
    assert (whole.size, one.size) == ((128, 128), (64, 64))
    assert difference(one, whole.crop((64, 0, 128, 64))) < SAME


def test_near_ones_and_a_new_grid(flow: Flow) -> None:
    grid = flow.submit("/imagine", prompt="a cat")
    whole = flow.picture(grid)
    near = flow.picture(flow.submit("/act", task=grid, offer="near-3"))
    third = whole.crop((0, 64, 64, 128))
    assert all(difference(third, near.crop((x, y, x + 64, y + 64))) < 20 for x in (0, 64) for y in (0, 64))
    again = flow.picture(flow.submit("/act", task=grid, offer="again"))
    assert again.size == whole.size
    assert again.tobytes() != whole.tobytes()


def test_enlarged_and_extended(flow: Flow) -> None:
    taken = flow.taken()
    one = flow.picture(taken)
    larger = flow.picture(flow.submit("/act", task=taken, offer="larger"))
    assert larger.size == (128, 128)
    assert difference(one, larger) < SAME
    aside = flow.picture(flow.submit("/act", task=taken, offer="aside"))
    assert aside.size == (96, 64)
    assert difference(one, aside.crop((0, 0, 64, 64))) < SAME


def test_how_much_wider_is_said_when_the_task_is_answered(flow: Flow) -> None:
    taken = flow.taken()
    one = flow.picture(taken)
    wider = flow.submit("/act", task=taken, offer="wider")
    assert flow.ended(wider) == {"state": "WAITING"}
    flow.submit("/answer", task=wider, prompt="a cat /zoom 1.6")
    assert difference(one.resize((40, 40)), flow.picture(wider).crop((12, 12, 52, 52))) < SAME
    wrong = flow.submit("/act", task=taken, offer="wider")
    flow.submit("/answer", task=wrong, prompt="a cat /zoom 9")
    assert flow.ended(wrong) == {"state": "SPOILT", "why": "/zoom cannot be 9"}


def test_a_mask_says_what_is_drawn_anew(flow: Flow) -> None:
    taken = flow.taken()
    one = flow.picture(taken)
    mask, file = Image.new("L", (64, 64)), io.BytesIO()
    mask.paste(255, (32, 0, 64, 64))
    mask.save(file, "PNG")
    part = flow.submit("/act", task=taken, offer="part")
    flow.submit("/answer", task=part, prompt="a dog", mask=base64.b64encode(file.getvalue()).decode())
    made = flow.picture(part)
    left, right = (0, 0, 32, 64), (32, 0, 64, 64)
    assert difference(one.crop(left), made.crop(left)) < 2 < difference(one.crop(right), made.crop(right))


@pytest.mark.parametrize("mask", ["", "none", "data:text/plain;base64,aGVsbG8="])
def test_a_mask_that_is_none_leads_to_a_variation(flow: Flow, mask: str) -> None:
    part = flow.submit("/act", task=flow.taken(), offer="part")
    flow.submit("/answer", task=part, mask=mask)
    assert flow.picture(part).size == (64, 64)


def test_no_picture_is_opened_where_other_calls_wait(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[threading.Thread] = []

    def noted(*args: Any) -> Any:
        opened.append(threading.current_thread())
        return open_checked(*args)

    taken = flow.taken()
    monkeypatch.setattr(upload, "open_checked", noted)
    file = io.BytesIO()
    Image.new("L", (64, 64)).save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode()
    flow.submit("/answer", task=flow.submit("/act", task=taken, offer="part"), prompt="a dog", mask=text)
    read = flow.submit("/read", picture=text)
    flow.ended(read)
    flow.submit("/act", task=read, offer="again")
    assert len(opened) >= 4
    assert threading.main_thread() not in opened


@pytest.mark.parametrize(
    ("prompt", "why"),
    [("a cat /zoom 9 /x", "Unknown: /x"), ("a cat /ratio wide", "/ratio cannot be wide")],
)
def test_a_flawed_prompt_ends_the_task(flow: Flow, prompt: str, why: str) -> None:
    assert flow.ended(flow.submit("/imagine", prompt=prompt)) == {"state": "SPOILT", "why": why}


def test_a_picture_in_words_and_back(flow: Flow) -> None:
    file = io.BytesIO()
    Image.new("RGB", (128, 64), (20, 32, 78)).save(file, "PNG")
    read = flow.submit("/read", picture=base64.b64encode(file.getvalue()).decode())
    said = flow.ended(read)["why"]
    assert "navy" in said
    assert said.endswith("| 2:1")
    drawn = flow.submit("/act", task=read, offer="draw")
    assert flow.picture(drawn).size == (128, 128)
    again = flow.submit("/act", task=read, offer="again")
    assert "navy" in flow.ended(again)["why"] != said


def test_a_picture_that_cannot_be_read_is_described_all_the_same(flow: Flow) -> None:
    assert "| 1:1" in flow.ended(flow.submit("/read", picture="bm9uZQ=="))["why"]


def test_a_prompt_becomes_shorter(flow: Flow) -> None:
    said = flow.ended(flow.submit("/cut", prompt="a lighthouse on a cliff, stormy sea"))["why"]
    assert said.startswith("1 lighthouse cliff")
    assert "**lighthouse**" in said


def test_uploads_are_remembered_once_and_described_again(flow: Flow) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode()
    read = flow.submit("/read", picture=text)
    task = flow.mock.double.state.task("prompts", read)
    assert task is not None
    assert len(task.request) < 1000 < len(text)
    assert task.bytes_held < 1.2 * len(file.getvalue()) + 1000
    said = flow.ended(read)["why"]
    again = flow.ended(flow.submit("/act", task=read, offer="again"))["why"]
    assert "grey" in said
    assert "grey" in again
    assert said.endswith("1:1") == again.endswith("1:1") is True


def test_tasks_with_large_uploads_push_out_the_oldest(monkeypatch: pytest.MonkeyPatch, flow: Flow) -> None:
    monkeypatch.setattr(tasks, "MOST_BYTES", 100_000)
    file = io.BytesIO()
    Image.effect_noise((200, 150), 90).save(file, "PNG")
    text = base64.b64encode(file.getvalue()).decode()
    ids = []
    for _ in range(6):
        ids.append(flow.submit("/read", picture=text))
        assert flow.ended(ids[-1])["state"] == "SAID"
    known = [flow.mock.double.state.task("prompts", each) for each in ids]
    assert known[0] is None
    assert known[-1] is not None
    assert sum(each.bytes_held for each in known if each) <= 100_000
