"""What every part of the bench shares: where things are, the settings, the two ways to fail."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = HERE / ".work"

OURS = (sys.executable, "-P", "-m", "proofsheet", "serve", "stability")
OURS_OPTIONS = ("--port", "{port}", "--rate-limit", "off", "--credits", "unlimited")


class NotMeasured(Exception):
    """Something the figure needs is missing or does not start."""


class Void(Exception):
    """It was measured, but the answers were not the ones the figure is about."""


@dataclass(frozen=True)
class Settings:
    seconds: int = 6
    repeat: int = 3
    starts: int = 5
    memory_requests: int = 200_000
    settle: float = 3.0
    ours: tuple[str, ...] = OURS + OURS_OPTIONS
    cores: tuple[int, ...] = tuple(sorted(os.sched_getaffinity(0)))

    @property
    def server_core(self) -> tuple[int, ...]:
        return self.cores[:1]

    @property
    def load_core(self) -> tuple[int, ...]:
        return self.cores[1:2]


def say(line: str) -> None:
    print(line, flush=True)


def command(module: str, says: str | None, epilog: str = "") -> argparse.ArgumentParser:
    """The parser of `python -m MODULE`; its texts keep their lines."""
    raw = argparse.RawDescriptionHelpFormatter
    return argparse.ArgumentParser(
        prog=f"python -m {module}", description=says, epilog=epilog, formatter_class=raw
    )


def verdict(problems: Sequence[str]) -> int:
    """Say what is wrong, the first of it; the exit code."""
    for each in problems[:50]:
        say(f"PROBLEM {each}")
    say(f"{len(problems)} problems" if problems else "as it should be")
    return bool(problems)


def plain(text: str) -> str:
    """One line without this machine's paths, fit for the committed results."""
    return " ".join(text.replace(f"{ROOT}/", "").replace(str(Path.home()), "~").split())[:200]
