"""A page of another origin in a real browser calls the double: `serve --cors`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from visitor import KEY, Page, running

CALL = """
const done = arguments[arguments.length - 1];
const form = new FormData();
form.set("prompt", "A lighthouse on a cliff");
const headers = {authorization: "Bearer " + arguments[1], accept: arguments[2]};
fetch(arguments[0] + "/v2beta/stable-image/generate/core", {method: "POST", headers, body: form})
  .then(async (answer) => done({
    status: answer.status, seed: answer.headers.get("seed"), bytes: (await answer.arrayBuffer()).byteLength}))
  .catch((error) => done({error: String(error)}));
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    """The address of a page that is not the double's."""
    (tmp_path / "index.html").write_text("<!doctype html><title>An app</title>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _call(page: Page, url: str, key: str = KEY, accept: str = "image/*") -> dict[str, Any]:
    return dict(page.driver.execute_async_script(CALL, url, key, accept))


def test_a_page_of_a_listed_origin_gets_its_picture(page: Page, origin: str) -> None:
    with running("--cors", origin) as url:
        page.driver.get(origin)
        answer = _call(page, url)
        assert answer["status"] == 200
        assert answer["seed"].isdecimal()  # a header that only an exposing server lets a page read
        assert answer["bytes"] > 10_000
        assert _call(page, url, key="sk-mock-unknown")["status"] == 401
    page.complaints()  # Chromium logs a 401 itself


@pytest.mark.parametrize("options", [(), ("--cors", "http://another.example")])
def test_a_page_of_another_origin_gets_nothing(page: Page, origin: str, options: tuple[str, ...]) -> None:
    with running(*options) as url:
        page.driver.get(origin)
        assert "Failed to fetch" in _call(page, url)["error"]
    assert any("CORS policy" in each for each in map(str, page.complaints()))


def test_any_origin(page: Page, origin: str) -> None:
    with running("--cors") as url:
        page.driver.get(origin)
        assert _call(page, url, accept="application/json")["status"] == 200
