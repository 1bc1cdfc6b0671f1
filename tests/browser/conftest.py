"""A real server in a process of its own and a headless Chromium for the tests of the page."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from visitor import KEY, Page, running

CHROMIUM = Path("/usr/bin/chromium")
CHROMEDRIVER = Path("/usr/bin/chromedriver")
FLAGS = (
    "--autoplay-policy=no-user-gesture-required",
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)  # fmt: skip


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
def app(url: str) -> Iterator[httpx.Client]:
    """An app under test that calls the double."""
    headers = {"authorization": f"Bearer {KEY}", "accept": "image/*"}
    with httpx.Client(base_url=url, headers=headers, timeout=500, trust_env=False) as client:
        client.post("/_mock/reset", headers={"authorization": ""})
        yield client


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    if missing := [str(each) for each in (CHROMIUM, CHROMEDRIVER) if not each.exists()]:
        why = f"the tests of the page need {' and '.join(missing)}: apt-get install chromium chromium-driver"
        if os.environ.get("PROOFSHEET_BROWSER") == "required":
            pytest.fail(why)
        pytest.skip(why)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def page(chromium: Any, app: httpx.Client) -> Any:
    chromium.get("about:blank")
    made = Page(chromium)
    made.complaints()
    return made


@pytest.fixture
def quiet(page: Page) -> Any:
    """Afterwards: no console errors and no breach of the content security policy."""
    yield
    assert page.complaints() == []
