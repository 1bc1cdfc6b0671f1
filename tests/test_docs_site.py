"""The site of the documentation is built, without a link that leads nowhere, and every page can be found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from waiting import PATIENCE

ROOT = Path(__file__).parents[1]


def test_the_site_is_built_whole_and_can_be_searched(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE)
    assert made.returncode == 0, made.stderr[-3000:]
    index = json.loads((tmp_path / "site" / "search" / "search_index.json").read_text())
    found = {each["location"].partition("#")[0] for each in index["docs"]}
    assert {f"{each.stem}.html" for each in (ROOT / "docs").glob("*.md")} <= found
    assert {"architecture.html", "changelog.html", "results.html"} <= found
    for name in ("proofsheet", "target"):
        schema = json.loads((tmp_path / "site" / "schemas" / f"{name}.schema.json").read_text())
        assert schema["title"] == f"{name}.toml"
    fetched = (tmp_path / "site" / "index.html").read_text()
    assert "fonts.googleapis" not in fetched
