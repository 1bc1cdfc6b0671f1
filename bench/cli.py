"""The command: which figures, how long, and where the result goes."""

import argparse
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bench import chat, drawing_figure, judging, others, proxying, rates, report, tasks
from bench.common import HERE, OURS, OURS_OPTIONS, ROOT, NotMeasured, Settings, Void, plain, say
from bench.load import HOW_TO_GET_WRK
from bench.profiling import profile
from bench.rows import Row

FIGURES: dict[str, tuple[str, Callable[[Settings], list[Row]]]] = {
    "bare": ("a new picture, vs bare Starlette", rates.beside_bare),
    "wiremock": ("a new picture, vs WireMock's static one", rates.beside_wiremock),
    "wiremock-no-journal": ("the same, its journal off", rates.beside_wiremock_without_journal),
    "mockoon": ("a new picture, vs Mockoon's static one", rates.beside_mockoon),
    "error": ("400 for a bad field, vs Prism", rates.errors_beside_prism),
    "drawing": ("drawing one picture, by bench/drawing.py", drawing_figure.drawing),
    "start": ("start to first answer, vs Prism", others.start),
    "load": ("warm load of a document", others.warm_load),
    "memory": ("memory, idle and after 200,000 requests", others.memory),
    "judging": ("proofsheet check, vs plain schemathesis", judging.judging),
    "proxy": ("the judging proxy, small JSON, vs Prism's", proxying.json_beside_prism),
    "proxy-nginx": ("the same, vs nginx", proxying.json_beside_nginx),
    "proxy-added": ("what the proxy adds to p99", proxying.added),
    "proxy-p99": ("the same at 500 requests/s, vs nginx", proxying.added_at_a_fixed_rate),
    "proxy-picture": ("the proxy, a PNG of 2 MB, vs nginx", proxying.picture),
    "tasks": ("tasks: rates vs Prism, 100,000 open, to the picture, start and memory of all", tasks.tasks),
    "chat": ("chat, plain and streamed vs aimock; 1,000 paced streams, 200 dialogues, 20 MB", chat.chat),
    "workers": ("two workers vs one, vs bare uvicorn's second", rates.two_workers),
}
LIST = "\n".join(f"  {name:<20} {what}" for name, (what, _) in FIGURES.items())
EXAMPLES = f"""\
figures:
{LIST}

examples:
  python -m bench                          everything; about a quarter of an hour
  python -m bench --only error start       two of the figures
  python -m bench --quick -o /tmp/q.md     one second each, to see that it works
  python -m bench --only bare --ours-command "python app.py --port {{port}}"

It needs Linux, two cores and wrk (apt-get update && apt-get install -y wrk); for the peers also
npm and Java. A missing peer leaves its row "not measured"."""


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure our server beside its peers, as ratios.",
        epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--seconds", type=int, default=6, help="of load per figure (%(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="runs per figure (%(default)s)")
    parser.add_argument("--only", nargs="+", choices=FIGURES, metavar="NAME", help="see below")
    parser.add_argument("--quick", action="store_true", help="1 s, once: no figures to keep")
    parser.add_argument("--ours-command", metavar="LINE", help="another server in place of ours")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "RESULTS.md", metavar="FILE")
    options = parser.parse_args(argv)
    if options.seconds < 1 or options.repeat < 1:
        parser.error("--seconds and --repeat are at least 1")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    options = parse(argv)
    if not shutil.which("wrk"):
        sys.exit(HOW_TO_GET_WRK)
    settings = _settings(options)
    if len(settings.cores) < 2:
        sys.exit("the bench needs two cores: one for the server, one for the load")
    os.sched_setaffinity(0, settings.load_core)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        _run(options, settings)
    except KeyboardInterrupt:
        say("stopped; the servers are ended, nothing is written")
        return 130
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    line = options.ours_command
    ours = tuple(shlex.split(line)) if line else OURS + OURS_OPTIONS
    if options.quick:
        return Settings(1, 1, starts=2, memory_requests=3000, settle=1.0, ours=ours)
    return Settings(options.seconds, options.repeat, ours=ours)


def _run(options: argparse.Namespace, settings: Settings) -> None:
    rows: list[Row] = []
    began = time.monotonic()
    for name in options.only or FIGURES:
        say(f"{name} ({time.monotonic() - began:.0f} s so far)")
        before = _ticks()
        found = [_with_steal(row, before, _ticks()) for row in _measure(name, settings)]
        rows += found
        for row in found:
            say(f"  {report.line(row)}")
    profiles = {row.figure: profile(row.profile, settings) for row in rows if _to_profile(row)}
    report.write(options.output, rows, profiles, settings, _command(options, settings))
    shown = options.output.resolve()
    say(f"written: {shown.relative_to(ROOT) if shown.is_relative_to(ROOT) else shown}")


def _ticks() -> list[int]:
    """What the processors' time went to since the start of the machine (proc(5), /proc/stat)."""
    return [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]


def _with_steal(row: Row, before: list[int], after: list[int]) -> Row:
    # A virtual machine whose neighbours are busy measures them as well: the reader must know.
    spent = [late - early for early, late in zip(before, after, strict=True)]
    share = 100 * spent[7] / max(sum(spent), 1)
    return replace(
        row, notes=(*row.notes, f"{share:.0f} % of the processors' time was stolen by other machines")
    )


def _measure(name: str, settings: Settings) -> list[Row]:
    what, measure = FIGURES[name]
    try:
        return measure(settings)
    except NotMeasured as reason:
        return [Row(what, verdict=f"not measured: {plain(str(reason))}")]
    except Void as reason:
        return [Row(what, verdict=f"void: {plain(str(reason))}")]


def _to_profile(row: Row) -> bool:
    return row.verdict == "missed" and bool(row.profile)


def _command(options: argparse.Namespace, settings: Settings) -> str:
    """As it was given, without paths."""
    words = ["python -m bench", f"--seconds {settings.seconds} --repeat {settings.repeat}"]
    words += [f"--only {' '.join(options.only)}"] if options.only else []
    words += ["--quick"] if options.quick else []
    words += ["--ours-command … (a stand-in, NOT OUR SERVER)"] if options.ours_command else []
    return " ".join(words)
