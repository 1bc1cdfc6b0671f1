"""The site of many reports as a person meets it: filtered, folded, and what shows a cell in a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from report_files import KEPT, report
from selenium.webdriver import Keys
from selenium.webdriver.support.ui import Select
from visitor import Page

from proofsheet.contracts.matrix.command import matrix

SHOWN = "return [...document.querySelectorAll('tr.row')].filter((each) => each.checkVisibility()).length"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matrix")
    report(folder / "targets/open.jsonl", {**KEPT, "key.wrong": "failed"})
    report(folder / "targets/strict.jsonl")
    assert CliRunner().invoke(matrix, [str(folder / "targets"), "--out", str(folder / "site")]).exit_code == 0
    return folder / "site"


@pytest.fixture
def page(chromium: Any) -> Page:
    made = Page(chromium)
    made.complaints()
    return made


def test_rows_are_filtered_and_a_cell_is_shown_where_it_stands(page: Page, site: Path) -> None:
    page.emulate(1280, 900)
    page.driver.get((site / "miniature.html").as_uri())
    assert page.until(lambda: page.script(SHOWN) == len(KEPT))
    Select(page.one("[data-by=level]")).select_by_visible_text("SHOULD")
    assert page.until(lambda: page.script(SHOWN) == 1)
    assert page.one("#shown").text == f"1 of {len(KEPT)} requirements"
    page.one("#tools [type=reset]").click()
    page.one("[data-by=text]").send_keys("key wrong")
    assert page.until(lambda: page.script(SHOWN) == 1)
    page.one("tr.row:not([hidden]) a.state.failed").send_keys(Keys.ARROW_RIGHT)
    assert "passed" in page.driver.switch_to.active_element.text
    page.one("tr.row:not([hidden]) a.state.failed").click()
    page.until(lambda: page.one("#dialog[open]"))
    page.driver.switch_to.frame(page.one("#frame"))
    page.until(lambda: page.one(".cell:target"))
    page.one(".cell:target [data-copy]").click()
    page.until(lambda: page.one(".cell:target [data-copy]").text in ("Copied", "Marked"))
    page.driver.switch_to.default_content()
    assert page.complaints() == []
