"""The page of a judging proxy as a person meets it, while traffic passes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from visitor import KEY, Page

TOO_WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
EVIL = "<img src=x onerror=document.title='pwned'>"
LONG = "/unknown/" + "x" * 180


class _Faulty(BaseHTTPRequestHandler):
    """A reseller that says its credits in words, has a header of its own, and knows no account."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({"credits": "many" if "balance" in self.path else 1, EVIL: 1}).encode()
        self.send_response(200 if "balance" in self.path else 500)
        for name, value in (("content-type", "application/json"), ("x-gateway", "7")):
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def _faulty() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Faulty) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Proxy:
    """A proxy as a process of its own; `url` is where traffic goes, `page` its page."""

    def __init__(self, upstream: str) -> None:
        ports = ("--port", "0", "--page-port", "0")
        command = [
            sys.executable,
            "-P",
            "-m",
            "proofsheet",
            "proxy",
            "stability",
            "--upstream",
            upstream,
            *ports,
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        found: list[str] = []
        while len(found) < 3 and (line := self._process.stdout.readline()):
            found += re.findall(r"http://\S+", line)
        assert len(found) == 3, "the proxy did not start"
        self.url, self.page = found[0], found[2]

    def ask(self, *paths: str) -> None:
        with httpx.Client(base_url=self.url, trust_env=False, timeout=500) as client:
            for path in paths:
                client.get(path, headers={"authorization": f"Bearer {KEY}"})

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.communicate(timeout=500)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with _faulty() as upstream, closing(Proxy(upstream)) as made:
        yield made


class Visitor(Page):
    def visit(self, url: str, width: int = 1280, scheme: str = "light") -> Visitor:
        self.emulate(width, 900, scheme)
        self.driver.get(url)
        return self

    def count(self, what: str) -> int:
        code = """return [...document.querySelectorAll('.totals div')]
            .find((each) => each.innerText.includes(arguments[0])).querySelector('dd').textContent"""
        return int(self.script(code, what))

    def text(self, selector: str) -> str:
        found: str = self.script("return document.querySelector(arguments[0]).innerText", selector)
        return found


@pytest.fixture
def visitor(chromium: Any) -> Visitor:
    chromium.get("about:blank")
    made = Visitor(chromium)
    made.complaints()
    return made


def test_findings_and_exchanges_are_to_be_seen(visitor: Visitor, proxy: Proxy) -> None:
    visitor.visit(proxy.page)
    assert "Nothing has passed yet." in visitor.text("main")
    proxy.ask("/v1/user/balance", "/v1/user/account", LONG)
    visitor.until(lambda: visitor.count("exchanges passed") == 3)  # without loading the page anew
    assert visitor.count("judged") == 2
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            _assert_seen(visitor.visit(proxy.page, width, scheme), scheme)
    assert visitor.complaints() == []


def _assert_seen(visitor: Visitor, scheme: str) -> None:
    assert visitor.count("not in the document") == 1
    assert visitor.count("not judged: too much at once") == 0
    assert visitor.count("findings") == 3
    assert visitor.count("of advice") == 4  # a header and members of its own, in both answers
    levels = visitor.script(
        "return [...document.querySelectorAll('.finding .bad')].map((each) => each.textContent)"
    )
    assert levels == sorted(levels)
    assert levels[0] == "MUST"
    visitor.script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert visitor.script(TOO_WIDE) == 0
    assert "onerror" in visitor.text("main")
    assert visitor.driver.title.startswith("Proofsheet proxy")
    assert visitor.script("return document.querySelectorAll('main img').length") == 0
    assert "$KEY" in visitor.text("main")
    assert KEY not in visitor.driver.page_source
    ink, paper = visitor.script(
        "return ['color', 'backgroundColor'].map((each) => getComputedStyle(document.documentElement)[each])"
    )
    light, dark = "rgb(244, 241, 235)", "rgb(29, 20, 18)"
    assert (paper, ink != paper) == (light if scheme == "light" else dark, True)


def test_what_is_open_stays_open_while_traffic_passes(visitor: Visitor, proxy: Proxy) -> None:
    proxy.ask("/v1/user/balance")
    visitor.visit(proxy.page)
    visitor.until(lambda: visitor.visit(proxy.page).count("judged") == 1)
    visitor.one(".finding summary").click()
    name = visitor.one("details[open]").get_attribute("id")
    proxy.ask("/v1/user/balance")
    visitor.until(lambda: visitor.count("exchanges passed") == 2)
    still = "return [...document.querySelectorAll('details[open]')].map((each) => each.id)"
    assert visitor.script(still) == [name]
    assert visitor.script("return document.activeElement.closest('details')?.id") == name


def test_the_page_tells_when_the_proxy_has_ended(visitor: Visitor, proxy: Proxy) -> None:
    proxy.ask("/v1/user/balance")
    visitor.visit(proxy.page)
    visitor.until(lambda: visitor.visit(proxy.page).count("judged") == 1)
    proxy.close()
    visitor.until(lambda: visitor.one("#state").text == "the proxy has ended; what was seen stays")
    assert visitor.count("judged") == 1
