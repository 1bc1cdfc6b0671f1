"""How long one unseen picture of a megapixel takes on one core.

    python bench/drawing.py [--json] [--count N]

Every picture has a seed of its own; the strips that pictures are joined from are warm. The last
row is Pillow's ordinary PNG encoder (compress_level 1) on the same pixels, in the same run.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image
from PIL import __version__ as pillow

from proofsheet.mockserver.media.image.picture import JPEG, PNG, WEBP, Picture
from proofsheet.mockserver.media.image.renderer import Renderer

SIDE = 1024
SLOWER = 10  # how many times fewer pictures the slow rows get
Figures = dict[str, float | int | str]


def picture(media_type: str, seed: int) -> Picture:
    prompt = f"A lighthouse on a rocky coast, storm number {seed}, oil painting, golden hour light"
    title = f"generateCore  seed {seed}  {SIDE} x {SIDE}"
    return Picture(SIDE, SIDE, media_type, seed, b"%016d" % seed, title, prompt)


def measure(name: str, run: Callable[[int], bytes], seeds: range) -> Figures:
    times, work, size = [], [], 0
    for seed in seeds:
        start, busy = perf_counter(), process_time()
        file = run(seed)
        work.append(process_time() - busy)
        times.append(perf_counter() - start)
        size += len(file)
    times.sort()
    work.sort()
    return {
        "what": name,
        "pictures": len(times),
        "p50_ms": round(times[len(times) // 2] * 1000, 3),
        "p95_ms": round(times[len(times) * 95 // 100] * 1000, 3),
        "cpu_p50_ms": round(work[len(work) // 2] * 1000, 3),
        "bytes": size // len(times),
    }


def ordinary(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def run_all(count: int) -> list[Figures]:
    renderer = Renderer()
    renderer.warm(SIDE, SIDE, PNG)
    renderer.warm(SIDE, SIDE, JPEG)
    rows = [
        measure("PNG", lambda seed: renderer.draw(picture(PNG, seed)), range(count)),
        measure("JPEG", lambda seed: renderer.draw(picture(JPEG, seed)), range(count)),
        measure("WebP", lambda seed: renderer.draw(picture(WEBP, seed)), range(count // SLOWER)),
    ]
    images = {}
    for seed in range(count // SLOWER):
        images[seed] = Image.open(io.BytesIO(renderer.draw(picture(PNG, seed))))
        images[seed].load()
    rows.append(measure("PNG, Pillow", lambda seed: ordinary(images[seed]), range(len(images))))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--count", type=int, default=400)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rows = run_all(max(SLOWER, options.count))
    if options.json:
        setting = {"python": platform.python_version(), "pillow": pillow}
        print(json.dumps({**setting, "side": SIDE, "rows": rows}, indent=2))
        return
    print(f"| {SIDE} x {SIDE} | pictures | p50 ms | p95 ms | p50 CPU ms | bytes |")
    print("|---|---:|---:|---:|---:|---:|")
    for row in rows:
        print("| " + " | ".join(map(str, row.values())) + " |")


if __name__ == "__main__":
    main()
