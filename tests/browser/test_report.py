"""A report as a person meets it: a file opened from a disk, in a browser, with and without scripts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reports_made import EXPIRED, HOSTILE, KNOWN
from selenium.webdriver import Keys
from selenium.webdriver.support.ui import Select
from visitor import Page

from proofsheet.contracts.reports import html_page, matrix, records

SHOWN = "return [...document.querySelectorAll(arguments[0])].filter((each) => each.checkVisibility()).length"
TOO_WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The file itself, and pictures that are within it.
ELSEWHERE = (
    "return performance.getEntriesByType('resource').map((each) => each.name)"
    ".filter((each) => !each.startsWith('data:'))"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, runs: dict[str, Path]) -> Path:
    """The pages of a clean run, a damaged one, a torn one, and the first two side by side, as files."""
    home = tmp_path_factory.mktemp("pages")
    for path in runs.values():
        shutil.copy(path, home)
    torn = home / "torn.jsonl"
    torn.write_bytes(runs["clean"].read_bytes()[:-400])
    for name, path in {**runs, "torn": torn}.items():
        (home / f"{name}.html").write_text(html_page.html(records.partly(path)), encoding="utf-8")
    both = matrix.html([records.read(path) for path in runs.values()])
    (home / "matrix.html").write_text(both, encoding="utf-8")
    return home


class Reader(Page):
    """Opens files instead of a server's page."""

    def read(self, path: Path, width: int = 1280, height: int = 900, scheme: str = "light") -> Reader:
        self.emulate(width, height, scheme)
        self.driver.get("about:blank")  # so that a fragment alone is a new page too
        self.driver.get(path.as_uri())
        return self

    def shown(self, selector: str) -> int:
        return int(self.script(SHOWN, selector))


@pytest.fixture
def reader(chromium: Any) -> Iterator[Reader]:
    """Afterwards: nothing was asked of anybody, and nothing was complained about."""
    made = Reader(chromium)
    made.complaints()
    yield made
    assert made.complaints() == []
    assert made.script(ELSEWHERE) == []
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("name", ["clean", "damaged", "torn"])
def test_every_thumbnail_is_there(reader: Reader, folder: Path, name: str) -> None:
    reader.read(folder / f"{name}.html")
    report = records.partly(folder / f"{name}.jsonl")
    answers = [case["response"] for case in report.cases if case["response"]]
    thumbs = [each for answer in answers for each in answer["pictures"] if each["thumb"]]
    broken = [each for answer in answers for each in answer["pictures"] if not each["thumb"]]
    loaded = "return [...document.querySelectorAll('#sheet img')].filter((each) => each.naturalWidth).length"
    assert reader.until(lambda: reader.script(loaded)) == len(thumbs) > 0
    assert reader.shown("#sheet .broken") == len(broken)
    assert reader.shown("#sheet .frame") == len(thumbs) + len(broken)


