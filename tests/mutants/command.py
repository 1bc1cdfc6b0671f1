"""The command: which mutants are tried, how it goes, what is printed."""

from __future__ import annotations

import argparse
import functools
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from mutants.benign import benign
from mutants.benign_runs import try_all
from mutants.catalogue import BadMutant, Mutant, mutants
from mutants.declaration import Trial, differences
from mutants.hearing import names
from mutants.judging import clean, levels, proof, trial
from mutants.record import Record, keep, recorded
from mutants.reports import is_known, reports
from mutants.sources import named, spoken
from mutants.table import markdown, rows, shortened
from mutants.writing import write

from proofsheet.contracts.requirement import PROFILES
from proofsheet.spec.load import Library

HELP = """Serve each mutant, judge it by the true document, and fail unless it is found by what it declares
and by nothing else. Behind a benign relay nothing must be found.

python tests/mutants/run.py                     all mutants, benign relays, and the clean mock with 20 seeds
python tests/mutants/run.py seed-lost all-502   these alone
python tests/mutants/run.py --benign            the benign relays alone, in free, core and extended
python tests/mutants/run.py --benign cloudflare this one alone
python tests/mutants/run.py --clean             the clean mock alone
python tests/mutants/run.py --whole --jobs 4    each mutant by the whole plan of its profile (an hour)
python tests/mutants/run.py --lot 7             other operations than by default beside what each is for
python tests/mutants/run.py --write seed-lost   write into the YAML what this one earned, to be read
python tests/mutants/run.py --schemathesis      ask plain schemathesis where it was not asked yet, and keep it
python tests/mutants/run.py --reports DIR all-502 new-api flux
                                                keep reports of these mutants, relays and doubles
python tests/mutants/run.py --table             write docs/mutants.md from what the YAML declares
"""
DEEP = ("stability", "stability.pages-2024")  # with all the seeds; the others, which lean on these, with two
TABLE = Path(__file__).resolve().parents[2] / "docs" / "mutants.md"


def main() -> int:
    """0: each was found by what it declares and by nothing else; 1: one did not; 2: wrong usage."""
    options = _options()
    return _reports(options) if options.reports else _trials(options)


def _trials(options: argparse.Namespace) -> int:
    try:
        known = benign() if options.benign else mutants()
        named()
    except BadMutant as error:
        return _wrong(str(error))
    if strangers := [each for each in options.ids if each not in known]:
        return _wrong(f"there is none named {', '.join(strangers)}; --list shows all")
    if options.list:
        _say("\n".join(f"{each.id:32} {each.says}" for each in known.values()))
        return 0
    if options.benign:
        return 1 if try_all(options.ids, options.jobs, _say) else 0
    chosen = [mutants()[each] for each in options.ids or known]
    if options.schemathesis:
        return _ask_theirs(chosen)
    if options.table:
        TABLE.write_text(table(), encoding="utf-8")
        return 0
    failed = 0 if options.clean else _mutants(chosen, options)
    if not options.ids:
        failed += 0 if options.clean else try_all([], options.jobs, _say)
        failed += _clean(options.seeds, options.jobs)
    return 1 if failed else 0


