"""The reference site in a browser: from disk without a network, and on a mock to try calls against."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from selenium.webdriver.common.by import By
from visitor import Page

from proofsheet.spec.docs import Site
from proofsheet.spec.load import Library

CORE = "#/Stable%20Image/generateCore"
WIDTHS = (390, 1280)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a family and a vendor on disk."""
    home = tmp_path_factory.mktemp("site")
    site = Site(tuple(Library().load(name) for name in ("stability", "gptnb")))
    for path in site.paths():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        made = site.file(path)
        assert made is not None
        (home / path).write_bytes(made.content)
    return home


def opened(page: Page, address: str, width: int = 1280) -> None:
    page.driver.get("about:blank")  # else only the part behind the # changes
    page.emulate(width, 900)
    page.driver.get(address)


def fits(page: Page) -> bool:
    return bool(page.script("return document.documentElement.scrollWidth <= innerWidth"))


def shown(page: Page, selector: str) -> list[Any]:
    found: list[Any] = page.driver.find_elements(By.CSS_SELECTOR, selector)
    return found


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("width", WIDTHS)
def test_the_site_works_from_disk(page: Page, folder: Path, width: int) -> None:
    start = f"file://{quote(str(folder))}"
    for path in ("index.html", "stability/index.html", "gptnb/index.html"):
        opened(page, f"{start}/{path}", width)
        assert page.one("h1").text
        assert fits(page), path
    opened(page, f"{start}/stability/reference.html{CORE}", width)
    known = len(Library().load("stability").operations)
    page.until(lambda: len(shown(page, ".opblock")) == known)
    page.until(lambda: "At most 150 requests in 10 s" in page.one(".opblock.is-open").text)
    assert "2304 x 960" in page.one(".opblock.is-open table").text
    assert shown(page, ".try-out__btn") == [], "nothing is called from disk"
    assert fits(page)
    network = "return performance.getEntriesByType('resource').map((each) => each.name)"
    assert all(each.startswith(("file:", "data:")) for each in page.script(network))


@pytest.mark.usefixtures("quiet")
def test_outcomes_open_with_their_bodies(page: Page, folder: Path) -> None:
    opened(page, f"file://{quote(str(folder))}/stability/index.html")
    outcome = "generateUltra.rate_limit_exceeded"
    body = f"[id='{outcome}'] pre"
    assert not page.one(body).is_displayed()
    page.one(f"[id='{outcome}'] summary").click()
    page.until(lambda: page.one(body).is_displayed())
    assert '"name": "rate_limit_exceeded"' in page.one(f"[id='{outcome}']").text


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("width", WIDTHS)
def test_a_call_is_tried_against_the_mock(page: Page, url: str, app: httpx.Client, width: int) -> None:
    opened(page, f"{url}/_mock/docs/stability/reference.html{CORE}", width)
    page.until(lambda: shown(page, ".try-out__btn"))
    assert url in page.one(".servers select").text
    page.one(".try-out__btn").click()
    prompt = "tr[data-property-name='prompt'] input"
    page.until(
        lambda: page.one(prompt).get_attribute("value") == "Lighthouse on a cliff overlooking the ocean"
    )
    page.script("document.querySelector('.execute').scrollIntoView({block: 'center'})")
    page.one(".execute").click()
    picture = (
        "const it = document.querySelector('.live-responses-table img'); return it ? it.naturalWidth : 0"
    )
    page.until(lambda: page.script(picture) == 1536)
    [entry] = app.get("/_mock/journal", headers={"authorization": "Bearer sk-try-it"}).json()["entries"]
    assert (entry["operation"], entry["status"]) == ("generateCore", 200)
    assert entry["fields"]["prompt"] == "Lighthouse on a cliff overlooking the ocean"
    assert "negative_prompt" not in entry["fields"], "what nobody filled in is not sent"
    assert fits(page)


@pytest.mark.usefixtures("quiet")
def test_the_page_of_the_mock_leads_there(page: Page, url: str) -> None:
    page.open(url)
    page.one(".can summary").click()
    page.one("a[href='/_mock/docs/']").click()
    page.until(lambda: page.one("h1").text == "Reference")
    page.one("a[href='stability/index.html']").click()
    page.until(lambda: page.driver.current_url == f"{url}/_mock/docs/stability/index.html")
