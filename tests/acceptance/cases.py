"""Cases of a client that is a program: named functions, run one after another, a line printed for each.

Only the standard library: the clients' own interpreters run it.
"""

from __future__ import annotations

import argparse
import traceback
from collections.abc import Callable
from typing import Any


class Cases(dict[str, Callable[..., None]]):
    """The cases of a script by their names: `@case("it draws")` puts one among them."""

    def __call__(self, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        def keep(function: Callable[..., None]) -> Callable[..., None]:
            self[name] = function
            return function

        return keep

    def command(self, about: str | None, given: Callable[[str, int], tuple[Any, ...]]) -> int:
        """The script `--url URL`: runs every case with what is `given` for the double's URL and its number.

        Returns the exit code: 1 if any failed.
        """
        parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
        parser.add_argument("--url", required=True, help="where the double is served already")
        url, failed = parser.parse_args().url.rstrip("/"), 0
        for number, (name, function) in enumerate(self.items()):
            try:
                function(*given(url, number))
            except Exception:
                failed += 1
                print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)  # noqa: T201
            else:
                print(f"passed {name}", flush=True)  # noqa: T201
        return 1 if failed else 0
