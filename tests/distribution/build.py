"""`make dist`: the sdist and the wheel of the tree as it is, into a folder."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.distribution.installed import build


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        built = build(Path(work))
        for made in (built.sdist, built.wheel):
            sys.stdout.write(f"{shutil.copy(made, folder)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
