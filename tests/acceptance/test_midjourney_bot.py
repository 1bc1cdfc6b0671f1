"""A bot in JavaScript, as resellers' customers write one, from its first prompt to the last button."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from served import HERE, REQUIRED, Served, environment, mock

Events = list[dict[str, Any]]
PROMPT = "paper boat on a lake --ar 3:2"
GRID = ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"]


@pytest.fixture(scope="module")
def midjourney() -> Iterator[Served]:
    with mock("midjourney", python=sys.executable) as served:
        yield served


Bot = Callable[..., Events]


@pytest.fixture
def bot(midjourney: Served, tmp_path: Path, request: pytest.FixtureRequest) -> Bot:
    """`bot("imagine", "a cat")`: the events of one command, which should exit with `code`."""
    node = shutil.which("node")
    if node is None:
        (pytest.fail if REQUIRED else pytest.skip)("node is not there")
    program = str(HERE / "midjourney_bot" / "bot.mjs")

    def run(
        *words: str, code: int = 0, base: str = "", key: str = f"sk-{request.node.name}", pace: str = "looks"
    ) -> Events:
        midjourney.control("PUT", "tasks/pace", {"pace": pace}, key)
        settings = environment(MJ_BASE=midjourney.url + base, MJ_KEY=key)
        done = subprocess.run(
            [node, program, *words], env=settings, capture_output=True, text=True, timeout=500, cwd=tmp_path
        )
        assert done.returncode == code, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def statuses(events: Events) -> list[str]:
    return list(dict.fromkeys(each["status"] for each in events if each["event"] == "task"))


def done(events: Events) -> dict[str, Any]:
    assert events[-1]["event"] == "done", events
    return events[-1]


def test_imagine_and_wait_by_polling(bot: Bot) -> None:
    events = bot("imagine", PROMPT)
    assert events[0]["code"] == 1
    assert statuses(events)[-2:] == ["IN_PROGRESS", "SUCCESS"]
    assert done(events)["buttons"] == GRID
    assert done(events)["prompt"] == PROMPT


def test_imagine_and_wait_to_be_called_back(bot: Bot) -> None:
    events = bot("imagine", PROMPT, "--callback", pace="3")  # a second and a half for each of its states
    assert statuses(events) == ["SUBMITTED", "IN_PROGRESS", "SUCCESS"]
    assert done(events)["buttons"] == GRID


def test_upscale_vary_zoom_and_look_at_the_picture(bot: Bot, tmp_path: Path) -> None:
    grid = done(bot("imagine", PROMPT))["id"]
    up = done(bot("press", grid, "U2"))
    assert (up["action"], up["buttons"][7]) == ("UPSCALE", "Custom Zoom")
    assert done(bot("press", grid, "V3"))["action"] == "VARIATION"
    assert done(bot("press", grid, "🔄"))["action"] == "IMAGINE"
    events = bot("press", up["id"], "Custom Zoom", "--word", "boat --zoom 1.5")
    assert [(each["event"], each.get("status")) for each in events[:2]] == [
        ("submitted", None),
        ("window", "MODAL"),
    ]
    assert (done(events)["action"], done(events)["prompt"]) == ("ZOOM", "boat --zoom 1.5")
    assert bot("save", up["id"], "up.png")[-1]["type"] == "image/png"
    assert bot("save", grid, "grid.png")[-1]["event"] == "saved"
    with Image.open(tmp_path / "up.png") as one, Image.open(tmp_path / "grid.png") as four:
        one.load()
        assert (one.width * 2, one.height * 2) == four.size


def test_describe_and_imagine_what_it_says(bot: Bot, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (20, 90, 160)).save(tmp_path / "blue.png")
    events = bot("describe", "blue.png")
    assert len(events[-1]["prompts"]) == 4
    described = next(each for each in events if each["event"] == "done")
    events = bot("press", described["id"], "2️⃣")
    assert "window" in [each["event"] for each in events]
    assert done(events)["action"] == "IMAGINE"


def test_at_another_speed(bot: Bot) -> None:
    assert done(bot("imagine", PROMPT, base="/mj-turbo"))["action"] == "IMAGINE"


def test_what_goes_wrong_is_said(bot: Bot) -> None:
    assert bot("imagine", "a cat mock:flagged", code=1)[-1]["why"] == "24 可能包含敏感词"
    assert "401" in bot("imagine", PROMPT, code=1, key="sk-mock-unknown")[-1]["why"]
    assert bot("imagine", " ", code=1)[-1]["why"] == "4 prompt不能为空"
