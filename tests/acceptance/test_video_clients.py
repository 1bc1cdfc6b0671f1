"""Luma's, Runway's, Google's and Zhipu's own clients, by their own interpreters: run_luma.py and so on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from served import HERE, mock, run

CASES = {"run_luma.py": (6, "dream-machine"), "run_runway.py": (6, "runway")}


@pytest.mark.parametrize("script", CASES)
def test_it_works_with_the_makers_own_client(
    installed: Callable[[str, str], Path], script: str, tmp_path: Path
) -> None:
    python = installed("PROOFSHEET_VIDEO_CLIENTS_PYTHON", "video_clients/bin/python")
    count, document = CASES[script]
    with mock(document, python=sys.executable) as served:
        run([python, HERE / script, "--url", served.url], cases=count, cwd=tmp_path)


def test_it_works_with_googles_own_client(installed: Callable[[str, str], Path], tmp_path: Path) -> None:
    """Over TLS: the client takes the name of a file from links that begin with https, and no others."""
    python = installed("PROOFSHEET_GOOGLE_PYTHON", "google/bin/python")
    trusted = tmp_path / "ca.pem"
    tls = ("--tls", "self-signed", "--tls-ca", str(trusted))
    with mock("gemini-videos", python=sys.executable, options=tls) as served:
        command = [python, HERE / "run_google.py", "--url", served.url]
        run(command, cases=7, cwd=tmp_path, SSL_CERT_FILE=str(trusted))


def test_it_works_with_zhipus_own_client(installed: Callable[[str, str], Path], tmp_path: Path) -> None:
    python = installed("PROOFSHEET_ZHIPU_PYTHON", "zhipu/bin/python")
    with mock("cogvideox", python=sys.executable) as served:
        command = [python, HERE / "run_zai.py", "--url", f"{served.url}/cogvideox"]
        run(command, cases=3, cwd=tmp_path)
