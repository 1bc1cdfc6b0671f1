"""What the tests of the page share: a server in a process of its own, and a person in front of the page."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait
from waiting import PATIENCE

KEY = "sk-a-very-secret-key-0001"
GENERATE = "/v2beta/stable-image/generate/"


@contextmanager
def running(*options: str, port: int = 0) -> Iterator[str]:
    """A server; gives its address as the banner prints it."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "proofsheet.mockserver",
        "--no-warm",
        "--port",
        str(port),
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found, "the server printed no address"
            yield found[0]
        finally:
            process.terminate()
            process.wait(PATIENCE)


def draw(app: httpx.Client, prompt: str, operation: str = "ultra", **options: Any) -> httpx.Response:
    return app.post(GENERATE + operation, files={"prompt": (None, prompt)}, **options)


class Page:
    """The page in a browser. What it logs to the console is an error unless a test says otherwise."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, url: str, width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
        self.emulate(width, height, scheme)
        self.driver.get(f"{url}/_mock/")
        self.until(lambda: self.one("#state").text == "live")
        return self

    def emulate(self, width: int, height: int, scheme: str = "light") -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def until(self, condition: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: condition())

    def one(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def frames(self) -> list[str]:
        """The texts of the frames that are shown, newest first."""
        # In one go: the sheet may change at any time, and an element that has gone has no text.
        found: list[str] = self.script(
            "return [...document.querySelectorAll('#sheet > li:not([hidden])')].map((each) => each.innerText)"
        )
        return found

    def until_frames(self, count: int) -> list[str]:
        # A frame has no text before the browser has laid it out; the newest is always in view.
        self.until(lambda: len(found := self.frames()) == count and (not found or found[0]))
        return self.frames()

    def script(self, code: str, *arguments: Any) -> Any:
        return self.driver.execute_script(code, *arguments)

    def press(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def complaints(self) -> list[Any]:
        found: list[Any] = self.driver.get_log("browser")
        return found
