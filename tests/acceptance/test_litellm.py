"""litellm and the openai client, by litellm's interpreter, against doubles in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from served import HERE, Served, environment, mock

CASES = {
    "run_litellm.py": 10,
    "run_litellm_edits.py": 13,
    "run_litellm_flux.py": 6,
    "run_litellm_videos.py": 3,
    "run_openai_images.py": 17,
}


@pytest.fixture(scope="module")
def public_flux() -> Iterator[Served]:
    """FLUX under the name that litellm trusts."""
    options = ("--public-url", "https://gateway.bfl.ai")
    with mock("flux", python=sys.executable, options=options) as served:
        yield served


@pytest.fixture(scope="module")
def videos() -> Iterator[Served]:
    """The three APIs of videos that litellm speaks and we serve."""
    with mock("openai-videos", "runway", "gemini-videos", python=sys.executable) as served:
        yield served


@pytest.fixture(scope="module")
def images() -> Iterator[Served]:
    """OpenAI's pictures of today, what resellers sold, and Recraft's, whose pages use its client."""
    with mock("openai-images", "openai-images.pages-2024", "recraft", python=sys.executable) as served:
        yield served


def test_it_gets_stabilitys_pictures_and_its_exceptions(
    installed: Callable[[str, str], Path], today: Served, tmp_path: Path
) -> None:
    run(installed, "run_litellm.py", today, tmp_path)


def test_it_edits_pictures_with_stability(
    installed: Callable[[str, str], Path], today: Served, tmp_path: Path
) -> None:
    run(installed, "run_litellm_edits.py", today, tmp_path)


def test_it_gets_the_pictures_of_flux_and_its_exceptions(
    installed: Callable[[str, str], Path], public_flux: Served, tmp_path: Path
) -> None:
    run(installed, "run_litellm_flux.py", public_flux, tmp_path)


def test_it_gets_videos_of_openai_runway_and_gemini(
    installed: Callable[[str, str], Path], videos: Served, tmp_path: Path
) -> None:
    run(installed, "run_litellm_videos.py", videos, tmp_path)


def test_the_openai_client_gets_its_pictures_and_exceptions_and_so_does_litellm(
    installed: Callable[[str, str], Path], images: Served, tmp_path: Path
) -> None:
    run(installed, "run_openai_images.py", images, tmp_path)


def run(installed: Callable[[str, str], Path], script: str, served: Served, folder: Path) -> None:
    python = installed("PROOFSHEET_LITELLM_PYTHON", "litellm/bin/python")
    done = subprocess.run(
        [python, HERE / script, "--url", served.url],
        env=environment(),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout
    assert sum(line.startswith("passed ") for line in lines) == CASES[script], done.stdout
