"""Tasks on the page: states, pictures, follow-ups under their parents, buttons that do what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from visitor import Page, running

MINIATURE = Path(__file__).parent.parent / "miniature"
HOSTILE = "<img src=x onerror=alert(1)>"
Submit = Callable[..., str]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with running("tasks", "--spec", str(MINIATURE), "--task-pace", "600") as address:
        yield address


@pytest.fixture
def submit(site: str) -> Iterator[Submit]:
    """Submits a task, and finishes it if told to; returns its id."""
    with httpx.Client(base_url=site, headers={"x-key": "sk-app"}, trust_env=False, timeout=500) as client:
        client.post("/_mock/reset")

        def go(prompt: str, path: str = "/draw", finish: bool = False) -> str:
            id = str(client.post(path, json={"prompt": prompt}).json()["id"])
            if finish:
                assert client.post(f"/_mock/tasks/{id}", json={"finish": True}).status_code == 200
            return id

        yield go


def text(page: Page, id: str) -> str:
    found = page.script(
        "return document.querySelector(`[data-id='${arguments[0]}'] > article`)?.innerText", id
    )
    return str(found or "")


def press(page: Page, id: str, words: str) -> None:
    """Press a button of a task, as a person does: unfold them first."""
    page.until(lambda: text(page, id))
    row = f"[data-id='{id}'] > article"
    if not page.script(f'return document.querySelector("{row} details").open'):
        page.one(f"{row} summary").click()
    buttons = f'[...document.querySelectorAll("{row} button")]'
    find = f"return {buttons}.find((each) => each.innerText === '{words}')"
    page.until(lambda: page.script(find)).click()


@pytest.mark.usefixtures("quiet")
def test_a_task_has_its_line_of_states_and_its_picture(page: Page, site: str, submit: Submit) -> None:
    id = submit("A lighthouse on a cliff", finish=True)
    page.open(site)
    page.until(lambda: "done" in text(page, id))
    page.until(lambda: page.one("#total-credits").text == "4")  # which no call paid: the task did
    for part in ("A lighthouse on a cliff", "queued", "4 cr paid", "tasks draw · DRAW"):
        assert part in text(page, id)
    width = f"return document.querySelector(\"[data-id='{id}'] img\").naturalWidth"
    assert page.until(lambda: page.script(width)) == 64


@pytest.mark.usefixtures("quiet")
def test_follow_ups_stand_under_what_they_go_on_from(page: Page, site: str, submit: Submit) -> None:
    parent = submit("a boat", finish=True)
    child = submit("again", f"/tasks/{parent}/redraw", finish=True)
    grandchild = submit("and again", f"/tasks/{child}/redraw")
    page.open(site)
    tree = f"[data-id='{parent}'] > ul > [data-id='{child}'] > ul > [data-id='{grandchild}']"
    page.until(lambda: page.one(tree).is_displayed())
    assert page.script("return document.querySelectorAll('#tasks-sheet > li').length") == 1


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("finish: done", "done"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("ten minutes pass", "done"),
        ("5 s late", "forced: late=5"),
        ("a state back", "forced: back"),
        ("lose the callback", "forced: callback=lost"),
        ("callback twice", "forced: callback=twice"),
        ("file 403", "forced: file=403"),
    ],
)
def test_each_button_does_what_it_says(
    page: Page, site: str, submit: Submit, words: str, expected: str
) -> None:
    id = submit("a cat")
    page.open(site)
    press(page, id, words)
    assert page.until(lambda: expected in text(page, id))


@pytest.mark.usefixtures("quiet")
def test_what_has_ended_can_go_back(page: Page, site: str, submit: Submit) -> None:
    id = submit("a cat", finish=True)
    page.open(site)
    press(page, id, "back to running")
    assert page.until(lambda: "finish: done" in text(page, id))  # its buttons stay unfolded
    assert "running" in text(page, id)


@pytest.mark.usefixtures("quiet")
def test_what_a_task_carries_is_text_and_nothing_else(page: Page, site: str, submit: Submit) -> None:
    id = submit(HOSTILE)
    page.open(site)
    assert page.until(lambda: HOSTILE in text(page, id))
    assert page.script("return document.images.length") == 0


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "dark")])
def test_nothing_stands_out_of_a_window(
    page: Page, site: str, submit: Submit, width: int, scheme: str
) -> None:
    parent = submit("a" * 150, finish=True)
    submit("again", f"/tasks/{parent}/redraw")
    page.open(site, width=width, scheme=scheme)
    press(page, parent, "file cut")
    page.until(lambda: "forced: file=cut" in text(page, parent))
    assert page.script("return document.documentElement.scrollWidth") <= width
