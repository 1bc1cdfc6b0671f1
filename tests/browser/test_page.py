"""The page for people, as a person with a browser meets it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import httpx
import pytest
from ports import reserved
from selenium.webdriver import Keys
from selenium.webdriver.support.ui import Select
from support import InProcess
from visitor import GENERATE, KEY, Page, draw, running
from waiting import PATIENCE

from proofsheet.spec.document import Document

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.mark.usefixtures("quiet")
def test_an_empty_journal_says_what_to_do_with_the_pages_own_address(page: Page, url: str) -> None:
    page.open(url)
    page.until(lambda: page.one("#empty").is_displayed())
    command = page.one("#first").text
    assert command.startswith("curl ")
    assert f" {url}{GENERATE}ultra " in command
    assert "Bearer sk-test" in command
    assert not page.one("#clear").is_enabled()


@pytest.mark.usefixtures("quiet")
def test_a_call_appears_by_itself_with_its_picture(page: Page, url: str, app: httpx.Client) -> None:
    page.open(url)
    assert draw(app, "A lighthouse on a cliff").status_code == 200
    text = page.until_frames(1)[0]
    for part in ("200", "A lighthouse on a cliff", "generateUltra", "1024 × 1024 · 8 cr", "seed "):
        assert part in text
    width = "return document.querySelector('#sheet img').naturalWidth"
    assert page.until(lambda: page.script(width)) == 256
    assert page.one("#total-artifacts").text == "1"
    assert not page.one("#empty").is_displayed()


@pytest.mark.usefixtures("quiet")
def test_every_picture_of_a_call_has_its_frame(page: Page, url: str, app: httpx.Client) -> None:
    body = {"text_prompts": [{"text": "Three paper boats"}], "samples": 3, "seed": 99}
    path = "/v1/generation/stable-diffusion-xl-1024-v1-0/text-to-image"
    assert app.post(path, json=body, headers={"accept": "application/json"}).status_code == 200
    page.open(url)
    texts = page.until_frames(3)
    assert [re.findall(r"▸ \d+(\w?)\n|seed (\d+)", text) for text in texts] == [
        [("", ""), ("", "99")], [("A", ""), ("", "100")], [("B", ""), ("", "101")]
    ]  # fmt: skip
    assert all("Three paper boats" in text for text in texts)


@pytest.mark.usefixtures("quiet")
def test_an_error_appears_with_its_name_and_message(page: Page, url: str, app: httpx.Client) -> None:
    page.open(url)
    assert draw(app, "no credits", headers={"authorization": "Bearer sk-mock-broke"}).status_code == 402
    text = page.until_frames(1)[0]
    assert "402" in text
    assert "payment_required" in text
    assert "You lack sufficient credits" in text
    assert page.one("#total-errors").text == "1"


@pytest.mark.usefixtures("quiet")
def test_what_a_request_carries_is_text_and_nothing_else(page: Page, url: str, app: httpx.Client) -> None:
    app.post(
        GENERATE + "core",
        files={"prompt": (None, HOSTILE), HOSTILE: (None, HOSTILE), "image": (HOSTILE, b"x", "image/png")},
        headers={"user-agent": HOSTILE},
    )
    page.open(url)
    assert HOSTILE in page.until_frames(1)[0]
    page.one(".frame").click()
    assert page.one("#entry-body").text.count(HOSTILE) >= 3
    sources = "return [...document.images].map((each) => new URL(each.src).pathname.split('/')[2])"
    assert set(page.script(sources)) <= {"pictures"}
    assert page.script("return document.scripts.length") == app.get("/_mock/").text.count("<script")


def test_marks_that_turn_text_around_are_shown_as_codes(page: Page, url: str, app: httpx.Client) -> None:
    draw(app, "cat \u202egnp.exe")
    page.open(url)
    assert "cat ⟨U+202E⟩gnp.exe" in page.until_frames(1)[0]


def test_the_key_is_nowhere(page: Page, url: str, app: httpx.Client) -> None:
    draw(app, f"my key is {KEY}")
    page.open(url)
    page.until_frames(1)
    page.one(".frame").click()
    page.until(lambda: "key-" in page.one("#entry-body").text)
    assert KEY not in page.script("return document.documentElement.outerHTML")
    assert KEY not in app.get("/_mock/journal", headers={"authorization": ""}).text


@pytest.mark.usefixtures("quiet")
def test_the_filters_narrow_the_sheet(page: Page, url: str, app: httpx.Client) -> None:
    draw(app, "red fox")
    draw(app, "blue whale", "core")
    draw(app, "green frog", "core", headers={"prefer": "example=internal_error"})
    draw(app, "grey owl", headers={"authorization": ""})
    page.open(url)
    page.until_frames(4)

    def left(text: str) -> list[str]:
        found = [re.search(r"red fox|blue whale|green frog|grey owl", each) for each in page.frames()]
        assert page.one("#shown").text.startswith(text)
        return [each[0] for each in found if each]

    Select(page.one("#by-operation")).select_by_visible_text("generateCore")
    assert left("Showing 2 of 4 calls") == ["green frog", "blue whale"]
    Select(page.one("#by-status")).select_by_value("5")
    assert left("Showing 1 of 4 calls") == ["green frog"]
    page.one("#all").click()
    assert len(page.frames()) == 4
    Select(page.one("#by-key")).select_by_value("none")
    assert left("Showing 1 of 4 calls") == ["grey owl"]
    page.one("#all").click()
    page.one("#by-text").send_keys("WHALE core")
    assert left("Showing 1 of 4 calls") == ["blue whale"]
    draw(app, "another whale", "core")
    draw(app, "another fox")
    page.until(lambda: page.one("#shown").text.startswith("Showing 2 of 6 calls"))
    page.one("#by-text").send_keys(" zebra")
    assert left("None of 6 calls fits") == []


@pytest.mark.usefixtures("quiet")
def test_a_click_shows_the_whole_call(page: Page, url: str, app: httpx.Client) -> None:
    files = {"prompt": (None, "a typo"), "aspectratio": (None, "16:9"), "seed": (None, "7")}
    app.post(GENERATE + "ultra", files=files, headers={"prefer": "example=content_filtered", "x-mine": "yes"})
    page.open(url)
    assert "1 ignored" in page.until_frames(1)[0]
    page.one(".frame").click()
    text = page.one("#entry").text
    for part in ("POST /v2beta", "content_filtered", "the Prefer header", "seed 7", "x-mine", "aspectratio"):
        assert part in text
    natural = "return document.querySelector('.full img').naturalWidth"
    assert page.until(lambda: page.script(natural)) == 1024
    page.one("#entry [data-close]").click()
    assert not page.one("#entry").is_displayed()


@pytest.mark.usefixtures("quiet")
def test_the_keyboard_is_enough(page: Page, url: str, app: httpx.Client) -> None:
    draw(app, "first")
    draw(app, "second", headers={"prefer": "code=429"})
    page.open(url)
    page.until_frames(2)
    page.script("document.getElementById('clear').focus()")
    page.press(Keys.TAB)
    ring = "return getComputedStyle(document.activeElement).outlineStyle"
    assert page.script(ring) == "solid"
    page.press(Keys.ENTER)
    assert "rate_limit_exceeded" in page.one("#entry").text
    page.press(Keys.ARROW_RIGHT)
    assert "first" in page.one("#entry").text
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.one("#entry").is_displayed())
    focused = "return document.activeElement.getAttribute('aria-label')"
    page.until(lambda: str(page.script(focused)).endswith(": generateUltra, 200 success, first"))


@pytest.mark.usefixtures("quiet")
def test_clearing_asks_first(page: Page, url: str, app: httpx.Client) -> None:
    draw(app, "one", headers={"prefer": "code=500"})
    page.open(url)
    page.until_frames(1)
    page.one("#clear").click()
    assert "All 1 call " in page.one("#confirm").text
    page.press(Keys.ESCAPE)
    assert len(app.get("/_mock/journal").json()["entries"]) == 1
    page.one("#clear").click()
    page.one("#confirm-yes").click()
    page.until_frames(0)
    page.until(lambda: page.one("#empty").is_displayed())
    assert app.get("/_mock/journal").json()["entries"] == []
    draw(app, "two", headers={"prefer": "code=500"})
    assert "two" in page.until_frames(1)[0]


@pytest.mark.usefixtures("quiet")
def test_a_journal_that_others_clear_is_cleared_here(page: Page, url: str, app: httpx.Client) -> None:
    draw(app, "before", headers={"prefer": "code=500"})
    page.open(url)
    page.until_frames(1)
    app.delete("/_mock/journal")
    draw(app, "after", headers={"prefer": "code=500"})
    page.until(lambda: [text for text in page.frames() if "after" in text])
    assert len(page.frames()) == 1


def test_a_server_that_starts_anew_is_followed(page: Page) -> None:
    def refused(url: str, prompt: str) -> None:
        parts = {"prompt": (None, prompt)}
        answer = httpx.post(url + GENERATE + "core", files=parts, trust_env=False, timeout=PATIENCE)
        assert answer.status_code == 401

    with reserved() as port:
        with running(port=port) as address:
            refused(address, "first of old")
            refused(address, "second of old")
            page.open(address)
            page.until_frames(2)
        page.until(lambda: "asking again" in page.one("#state").text)
        for prompt in ("a number that goes back", "the same number again"):
            with running(port=port):
                refused(address, prompt)
                page.until(lambda prompt=prompt: [text for text in page.frames() if prompt in text])
                assert len(page.frames()) == 1


def test_a_hidden_page_does_not_ask(page: Page, url: str) -> None:
    page.open(url)
    page.script("""const ask = window.fetch; window.asked = 0;
        const counts = (url) => { asked += String(url).includes("/journal") };
        window.fetch = (url, ...more) => { counts(url); return ask(url, ...more) }""")
    asked = "return window.asked"
    hide = """Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});
              document.dispatchEvent(new Event('visibilitychange'))"""
    page.script(hide, True)
    assert page.one("#state").text == "paused"
    before = page.script(asked)
    page.script("return new Promise((done) => setTimeout(done, 1500))")
    assert page.script(asked) == before
    page.script(hide, False)
    page.until(lambda: page.one("#state").text == "live" and page.script(asked) > before)


@pytest.mark.usefixtures("quiet")
def test_dollars_and_credits_are_two_sums(page: Page, url: str) -> None:
    page.open(url)
    page.script("$('total-credits').dataset.dollars = 'dear'")
    entries = "[['dear', 0.04], ['cheap', 8], ['cheap', 3], ['dear', 0.002]]"
    made = f"{entries}.map(([document, credits]) => ({{ entry: {{ document, credits }} }}))"
    assert page.script(f"calls.splice(0, calls.length, ...{made}); return spent()") == "11 cr + $0.042"
    assert page.script("calls.pop(); calls.shift(); return spent()") == "11"
    assert page.script("return [price(8, 'cheap'), price(0.04, 'dear')]") == ["8 cr", "$0.04"]


def test_the_sheet_keeps_the_last_500_frames(page: Page, url: str) -> None:
    page.open(url)
    # Added and read in one script: between two, the page asks the mock, which has none of these frames.
    frames, calls, first = page.script(
        """add(Array.from({length: 620}, (_, index) => ({
             seq: index + 1, time: 0, milliseconds: 1, key: null, operation: "x", method: "GET", path: "/x",
             headers: {}, fields: {}, files: {}, ignored: [], request_bytes: 0, status: 200, credits: 0,
             outcome: "success", media_type: "a/b", response_bytes: 2, response: "{}", seed: null,
             forced: null, fault: null, pictures: [], drawn: []})));
           return [sheet.childElementCount, calls.length, sheet.firstElementChild.textContent]"""
    )
    assert (frames, calls) == (500, 500)
    assert "▸ 620" in first


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_scrolls_sideways(page: Page, url: str, app: httpx.Client, width: int) -> None:
    draw(app, "W" * 9000, headers={"prefer": "example=bad_request", "x-long": "v" * 900})
    draw(app, "fine")
    page.open(url, width, 844)
    page.until_frames(2)
    page.script("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    too_wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.script(too_wide) == 0
    page.script("document.querySelectorAll('.frame')[1].click()")
    assert page.script(too_wide) == 0
    inside = "const body = document.getElementById('entry-body'); return body.scrollWidth - body.clientWidth"
    assert page.script(inside) == 0


def test_dark_is_dark(page: Page, url: str) -> None:
    def brightness() -> float:
        colour = page.script("return getComputedStyle(document.documentElement).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3

    page.open(url)
    assert brightness() > 220
    page.emulate(1280, 900, "dark")
    assert brightness() < 40


@pytest.mark.usefixtures("quiet")
def test_the_panel_says_what_the_double_can_do(page: Page, url: str, document: Document) -> None:
    page.open(url)
    page.one(".can > summary").click()
    page.one('[data-operation="generateUltra"] summary').click()
    text = page.one(".can").text
    for part in (document.title, document.version, "/sd", "sk-mock-broke", "mock:flagged"):
        assert part in text
    assert "Proofsheet-Fault: latency=2, reset" in text
    assert all(name in text for name in document.operations)
    assert "Prefer: example=payment_required" in text


def test_the_page_is_served_with_its_policy_and_escapes_titles(serve: Any, document: Document) -> None:
    titled = replace(document, title=f"Hello {HOSTILE}", version='"><b>')
    mock: InProcess = serve(titled)
    response = mock.run(mock.send("GET", "/_mock/"))
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert "Hello &lt;img src=x onerror=alert(1)&gt;&lt;script&gt;" in response.text
    assert HOSTILE not in response.text
    assert '"><b>' not in response.text
    assert not re.search(r"<style|<[^>]*\s(style|on\w+)=|<script(?! src=)", response.text)
    assert "http://127.0.0.1:4010" in response.text


@pytest.mark.parametrize("name", ["page.css", "page.js", "players.js", "icon.svg"])
def test_assets_are_served_and_bring_nothing_from_elsewhere(mock: InProcess, name: str) -> None:
    response = mock.run(mock.send("GET", f"/_mock/assets/{name}"))
    assert response.status_code == 200
    assert response.headers["x-content-type-options"] == "nosniff"
    addresses = set(re.findall(r"(?:https?:)?//[a-z][\w.-]+", response.text))
    assert addresses <= {"http://www.w3.org"}
    assert "innerHTML" not in response.text


def test_the_address_without_its_slash_leads_to_the_page(mock: InProcess) -> None:
    response = mock.run(mock.send("GET", "/_mock"))
    assert (response.status_code, response.headers["location"]) == (307, "/_mock/")