def test_the_verdict_is_seen_at_once(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    assert [each.split()[:3] for each in _texts(reader, ".stamp")] == [
        ["▸", name, "failure"] for name in ("free", "core", "extended")
    ]
    bottom = "return document.querySelector('.tally').getBoundingClientRect().bottom < innerHeight"
    assert reader.script(bottom)
    assert "https://images.example/sd" in reader.one("h1").text
    assert re.search(r"stability 2\d{3}\.\d+ on 2\d{3}-", reader.one(".about").text)
    reader.read(folder / "clean.html")
    assert "None: every requirement that was judged is kept." in reader.one("#findings").text
    reader.read(folder / "torn.html")
    assert "The run crashed." in reader.one(".about").text


def _texts(reader: Reader, selector: str) -> list[str]:
    found: list[str] = reader.script(
        "return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", selector
    )
    return found


def test_a_finding_shows_its_evidence(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    item = next(
        each
        for each in reader.driver.find_elements("css selector", ".finding")
        if "generateCore.seed.maximum" in each.text
    )
    item.find_element("css selector", "summary").click()
    text = item.text
    for part in ("expected", "came", "500", "curl -sS", "$KEY", "seed: 4294967295", "sources", "O1"):
        assert part in text
    assert "proofsheet check stability --url https://images.example/sd --key-env KEY --only stab" in text
    assert "--seed 7 --profile free" in text
    assert HOSTILE in text  # as text, and not as anything else:
    assert reader.script("return document.scripts.length") == 1
    assert reader.script("return document.querySelectorAll('img[src=x]').length") == 0
    assert "⟨U+202E⟩" in text


def test_pictures_are_framed_where_a_finding_concerns_them(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    framed = [each.split("\n") for each in _texts(reader, ".frame.failed")]
    assert framed
    wide = next(each for each in framed if any("expected 1536 × 1536" in line for line in each))
    assert any(line.startswith("384 × 384") for line in wide)
    border = (
        "return getComputedStyle(document.querySelector('.frame.failed .print'), '::after').borderTopWidth"
    )
    assert float(reader.script(border).removesuffix("px")) > 2
    assert reader.shown(".frame.passed") > 0


def test_a_link_from_a_picture_opens_its_finding(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    reader.one("[data-by=text]").send_keys("picture")
    link = reader.one(".frame.failed .concern")
    name = link.text.split()[-1]
    link.click()
    opened = reader.until(lambda: reader.driver.find_elements("css selector", ".finding[open]"))
    assert len(opened) == 1
    assert opened[0].is_displayed()
    assert name in opened[0].text


def test_the_filter_narrows_everything(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    everything = reader.shown(".finding")
    Select(reader.one("[data-by=state]")).select_by_visible_text("failed")
    failed = reader.shown(".finding")
    assert 0 < failed == reader.shown(".finding.failed")
    assert reader.shown(".frame") == reader.shown(".frame.failed") > 0
    reader.one(".judged > summary").click()
    assert reader.shown(".judged tbody tr") == reader.shown(".judged tbody tr:has(.concern.failed)")
    assert reader.shown(".judged tbody tr") == reader.shown(".frame")
    assert reader.shown(".group") == 0
    Select(reader.one("[data-by=level]")).select_by_visible_text("SHOULD")
    assert 0 < reader.shown(".finding") < failed
    reader.one("[type=reset]").click()
    reader.until(lambda: reader.shown(".finding") == everything)
    reader.one("[data-by=text]").send_keys("SIZE.1x1 expected")
    assert reader.shown(".finding") == 1
    assert re.fullmatch(r"Showing \d+ of \d+\.", reader.one("#shown").text)
    assert reader.one("#findings h2").text == f"Findings 1 of {everything}"
    reader.one("[data-by=text]").send_keys(" zebra")
    assert reader.one("#shown").text.startswith("Nothing of ")
    reader.one("[type=reset]").click()
    Select(reader.one("[data-by=state]")).select_by_visible_text("passed")
    assert reader.shown(".finding") == 0
    assert reader.shown(".group[open] li") > 0


def test_known_deviations_are_told_from_failures(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    assert "1 known deviation" in _texts(reader, ".tally li")[3]
    assert "known deviation" in _texts(reader, ".stamp")[2]
    colour = "return getComputedStyle(document.querySelector(arguments[0])).borderLeftColor"
    assert reader.script(colour, ".finding.known") != reader.script(colour, ".finding.failed")
    Select(reader.one("[data-by=state]")).select_by_visible_text("known deviation")
    assert reader.shown(".finding") == reader.shown(".finding.known") == 1
    item = reader.one(".finding.known")
    assert KNOWN in item.text
    assert "known deviation until 9999-12-31: their gateway answers HTML, ticket 4711" in item.text
    item.find_element("css selector", "summary").click()
    assert "ticket 4711" in item.find_element("css selector", ".note").text
    expired = [each for each in _texts(reader, ".finding.failed") if EXPIRED in each]
    assert "expired on 2020-01-31, so this counts again" in expired[0]


def test_on_paper_everything_is_open_and_can_be_read(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    printed = {"media": "print", "features": []}
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", printed)
    try:
        assert reader.shown(".finding") == reader.shown(".finding .stands") > 0
        assert reader.shown(".group li") > 0
        assert reader.shown("#tools") == reader.shown("[data-copy]") == 0
        assert reader.script(TOO_WIDE) == 0
        exact = "return getComputedStyle(document.querySelector(arguments[0])).printColorAdjust"
        assert reader.script(exact, ".stamps") == "exact"
        ground = "return getComputedStyle(document.querySelector('.finding pre')).backgroundColor"
        assert reader.script(ground) == "rgba(0, 0, 0, 0)"
    finally:
        reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_copying_takes_the_line_or_marks_it(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    reader.one(".finding > summary").click()
    button = reader.one(".finding [data-copy]")
    button.click()
    reader.until(lambda: button.text in ("Copied", "Marked"))


def test_the_keyboard_is_enough(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    reader.one("[type=reset]").send_keys(Keys.TAB)
    assert reader.script("return document.activeElement.matches('.finding > summary')")
    assert reader.script("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    reader.press(Keys.ENTER)
    assert reader.shown(".finding[open]") == 1


def test_without_scripts_everything_is_there(reader: Reader, folder: Path) -> None:
    reader.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    reader.read(folder / "damaged.html")
    assert not reader.one("#tools").is_displayed()
    first = reader.one(".finding")
    first.find_element("css selector", "summary").click()
    assert first.find_element("css selector", ".paste pre").is_displayed()
    assert not first.find_element("css selector", "[data-copy]").is_displayed()


@pytest.mark.parametrize("name", ["damaged", "clean", "matrix"])
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_scrolls_sideways(reader: Reader, folder: Path, name: str, width: int) -> None:
    reader.read(folder / f"{name}.html", width, 844)
    reader.script("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert reader.script(TOO_WIDE) == 0


@pytest.mark.parametrize("name", ["damaged", "matrix"])
def test_dark_is_dark_and_both_can_be_read(reader: Reader, folder: Path, name: str) -> None:
    contrasts = """
      const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const ground = (each) => {
        for (let at = each; at; at = at.parentElement) {
          const found = numbers(getComputedStyle(at).backgroundColor);
          if (found.length === 3 || found[3] > 0) return found;
        }
      };
      const texts = [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility()
        && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
      return texts.map((each) => {
        const [one, two] = [numbers(getComputedStyle(each).color), ground(each)].map(light);
        const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
        return [ratio, each.tagName + "." + each.className + ": " + each.textContent.trim().slice(0, 30)];
      }).filter(([ratio]) => ratio < 4.5);"""
    for scheme, is_dark in (("light", False), ("dark", True)):
        reader.read(folder / f"{name}.html", scheme=scheme)
        reader.script("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        colour = reader.script("return getComputedStyle(document.documentElement).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) < 120) == is_dark
        assert reader.script(contrasts) == []


def test_the_page_has_names_for_those_who_do_not_see_it(reader: Reader, folder: Path) -> None:
    reader.read(folder / "damaged.html")
    nameless = """return [...document.querySelectorAll("select, input, button, summary, img, nav, pre, a")]
        .filter((each) => !(each.alt || each.ariaLabel || each.textContent.trim() || each.labels?.length))
        .map((each) => each.outerHTML)"""
    assert reader.script(nameless) == []
    doubled = """const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
        return ids.filter((each, index) => ids.indexOf(each) !== index)"""
    assert reader.script(doubled) == []
    lost = """return [...document.querySelectorAll("a[href^='#']")]
        .filter((each) => !document.getElementById(each.hash.slice(1))).map((each) => each.hash)"""
    assert reader.script(lost) == []
    headings = reader.script("return [...document.querySelectorAll('h1,h2')].map((each) => each.tagName)")
    assert headings == ["H1", "H2", "H2", "H2", "H2"]


def test_the_matrix_narrows_to_what_differs(reader: Reader, folder: Path) -> None:
    reader.read(folder / "matrix.html")
    rows, differing = reader.shown("tbody tr"), reader.shown("tbody tr.differs")
    assert 0 < differing < rows
    heads = _texts(reader, "tr.condition th")
    assert heads == ["document", "profile", "seed", "suite", "date", "spent"]
    assert reader.driver.find_elements("css selector", ".warning") == []  # the same document, profile, seed
    reader.one("#only").click()
    assert reader.shown("tbody tr") == differing + reader.shown("tbody tr.profile")


def test_a_report_can_be_moved(reader: Reader, folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "moved # report.html"
    shutil.copy(folder / "damaged.html", alone)
    reader.read(alone)
    assert reader.shown(".frame") > 0
