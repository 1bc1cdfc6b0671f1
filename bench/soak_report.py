"""What is seen of a server in a long run, and what of it is wrong."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.common import say, verdict
from bench.hostile import Outcome

GROWTH = 0.05  # of memory, after the first sixth of the time
SLOWER = 2.0  # times: a polite client's p99 beside hostile ones


@dataclass
class Seen:
    """What was seen: statuses by operation, attacks by name, seconds of the polite client by phase."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    attacks: dict[str, list[Outcome]] = field(default_factory=dict)
    waited: dict[str, list[float]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    phase: str = "alone"


def report(seen: Seen) -> int:
    """Say what was seen and what of it is wrong; the exit code."""
    total = sum(seen.statuses.values())
    kinds = Counter(status for (_, status), count in seen.statuses.items() for _ in range(count))
    say(
        f"{total} calls of {len({name for name, _ in seen.statuses})} operations: "
        f"{dict(sorted(kinds.items()))}"
    )
    refused = sorted({f"{name} {status}" for name, status in seen.statuses if status >= 400})
    say(f"examples that were refused: {', '.join(refused) or 'none'}")
    count = sum(map(len, seen.attacks.values()))
    say(f"{count} attacks of {len(seen.attacks)} kinds: " + "; ".join(map(_ended, seen.attacks.items())))
    problems = [f"{text} ({count} times)" for text, count in seen.problems.most_common()]
    problems += _growth("memory in MB", seen.memory, 1 + GROWTH) + _growth("open files", seen.files, 1.5)
    p99 = {phase: _p99(times) for phase, times in seen.waited.items()}
    say(
        "p99 of a polite client: " + ", ".join(f"{phase} {1000 * each:.0f} ms" for phase, each in p99.items())
    )
    if "beside attacks" in p99 and seen.attacks and p99["beside attacks"] > SLOWER * max(p99["alone"], 0.005):
        problems.append("a polite client's p99 is more than twice as long beside the attacks")
    return verdict(problems)


def _ended(each: tuple[str, list[Outcome]]) -> str:
    name, outcomes = each
    statuses = "/".join(str(status) for status in sorted({one.status for one in outcomes}))
    return f"{name} {len(outcomes)}x {statuses} {max(one.seconds for one in outcomes):.1f} s"


def _growth(what: str, values: Sequence[float], most: float) -> list[str]:
    """Compares the mean of the second sixth with that of the last: the first fills caches and the journal."""
    sixth = len(values) // 6
    if not sixth:
        return [f"{what}: too short a run to say"]
    first, last = (sum(part) / len(part) for part in (values[sixth : 2 * sixth], values[-sixth:]))
    say(f"{what}: {first:.0f} after the first sixth, {last:.0f} in the last, {max(values):.0f} at most")
    return [f"{what}: grew from {first:.0f} to {last:.0f}"] if last > most * first else []


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[int(0.99 * (len(times) - 1))]