def table() -> str:
    """docs/mutants.md: what the mutants declare, and what is recorded of schemathesis."""
    record = recorded()
    every = mutants().values()
    return markdown(rows(every, levels({each.document for each in every}), record.found), record.about)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=HELP, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("ids", nargs="*", metavar="ID", help="mutants to try; all of them if none is named")
    parser.add_argument("--list", action="store_true", help="say what there is and stop")
    parser.add_argument("--benign", action="store_true", help="only the benign relays")
    parser.add_argument("--clean", action="store_true", help="only the clean mock")
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="for the clean mock (default 20)")
    parser.add_argument("--lot", type=int, default=1, metavar="N", help="draws other operations (default 1)")
    parser.add_argument("--whole", action="store_true", help="the whole plan of each mutant's profile (long)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument("--show", action="store_true", help="say every id and message that each one earned")
    parser.add_argument("--schemathesis", action="store_true", help="only ask plain schemathesis (long)")
    parser.add_argument("--write", action="store_true", help="write what was earned into the YAML")
    parser.add_argument("--reports", type=Path, metavar="DIR", help="only keep reports, for the matrix")
    parser.add_argument("--profile", choices=PROFILES, default="core", help="of --reports (default core)")
    parser.add_argument("--table", action="store_true", help="only write docs/mutants.md")
    return parser.parse_args()


def _reports(options: argparse.Namespace) -> int:
    if unknown := [each for each in options.ids if not is_known(each)]:
        return _wrong(f"no mutant, relay or document that can stand on a socket: {', '.join(unknown)}")
    for said in reports(options.ids, options.reports, options.profile):
        _say(said)
    return 0


def _wrong(text: str) -> int:
    print(f"run.py: {text}", file=sys.stderr)  # noqa: T201
    return 2


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _mutants(chosen: list[Mutant], options: argparse.Namespace) -> int:
    started, failed = time.perf_counter(), 0
    results = []
    how = functools.partial(_tried, lot=options.lot, is_whole=options.whole or options.write)
    with ProcessPoolExecutor(options.jobs) as pool:
        for number, (mutant, found) in enumerate(zip(chosen, pool.map(how, chosen), strict=True), 1):
            wrong = differences(mutant, found)
            _progress(f"{number}/{len(chosen)}", mutant.id, found, wrong)
            if options.show:
                _show(found)
            results.append((mutant, found))
            failed += bool(wrong)
    if options.write:
        _say("\n".join(write(results)))
    known = levels({each.document for each in chosen})
    _say("\n" + shortened(rows(chosen, known, recorded().found)))
    _say(f"{len(results)} mutants, {failed} wrong, {time.perf_counter() - started:.0f} s")
    return failed + (0 if options.ids else _silent(found for _, found in results))


def _silent(trials: Iterable[Trial]) -> int:
    """How many checks found nothing in any mutant: they might as well not be there."""
    heard = {name for each in trials for name in each.spoke}
    silent = [name for name in names() if name not in heard and not _is_heard(name)]
    if silent:
        _say(f"WRONG  no mutant makes these checks speak: {', '.join(silent)}")
    return len(silent)


def _is_heard(check: str) -> bool:
    """Whether a check finds something where checks.yaml says that it does."""
    row = spoken().get(check)
    return row is not None and check in trial(mutants()[row.mutant], only=row.only).spoke


def _tried(mutant: Mutant, lot: int, is_whole: bool) -> Trial:
    """A trial that breaks is told like one that finds the wrong thing."""
    try:
        return trial(mutant) if is_whole else proof(mutant, lot)
    except Exception as error:  # the other mutants are tried all the same
        return Trial({}, {}, {"the trial itself": f"{type(error).__name__}: {error}"}, {}, 0, 0.0)


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


def _ask_theirs(chosen: list[Mutant]) -> int:
    """Where schemathesis was not asked yet, or was asked about something else. Kept after each answer."""
    from mutants import plain  # a second of import

    known = recorded()
    left = [each for each in chosen if each.id not in known.found and not each.unseen]
    record = Record(plain.about(), known.found)
    for number, mutant in enumerate(left, 1):
        record.found[mutant.id] = plain.findings(mutant)
        keep(record)
        told = ", ".join(record.found[mutant.id]) or "nothing"
        _say(f"{number:>4}/{len(left)}  {mutant.id}: {told}")
    return 0


def _clean(seeds: int, jobs: int) -> int:
    """The clean mock earns nothing, in every document and profile."""
    wanted = list(_runs(seeds))
    failed = 0
    with ProcessPoolExecutor(jobs) as pool:
        for run, found in zip(wanted, pool.map(clean, *zip(*wanted, strict=True)), strict=True):
            said = [*found.broken.items(), *found.advised.items(), *found.stopped.items()]
            failed += bool(said)
            mark = f"WRONG {said}" if said else "ok"
            name, profile, seed = run
            _say(f"clean  {name} {profile} seed {seed}: {mark} ({found.asked} asked, {found.seconds:.1f} s)")
    _say(f"{len(wanted)} runs of the clean mock, {failed} with findings")
    return failed


def _runs(seeds: int) -> list[tuple[str, str, int]]:
    """Document, profile, seed. The core profile has all the seeds, for it holds the free one."""
    return [
        (name, profile, seed)
        for name in Library().names()
        for profile in PROFILES
        for seed in range(_seeds(name, profile, seeds))
    ]


def _seeds(name: str, profile: str, seeds: int) -> int:
    if name in DEEP:
        return seeds if profile == "core" else min(seeds, 2)
    return min(seeds, 2) if profile == "core" else 1
