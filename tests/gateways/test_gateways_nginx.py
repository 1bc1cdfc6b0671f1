"""One real proxy in front of a real mock: nginx, whose default of 1 MiB must show up as what it is."""

from __future__ import annotations

import shutil

import pytest

from gateways import cli
from gateways.fleet import gateways
from gateways.judged import Asking, judge

BODY_SIZE = "stability.generateCore.body-size"

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None and shutil.which("nginx", path="/usr/sbin") is None,
    reason="nginx is not installed (apt-get install nginx-light)",
)


def test_its_default_limit_is_found_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["nginx-default", "--profile", "free", "--only", BODY_SIZE]) == 0
    page = capsys.readouterr().out
    assert "nginx's default: `client_max_body_size` is 1 MiB" in page
    assert "`body-size` 1, `body-size.largest` 1" in page
    assert "unexplained**" not in page


def test_without_that_limit_there_is_no_finding() -> None:
    judged = judge(gateways()["nginx-tuned"], Asking("free", (BODY_SIZE,)))
    assert judged.why_not == ""
    assert judged.findings == ()
    assert (judged.counts or {})["passed"] >= 2
