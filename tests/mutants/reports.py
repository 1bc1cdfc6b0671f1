"""Doubles, mutants and benign relays as targets: each on a socket, judged by the command, its report kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from mutants.benign import Benign, benign
from mutants.catalogue import mutants
from mutants.events import CHANGES
from mutants.judging import KEY, mutated, site, true_document
from mutants.relay import Relay, made
from mutants.wire import served, wire
from support import DAY, documents

LONGEST = 900  # seconds for one judgement


def reports(names: Iterable[str], folder: Path, profile: str) -> Iterable[str]:
    """Judge each and keep folder/NAME.jsonl; what is printed of it. A document's name is our double of it."""
    for name in names:
        if name in documents():
            path = _judged(Benign(name, "", "", ""), name, folder / "double", profile)
        elif name in benign():
            path = _judged(benign()[name], "stability", folder, profile)
        else:
            path = _mutant(name, folder, profile)
        yield f"{name}: {path}"


def is_known(name: str) -> bool:
    """Whether there is such a double, relay, or mutant that can be put on a socket."""
    if (mutant := mutants().get(name)) is not None:
        return mutant.damage.get("do") not in CHANGES and not mutant.settings
    return name in benign() or name in documents()


def _mutant(name: str, folder: Path, profile: str) -> Path:
    mutant = mutants()[name]
    damage = made(mutant.damage) if mutant.damage else None
    double = site(mutated(mutant), 1, rate_limit=False)
    double.double.state.move_clock(frozen=False)
    with Relay(double, damage) as relay, served(relay, wire({})) as url:
        return _checked(mutant.document, url, profile, folder / f"{name}.jsonl")


def _judged(one: Benign, document: str, folder: Path, profile: str) -> Path:
    double = site(true_document(document), 1, rate_limit=False)
    double.double.state.move_clock(frozen=False)
    with Relay(double, one.damage) as relay, served(relay, wire(one.wire)) as url:
        return _checked(document, url, profile, folder / f"{one.id}.jsonl")


def _checked(name: str, url: str, profile: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-P", "-m", "proofsheet", "check", name, "--url", url, "--key-env", "KEY"]
    command += ["--profile", profile, "--seed", "1", "--date", DAY, "--report", str(path)]
    environment = {**os.environ, "KEY": KEY}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONGEST)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{path.stem}: check ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return path
