"""AI SDK's client of Black Forest Labs, by Node, against a double in a process of its own: aisdk/run.mjs."""

from __future__ import annotations

import base64
import io
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


@pytest.fixture(scope="module")
def flux() -> Iterator[Served]:
    with mock("flux", python=sys.executable) as served:
        yield served


@pytest.fixture(scope="module")
def came(installed: Callable[[str, str], Path], flux: Served) -> dict[str, dict[str, Any]]:
    """What the client made of each case, by its name."""
    folder = installed("PROOFSHEET_AISDK", "aisdk/node_modules").parent
    node = shutil.which("node")
    if node is None:
        (pytest.fail if REQUIRED else pytest.skip)("node is not there")
    done = subprocess.run(
        [node, HERE / "aisdk" / "run.mjs", flux.url],
        env=environment(AISDK=str(folder)),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["name"]: line for line in lines}


def picture(case: dict[str, Any]) -> Image.Image:
    found = Image.open(io.BytesIO(base64.b64decode(case["base64"])))
    found.load()
    return found


@pytest.mark.parametrize(
    ("name", "form", "size"),
    [
        ("plain", "JPEG", (1024, 768)),
        ("sides", "JPEG", (512, 768)),
        ("ultra", "JPEG", (2048, 2048)),
        ("kontext", "PNG", (1184, 880)),
    ],
)
def test_it_gets_its_picture(
    came: dict[str, dict[str, Any]], name: str, form: str, size: tuple[int, int]
) -> None:
    found = picture(came[name])
    assert (found.format, found.size) == (form, size)
    assert came[name]["mediaType"] == f"image/{form.lower()}"


def test_it_reads_seed_and_times_of_the_result(came: dict[str, dict[str, Any]]) -> None:
    metadata = came["plain"]["metadata"]
    assert metadata["seed"] == 5
    assert metadata["end_time"] - metadata["start_time"] == pytest.approx(metadata["duration"])
    assert metadata["duration"] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("failed", None, "Black Forest Labs generation failed"),
        ("moderated", None, "timed out"),  # it takes a moderated task for one under way
        ("slow", None, "timed out"),
        ("wrong-key", 403, "Not authenticated"),
        ("no-credits", 402, "Insufficient credits"),
    ],
)
def test_it_raises_its_errors(
    came: dict[str, dict[str, Any]], name: str, status: int | None, message: str
) -> None:
    assert came[name]["status"] == status
    assert message in came[name]["message"]


def test_it_paid_for_what_it_got(came: dict[str, dict[str, Any]], flux: Served) -> None:
    def left(key: str) -> float:
        accounts = flux.control("GET", "ledger", key=key)
        return float(accounts["credits"])

    assert (left("sk-plain"), left("sk-ultra"), left("sk-failed"), left("sk-moderated")) == (
        996,
        994,
        1000,
        1000,
    )
