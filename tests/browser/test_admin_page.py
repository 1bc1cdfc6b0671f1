"""The page of a server with an admin key: whoever gives the key, as a browser does, sees what it shows."""

from __future__ import annotations

from pathlib import Path

import httpx
from visitor import Page, running

MINIATURE = Path(__file__).parent.parent / "miniature"
ADMIN = "an-admin-key-of-tests"


def test_with_the_key_calls_and_tasks_are_seen(page: Page) -> None:
    options = ("tasks", "--spec", str(MINIATURE), "--task-pace", "600", "--admin-key", ADMIN)
    with running(*options) as site:
        made = httpx.post(
            f"{site}/draw",
            json={"prompt": "a cat"},
            headers={"x-key": "sk-app"},
            trust_env=False,
            timeout=500,
        )
        page.open(site.replace("http://", f"http://me:{ADMIN}@"))
        article = f"[data-id='{made.json()['id']}'] > article"
        page.until(lambda: page.script(f'return document.querySelector("{article}")?.innerText'))
