"""The packages for tests in other languages: their own tests, and that their types are the schemas'."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE

from clients.testing_bodies import stale

CLIENTS = Path(__file__).parents[2] / "clients"
RUNS = {"node": ("node-testing", ["node", "--test"]), "go": ("go-testing", ["go", "test", "./..."])}


def test_the_bodies_are_what_the_schemas_say() -> None:
    assert stale() == [], "run: python -m clients.testing_bodies"


@pytest.mark.parametrize("tool", RUNS)
def test_its_own_tests_pass(tool: str) -> None:
    folder, command = RUNS[tool]
    if not shutil.which(tool):
        assert os.environ.get("PROOFSHEET_ACCEPTANCE") != "required", f"there is no {tool} here"
        pytest.skip(f"there is no {tool} here")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if name != "PROOFSHEET_URL"} | {"PATH": path}
    made = subprocess.run(
        command, cwd=CLIENTS / folder, env=own, capture_output=True, text=True, timeout=2 * PATIENCE
    )
    assert made.returncode == 0, made.stdout + made.stderr
