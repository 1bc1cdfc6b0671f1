"""The command: which proxies are judged, how it goes, what is written."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gateways.explained import Explanation, explained, explanations, stale
from gateways.fleet import HERE, Gateway, gateways
from gateways.judged import MOCK, Asking, Judged, bare, judge
from gateways.table import markdown
from proofsheet.contracts.requirement import PROFILES

HELP = """Put real proxies in front of the mock and judge them; write docs/gateways.md.

python -m gateways                        all of them, and the page: about half a minute each
python -m gateways nginx-default caddy    these alone, nothing is written
python -m gateways --keep /tmp/reports    keep the JSON Lines, for `proofsheet report`

Ends with 1 if a finding has no explanation in gateways/explained.yaml, an explanation has no finding, or a
proxy could not be run; the page is written only if all were run.
"""
PAGE = HERE.parent / "docs" / "gateways.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every finding is explained; 1: one is not, or a proxy was not run; 2: wrong usage; 130: Ctrl-C."""
    options = _options(arguments)
    known = {"mock": MOCK, **gateways()}
    if strangers := [each for each in options.names if each not in known]:
        print(f"there is no gateway {', '.join(strangers)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    wanted = [known[name] for name in options.names] or [*known.values()]
    asking = Asking(options.profile, tuple(options.only), options.keep)
    try:
        results = [_judged(each, asking, f"{number}/{len(wanted)}") for number, each in enumerate(wanted, 1)]
    except KeyboardInterrupt:
        print("interrupted; nothing is written", file=sys.stderr)
        return 130
    return _told(results, explanations(), asking, whole=not (options.names or options.only))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m gateways", description=HELP, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="proxies; all of them if none is named")
    parser.add_argument("--profile", choices=PROFILES, default="core", help="default: core")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="as for proofsheet check")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the reports here")
    return parser.parse_args(arguments)


def _judged(gateway: Gateway, asking: Asking, number: str) -> Judged:
    began = time.monotonic()
    print(f"{number} {gateway.name} ... ", end="", flush=True)
    found = bare(asking) if gateway is MOCK else judge(gateway, asking)
    said = f"not run: {found.why_not}" if found.why_not else f"{len(found.findings)} findings"
    print(f"{said} ({time.monotonic() - began:.0f} s)", flush=True)
    return found


def _told(results: Sequence[Judged], known: Sequence[Explanation], asking: Asking, whole: bool) -> int:
    page = markdown(results, known, asking.profile)
    missing = [each.gateway.name for each in results if each.why_not]
    unexplained = sum(len(explained(each, known).left) for each in results)
    idle = stale(results, known) if whole and asking.profile == "core" else []
    if not whole:
        print(page)
    elif missing:
        print(f"{PAGE} is left as it was, because not all were run")
    else:
        PAGE.write_text(page, encoding="utf-8")
        print(f"written: {PAGE}")
    for each in idle:
        print(f"explained.yaml: explains nothing: {each}")
    print(f"{len(results) - len(missing)} judged, {unexplained} findings without an explanation", end="")
    print(f", not run: {', '.join(missing)}" if missing else "")
    return 1 if unexplained or missing or idle else 0
