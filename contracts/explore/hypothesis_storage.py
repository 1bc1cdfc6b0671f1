"""Where hypothesis keeps its notes while we use it: not in the folder that we were called from."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

OWN = "HYPOTHESIS_STORAGE_DIRECTORY"


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """Keep them in the user's cache, unless the environment names a place; afterwards as before.

    It works out what constants our code holds, and the properties of all of Unicode, which takes seconds.
    """
    from hypothesis.configuration import set_hypothesis_home_dir, storage_directory

    if OWN in os.environ:
        yield
        return
    before = storage_directory(intent_to_write=False).home_directory
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    set_hypothesis_home_dir(cache / "proofsheet" / "hypothesis")
    try:
        yield
    finally:
        set_hypothesis_home_dir(before)
