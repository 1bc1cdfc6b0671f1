"""The drawing figure: run bench/drawing.py --json, which measures the drawing alone."""

import json
import subprocess
import sys

from bench.common import HERE, ROOT, NotMeasured, Settings, plain
from bench.processes import on_cores
from bench.rows import Row, at_most

DRAWING = HERE / "drawing.py"
LIMITS = {"PNG": 2.0, "JPEG": 2.0, "WebP": 30.0}


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
    """From {"rows": [{"what": "PNG", "p50_ms": 1.4, ...}, ...]}."""
    try:
        found = {row["what"].lower(): float(row["p50_ms"]) for row in json.loads(out)["rows"]}
    except (ValueError, KeyError, TypeError) as error:
        raise NotMeasured(f"bench/drawing.py --json wrote something else: {error!r}") from error
    return [_row(kind, found.get(kind.lower())) for kind in LIMITS]


def _row(kind: str, median: float | None) -> Row:
    target = at_most(LIMITS[kind], " ms")
    title = f"drawing one unseen 1 MP {kind}, p50, one core"
    if median is None:
        reason = f"not measured: bench/drawing.py --json has no p50 for {kind}"
        return Row(title, target=target.text, verdict=reason)
    text = f"{median:.2f} ms"
    return Row(title, text, "–", text, target.text, target.verdict(median))
