"""What a prompt carries in its text decides about the picture; what is wrong with it refuses the call."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from support import InProcess

from proofsheet.spec.document import Document

KEY = {"x-key": "sk-flags"}


@pytest.fixture
def mock(serve: Callable[..., InProcess], flagged: Document) -> InProcess:
    return serve(flagged)


def picture(mock: InProcess, prompt: str) -> Image.Image:
    response = mock.post("/draw", json={"prompt": prompt}, headers=KEY)
    assert response.status_code == 200, response.text
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("prompt", "size"),
    [
        *(("a cat", (64, 64)), ("a cat /ratio 2:1", (96, 48)), ("a cat /r 2:1 /r 1:1", (96, 48))),
        *(("a cat /ratio 1:4", (32, 128)), ("a cat /ratio 999:1", (256, 4))),
    ],
)
def test_the_prompt_says_the_size(mock: InProcess, prompt: str, size: tuple[int, int]) -> None:
    assert picture(mock, prompt).size == size


def test_the_prompt_says_the_seed(mock: InProcess) -> None:
    seven = picture(mock, "a cat /seed 7").tobytes()
    assert picture(mock, "a cat /seed 7").tobytes() == seven
    assert picture(mock, "a cat /seed 8").tobytes() != seven
    assert picture(mock, "a dog /seed 7").tobytes() != seven
    assert picture(mock, "a cat").tobytes() != picture(mock, "a cat").tobytes()


def test_a_seed_that_was_drawn_is_good_to_draw_again_with(mock: InProcess) -> None:
    mock.post("/draw", json={"prompt": "a cat"}, headers=KEY)
    entry = mock.double.state.journal()[-1]
    first = mock.double.renderer.draw(entry["pictures"][0])
    again = mock.post("/draw", json={"prompt": f"a cat /seed {entry['seed']}"}, headers=KEY).content
    small = [Image.open(io.BytesIO(each)).tobytes() for each in (first, again)]
    assert small[0] == small[1]


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("a cat /sead 7", "Unknown: /sead, 7"),
        ("a cat /ratio wide", "/ratio cannot be wide"),
        ("a cat /seed 1001", "/seed cannot be 1001"),
        ("a cat /seed", "/seed needs a value"),
    ],
)
def test_a_flaw_refuses_the_call(mock: InProcess, prompt: str, says: str) -> None:
    response = mock.post("/draw", json={"prompt": prompt}, headers=KEY)
    assert (response.status_code, response.json()) == (400, {"error": says})
