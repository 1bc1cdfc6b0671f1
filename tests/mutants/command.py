"""The command: which mutants are tried, how it goes, what is printed."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from mutants.catalogue import BadMutant, Mutant, mutants
from mutants.table import Row, markdown, shortened
from mutants.trial import Trial, clean, differences, trial
from mutants.writing import write

from contracts.requirement import PROFILES

HELP = """Serve each mutant, judge it by the true document, and fail unless it earns exactly what it declares.

python tests/mutants/run.py                     all mutants, then the clean mock
python tests/mutants/run.py seed-lost html-422  these alone
python tests/mutants/run.py --clean 20          the clean mock with 20 seeds, nothing else
python tests/mutants/run.py --schemathesis      beside each what plain schemathesis finds (minutes)
python tests/mutants/run.py --table             write docs/mutants.md
"""
DOCUMENTS = ("stability", "stability.pages-2024")
TABLE = Path(__file__).resolve().parents[2] / "docs" / "mutants.md"


def main() -> int:
    """0: each earned exactly what it declares; 1: one did not; 2: wrong usage."""
    options = _options()
    try:
        known = mutants()
    except BadMutant as error:
        return _wrong(str(error))
    if strangers := [each for each in options.ids if each not in known]:
        return _wrong(f"there is no mutant named {', '.join(strangers)}; --list shows all")
    if options.list:
        _say("\n".join(f"{each.id:32} {each.says}" for each in known.values()))
        return 0
    chosen = [known[each] for each in options.ids or known]
    failed = 0
    if not options.clean:
        failed += _mutants(chosen, options)
    if not options.ids:
        failed += _clean(options.clean or 1, options.jobs)
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=HELP, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID", help="mutants to try; all of them if none is named")
    parser.add_argument("--list", action="store_true", help="say what there is and stop")
    parser.add_argument("--clean", type=int, metavar="N", help="only the clean mock, with N seeds")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument("--show", action="store_true", help="say every id and message that each one earned")
    parser.add_argument("--schemathesis", action="store_true", help="try plain schemathesis too")
    parser.add_argument("--write", action="store_true", help="write what was earned into the YAML")
    parser.add_argument("--table", action="store_true", help="write docs/mutants.md")
    return parser.parse_args()


def _wrong(text: str) -> int:
    print(f"run.py: {text}", file=sys.stderr)  # noqa: T201
    return 2


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _mutants(chosen: list[Mutant], options: argparse.Namespace) -> int:
    started, rows = time.perf_counter(), []
    with ProcessPoolExecutor(options.jobs) as pool:
        theirs = [pool.submit(_plain, each) for each in chosen] if options.schemathesis else []
        for number, (mutant, found) in enumerate(zip(chosen, pool.map(_tried, chosen), strict=True), 1):
            wrong = differences(mutant, found)
            _progress(f"{number}/{len(chosen)}", mutant.id, found, wrong)
            if options.show:
                _show(found)
            rows.append(Row(mutant, found, wrong))
        for row, each in zip(rows, theirs, strict=False):
            row.theirs = each.result()
    if options.write:
        _say("\n".join(write((row.mutant, row.found) for row in rows)))
    text = markdown(rows, with_theirs=options.schemathesis)
    _say("\n" + shortened(rows))
    if options.table:
        TABLE.write_text(text, encoding="utf-8")
    failed = [row for row in rows if row.wrong]
    _say(f"{len(rows)} mutants, {len(failed)} wrong, {time.perf_counter() - started:.0f} s")
    return len(failed)


def _tried(mutant: Mutant) -> Trial:
    """A trial that breaks is told like one that finds the wrong thing."""
    try:
        return trial(mutant)
    except Exception as error:  # the other mutants are tried all the same
        return Trial({}, {}, {"the trial itself": f"{type(error).__name__}: {error}"}, {}, 0, 0.0)


def _plain(mutant: Mutant) -> list[str]:
    from mutants.plain import findings  # a second of import

    return findings(mutant)


def _progress(place: str, name: str, found: Trial, wrong: list[str]) -> None:
    mark = "WRONG" if wrong else "ok"
    said = f"{len(found.broken)} broken, {found.asked} asked, {found.seconds:.1f} s"
    _say("\n    ".join([f"{place:>7}  {mark:5}  {name}  ({said})", *wrong]))


def _show(found: Trial) -> None:
    for group in (found.broken, found.advised):
        for name, messages in group.items():
            _say(f"      {found.levels[name]:6} {name}: {messages[0][:200]}")
    for name, reason in found.stopped.items():
        _say(f"      stopped {name}: {reason[:200]}")


def _clean(seeds: int, jobs: int) -> int:
    """The clean mock earns nothing, in both documents and every profile."""
    wanted = [(name, each, seed) for seed in range(seeds) for name in DOCUMENTS for each in PROFILES]
    failed = 0
    with ProcessPoolExecutor(jobs) as pool:
        for (name, profile, seed), found in zip(
            wanted, pool.map(clean, *zip(*wanted, strict=True)), strict=True
        ):
            said = [*found.broken.items(), *found.advised.items(), *found.stopped.items()]
            failed += bool(said)
            mark = f"WRONG {said}" if said else "ok"
            _say(f"clean  {name} {profile} seed {seed}: {mark} ({found.seconds:.1f} s)")
    return failed
