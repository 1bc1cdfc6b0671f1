"""The command: which clients are made and run, and what is written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from clients.fleet import FAMILY, Ran, ran, recipes
from clients.further import FURTHER, further
from clients.kept import keep, kept
from clients.page import PAGE, markdown
from proofsheet.spec.clients.generators import Generator, generators
from proofsheet.spec.load import Library
from proofsheet.testing_client import Server

HELP = """Generate clients from the bundles, build them, run each against a mock, and write docs/clients.md.

python -m clients                          all of them, and the page (minutes: Java and Rust are built)
python -m clients go-ogen rust             these alone: generators, or all of a language; nothing is written
python -m clients --table                  the page of what the last run of each saw; nothing is run

clients/setup.sh sets up the generators. Ends with 1 if a client was not run or a recommended one cannot do
everything, 2 for wrong usage. The page is written only if all were run.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """0: all were run and the recommended ones can do all; 1: not so; 2: wrong usage; 130: Ctrl-C."""
    options = _options(arguments)
    known = generators()
    strangers = [each for each in options.names if each not in {*known.by_name, *known.languages}]
    if strangers:
        print(f"there is no {', '.join(strangers)}; there are {', '.join(known.by_name)}", file=sys.stderr)
        return 2
    wanted = [each for each in known.by_name.values() if _named(each, options.names)]
    if options.table:
        results = [kept(each.name) for each in wanted]
    else:
        try:
            results = _all_run(wanted)
        except KeyboardInterrupt:
            print("interrupted; nothing is written", file=sys.stderr)
            return 130
    return _told(results, whole=not options.names, recommended=set(known.recommended.values()))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m clients", description=HELP, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="generators or languages; all if none is named"
    )
    parser.add_argument("--table", action="store_true", help="run nothing, write the page of the last runs")
    return parser.parse_args(arguments)


def _named(generator: Generator, names: Sequence[str]) -> bool:
    return not names or generator.name in names or generator.language in names


def _all_run(wanted: Sequence[Generator]) -> list[Ran]:
    document, how = Library().source(FAMILY).value, recipes()
    server = Server.start([FAMILY, *FURTHER])
    results = []
    try:
        for number, each in enumerate(wanted, 1):
            print(f"{number}/{len(wanted)} {each.name} ... ", end="", flush=True)
            found = ran(each, how[each.name], document, server.url)
            more = () if found.why_not else further(each, how[each.name], server.url)
            results.append(replace(found, outcomes=(*found.outcomes, *more)))
            print(_summary(results[-1]), flush=True)
            keep(results[-1])
    finally:
        server.stop()
    return results


def _summary(each: Ran) -> str:
    if each.why_not:
        return f"not run: {each.why_not}"
    counts = [sum(one.result == kind for one in each.outcomes) for kind in ("ok", "partly", "no")]
    lines = [f"\n  {one.capability}: {one.result}: {one.why}" for one in each.outcomes if one.result != "ok"]
    return f"{counts[0]} ok, {counts[1]} partly, {counts[2]} no ({each.seconds:.0f} s){''.join(lines)}"


def _told(results: Sequence[Ran], whole: bool, recommended: set[str]) -> int:
    absent = [each.generator for each in results if each.why_not]
    if whole and not absent:
        PAGE.write_text(markdown(results), encoding="utf-8")
        print(f"written: {PAGE}")
    elif whole:
        print(f"{PAGE} is left as it was, because not all were run: {', '.join(absent)}")
    short = [each.generator for each in results if each.generator in recommended and _is_short(each)]
    if short:
        print(f"recommended, but cannot do everything: {', '.join(short)}")
    return 1 if absent or short else 0


def _is_short(each: Ran) -> bool:
    return any(one.result == "no" for one in each.outcomes)
