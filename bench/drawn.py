"""The drawing figure: run bench/drawing.py --json, which measures the drawing alone.

Expected from it, on standard output: {"png": {"p50_ms": 1.4, ...}, "jpeg": ..., "webp": ...},
at any depth; {"format": "png", "p50_ms": 1.4} in a list will do as well.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from bench.common import HERE, ROOT, NotMeasured, Settings, plain
from bench.processes import on_cores
from bench.rows import Row, at_most

DRAWING = HERE / "drawing.py"
LIMITS = {"png": 2.0, "jpeg": 2.0, "webp": 30.0}
MEDIANS = ("p50_ms", "p50", "median_ms", "median")


def drawing(settings: Settings) -> list[Row]:
    if not DRAWING.exists():
        raise NotMeasured("bench/drawing.py is missing")
    with on_cores(settings.server_core):
        argv = [sys.executable, str(DRAWING), "--json"]
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise NotMeasured(f"bench/drawing.py failed: {plain(lines[-1])}")
    return read(done.stdout)


def read(out: str) -> list[Row]:
    try:
        found = dict(_medians(json.loads(out)))
    except ValueError as error:
        raise NotMeasured(f"bench/drawing.py --json wrote no JSON: {error}") from error
    return [_row(kind, found.get(kind)) for kind in LIMITS]


def _row(kind: str, median: float | None) -> Row:
    target = at_most(LIMITS[kind], " ms")
    title = f"drawing one unseen 1 MP {kind.upper()}, p50, one core"
    if median is None:
        reason = f"not measured: bench/drawing.py --json has no p50 for {kind}"
        return Row(title, target=target.text, verdict=reason)
    text = f"{median:.2f} ms"
    return Row(title, text, "–", text, target.text, target.verdict(median))


def _medians(node: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Each format with its median, wherever it stands."""
    if isinstance(node, list):
        for item in node:
            yield from _medians(item)
    elif isinstance(node, dict):
        kind = str(node.get("format", name)).lower().removeprefix("image/")
        for key, value in node.items():
            if key in MEDIANS and kind in LIMITS:
                yield kind, float(value)
            else:
                yield from _medians(value, key)
    elif isinstance(node, int | float) and name.lower() in LIMITS:
        yield name.lower(), float(node)
