"""Clients of OpenAI's API that others wrote upon it, or in other languages, against one double of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from served import HERE, REQUIRED, Served, mock, run

Installed = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def openai() -> Iterator[Served]:
    """OpenAI's API with all its parts, served by a process."""
    with mock("openai", python=sys.executable) as served:
        yield served


def test_it_works_with_openais_client_for_node(installed: Installed, openai: Served) -> None:
    folder = installed("PROOFSHEET_OPENAI_NODE", "openai_node/node_modules").parent
    node = shutil.which("node")
    if node is None:
        (pytest.fail if REQUIRED else pytest.skip)("node is not there")
    command = [node, str(HERE / "openai_node" / "run.mjs"), openai.url]
    run(command, cases=18, OPENAI_NODE=str(folder))


def test_it_works_with_openais_client_for_go(installed: Installed, openai: Served) -> None:
    run([str(installed("PROOFSHEET_OPENAI_GO", "openai_go/run")), openai.url], cases=14)


def test_it_works_with_openais_client_for_java(installed: Installed, openai: Served) -> None:
    folder = installed("PROOFSHEET_OPENAI_JAVA", "openai_java/classes").parent
    quick = ["-XX:TieredStopAtLevel=1", "-cp", f"{folder}/classes:{folder}/lib/*"]
    run(["java", *quick, "Run", openai.url], cases=12)


def test_it_works_with_openais_agents_and_with_langchain(installed: Installed, openai: Served) -> None:
    python = installed("PROOFSHEET_AGENTS_PYTHON", "agents/bin/python")
    run([str(python), str(HERE / "run_agents.py"), "--url", openai.url], cases=11)


def test_it_works_with_the_chat_of_litellm(installed: Installed, openai: Served) -> None:
    python = installed("PROOFSHEET_LITELLM_PYTHON", "litellm/bin/python")
    run([str(python), str(HERE / "run_litellm_chat.py"), "--url", openai.url], cases=4)
