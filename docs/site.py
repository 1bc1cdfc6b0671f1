"""A hook of mkdocs: pages of the repository that are no files of docs/ are pages of the site too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "bench/RESULTS.md": "results.md",
}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)((?:#[^)]*)?)\)")


def on_config(config: Any) -> Any:
    """Put pages that the navigation does not name under Families: most new ones are of one."""
    named = set(re.findall(r"[\w.-]+\.md", str(config["nav"])))
    (families,) = (each["Families"] for each in config["nav"] if "Families" in each)
    families += sorted(each.name for each in (ROOT / "docs").glob("*.md") if each.name not in named)
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages, their links as they are seen from docs/."""
    for name in ("proofsheet", "target"):
        command = [sys.executable, "-m", "proofsheet", "config", "--schema", f"{name}.toml"]
        schema = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        files.append(File.generated(config, f"schemas/{name}.schema.json", content=schema))
    for path, name in PAGES.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=_seen_from_docs(text, Path(path).parent)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave out links that lead out of docs/: what they name stays."""
    return _LINK.sub(_inside, markdown)


def _seen_from_docs(text: str, folder: Path) -> str:
    def seen(link: re.Match[str]) -> str:
        picture, shown, target, place = link.groups()
        if "://" in target:
            return link[0]
        found = (folder / target).as_posix()
        inner = found.removeprefix("docs/") if found.startswith("docs/") else PAGES.get(found, f"../{found}")
        return f"{picture}[{shown}]({inner}{place})"

    return _LINK.sub(seen, text)


def _inside(link: re.Match[str]) -> str:
    picture, shown, target, place = link.groups()
    if not target.startswith("../"):
        return link[0]
    known = PAGES.get(target.removeprefix("../"))
    return f"{picture}[{shown}]({known}{place})" if known else f"`{target.removeprefix('../')}`"
