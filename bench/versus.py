"""Two servers under the same load, in turn, within one run: noise hits both."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.common import Settings, say
from bench.load import Load, load
from bench.processes import Command, Server, running
from bench.rows import Row, Target, ratio, spread

Check = Callable[[Server], None]
Accept = Callable[[Load], None]


@dataclass(frozen=True)
class Side:
    """One of the two: its command, a look at its answers first, what its runs must be like."""

    command: Command
    check: Check
    accept: Accept
    requests: Callable[[Server], Sequence[str]] | None = None  # its own, where ids are in them


def compare(
    figure: str,
    ours: Side,
    peer: Side,
    requests: Sequence[str],
    target: Target,
    settings: Settings,
    *,
    pinned: bool = True,
) -> Row:
    cores = settings.server_core if pinned else settings.cores
    with running(ours.command, cores) as one, running(peer.command, cores) as two:
        ours.check(one)
        peer.check(two)
        sides = ((ours, one), (peer, two))
        load_cores = settings.load_core if pinned else settings.cores
        runs = _interleave(sides, requests, load_cores, settings)
    return _row(figure, sides, runs, requests, target)


def _interleave(
    sides: Sequence[tuple[Side, Server]],
    requests: Sequence[str],
    cores: Sequence[int],
    settings: Settings,
) -> tuple[list[Load], list[Load]]:
    """A round that only warms up (just-in-time compilers need it), then the counted ones."""
    runs: tuple[list[Load], list[Load]] = ([], [])
    for round_ in range(settings.repeat + 1):
        for (side, server), kept in zip(sides, runs, strict=True):
            sent = side.requests(server) if side.requests else requests
            run = load(server, sent, cores, seconds=settings.seconds)
            side.accept(run)
            label = f"round {round_}" if round_ else "warm-up"
            say(f"  {label}: {side.command.name}: {run.rate:,.0f} req/s")
            if round_:
                kept.append(run)
    return runs


def _row(
    figure: str,
    sides: Sequence[tuple[Side, Server]],
    runs: tuple[list[Load], list[Load]],
    requests: Sequence[str],
    target: Target,
) -> Row:
    rates = [[run.rate for run in side] for side in runs]
    value, text = ratio(rates[0], rates[1])
    row = Row(figure, profile=tuple(requests), target=target.text, verdict=target.verdict(value))
    return replace(
        row,
        ours=spread(rates[0], ",.0f", " req/s"),
        peer=f"{sides[1][0].command.name}: {spread(rates[1], ',.0f', ' req/s')}",
        ratio=text,
        notes=tuple(note(side.command.name, kept) for (side, _), kept in zip(sides, runs, strict=True)),
    )


def note(name: str, runs: Sequence[Load]) -> str:
    """How it answered, and who was busy: a busy generator means the server could do more."""

    def middle(pick: Callable[[Load], float]) -> float:
        return statistics.median(pick(run) for run in runs)

    busy = [middle(lambda run: run.server_busy), middle(lambda run: run.generator_busy)]
    remark = ""
    if busy[0] < 0.8:
        remark = "; the generator was the limit" if busy[1] > 0.9 else "; the cores were not free"
    return (
        f"{name}: p50 {middle(lambda run: run.p50_ms):.1f} ms, "
        f"p99 {middle(lambda run: run.p99_ms):.1f} ms; "
        f"{middle(lambda run: run.server_busy / run.rate) * 1e6:.0f} µs of the server's processor a request; "
        f"processor: server {busy[0]:.0%}, generator {busy[1]:.0%}{remark}"
    )
