"""`proofsheet serve` and `proofsheet check`, as typed in two shells: on their defaults they agree."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import DAY, documents
from waiting import PATIENCE

from proofsheet.contracts.cli import check as check_command
from proofsheet.spec.load import Library
from proofsheet.spec.shutdowns import as_of

COMMAND = Path(sys.executable).parent / "proofsheet"
KEY = "sk-as-a-user"
# What only a target.toml can say: keys and prompts that the double's triggers give (docs/triggers.md).
TARGET = """
broke_key_env = "BROKE"
other_key_env = "OTHER"
permissions = ["paid", "repeat", "moderation", "burst"]
[prompts]
flagged = "a cat mock:flagged"
filtered = "a cat mock:filtered"
"""

# One of each kind: a form and JSON, a price by the model, a picture that is needed, a task, the balance.
ALLOWED = ("generateCore", "generateSd3", "textToImage", "erase", "upscaleCreative", "getBalance")


@contextmanager
def served(*names: str) -> Iterator[str]:
    """The address of `proofsheet serve NAMES` in a process of its own; nothing may be on its stderr."""
    command = [COMMAND, "serve", *names, "--port", "0", "--no-warm"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, "no banner"
            yield found[0]
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")


def check(name: str, url: str, folder: Path, *options: str) -> tuple[int, str]:
    """The exit code of `proofsheet check` and its last line but one, which has the verdicts."""
    env = {**os.environ, "KEY": KEY, "BROKE": "sk-mock-broke", "OTHER": "sk-another-account"}
    command = [COMMAND, "check", name, "--url", url, "--key-env", "KEY", *options]
    ended = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=600
    )
    return ended.returncode, ended.stdout + ended.stderr[-2000:]


def check_here(name: str, url: str, folder: Path, *options: str) -> tuple[int, str]:
    """The same in this process, which has imported it all already."""
    report = str(folder / f"{name}.jsonl")
    command = [name, "--url", url, "--key-env", "KEY", "--report", report, *options]
    ended = CliRunner(env={"KEY": KEY}).invoke(check_command, command)
    return ended.exit_code, ended.output


def sample(name: str) -> list[str]:
    """Options that keep one operation of each policy and form of body: what a variant changes is in these.

    Vendors are judged whole in one process, and stability.gateway by one operation of each kind, by
    tests/contracts/test_vendors_clean.py.
    """
    document = as_of(Library().load(name), date.fromisoformat(DAY))  # what the commands know of
    first: dict[Any, str] = {}
    for each in document.operations.values():
        form = each.body.media_type if each.body else ""
        first.setdefault((each.policy.name, form, bool(each.lifecycles)), f"{document.family}.{each.id}")
    return [text for each in first.values() for text in ("--only", each)]


def spent(said: str) -> set[str]:
    """The credits that each summary says were spent."""
    return set(re.findall(r"^  spent +(\S+) of", said, re.M))


@pytest.mark.parametrize("name", documents())
def test_every_document_conforms_to_itself(name: str, tmp_path: Path) -> None:
    profile = "core" if name in Library().families() else "free"
    with served(name) as url:
        # One vendor is judged by all its documents, a family by all its operations.
        is_whole = name == "gptnb"
        if profile == "core":
            code, said = check(name, url, tmp_path, "--profile", profile)
        else:
            only = [] if is_whole else sample(name)
            code, said = check_here(name, url, tmp_path, "--profile", profile, *only)
    assert code == 0, said
    found = re.search(rf"{profile}\s+(success|partial\s+(?P<skipped>\d+) skipped,)\s+\d+ passed\n", said)
    assert found, said
    assert profile == "core" or spent(said) == {"0"}
    # A task may be quicker than we look, and callbacks need an address. Nothing else is left open.
    left = set(re.findall(r"^skipped \d+ requirements?: (.*)$", said, re.M))
    assert left <= {"no progress was seen", "needs --callback-listen"}


def test_all_families_on_one_port(tmp_path: Path) -> None:
    """One operation of each: that one answers is the question here, not how all do."""
    with served() as url:
        for name in Library().families():
            code, said = check_here(name, url, tmp_path, "--profile", "free", *sample(name)[:2])
            assert code == 0, said
            assert spent(said) == {"0"}


def test_everything_that_may_be_allowed(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(TARGET)
    only = [each for name in ALLOWED for each in ("--only", f"stability.{name}")]
    options = (
        "--target",
        "target.toml",
        "--profile",
        "extended",
        "--budget",
        "3000",
        "--explore",
        "5",
        *only,
    )
    with served("stability") as url:
        code, said = check("stability", url, tmp_path, *options)
    assert code == 0, said
    assert re.search(r"extended\s+success\s+\d+ passed\n", said), said
