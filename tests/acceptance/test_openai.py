"""OpenAI's own client, by its own interpreter, against a double of its API: run_openai*.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from served import HERE, mock, run

DIALOGUES = ["openai-realtime", "openai-realtime.pages-2024"]
CASES = {
    "run_openai.py": (13, ["openai"]),
    "run_openai_audio.py": (11, ["openai"]),
    "run_openai_videos.py": (9, ["openai"]),
    "run_openai_files.py": (7, ["openai"]),
    "run_openai_realtime.py": (9, DIALOGUES),
}


@pytest.mark.parametrize("script", CASES)
def test_it_works_with_openais_own_client(
    installed: Callable[[str, str], Path], script: str, tmp_path: Path
) -> None:
    python = installed("PROOFSHEET_OPENAI_PYTHON", "openai/bin/python")
    count, documents = CASES[script]
    with mock(*documents, python=sys.executable) as served:
        run([python, HERE / script, "--url", served.url], cases=count, cwd=tmp_path)
