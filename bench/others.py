"""The figures that are not rates: start and memory."""

import time

from bench.common import NotMeasured, Settings, Void, say
from bench.load import Load, load
from bench.processes import Server, pss_megabytes, running
from bench.rates import validating_prism
from bench.rows import Row, at_most, ratio, spread
from bench.servers import ours
from bench.traffic import BAD_FIELD, LIST, MIX, NO_KEY, PICTURE, ask

TURN_REFUSED = sum(request in (BAD_FIELD, NO_KEY) for request in MIX) / len(MIX)


def start(settings: Settings) -> list[Row]:
    """From spawning the process to its first answer, ours and Prism in turn."""
    command, _, remark = validating_prism(settings)
    commands = (ours(settings), command)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(settings.starts):
        for each, kept in zip(commands, times, strict=True):
            with running(each, settings.server_core) as server:
                kept.append(server.start_seconds)
                say(f"  {each.name}: {server.start_seconds:.2f} s")
    value, text = ratio(*times)
    target = at_most(0.7, " x")
    return [
        Row(
            f"start to first answer, vs Prism{remark}",
            spread(times[0], ".2f", " s"),
            f"Prism: {spread(times[1], '.2f', ' s')}",
            text,
            target.text,
            target.verdict(value),
        )
    ]


def memory(settings: Settings) -> list[Row]:
    """PSS of the whole process tree, idle and after the mixed load, the journal on."""
    say(f"  ours idle, then {settings.memory_requests:,} requests; this takes minutes")
    with running(ours(settings), settings.server_core) as server:
        idle = _settled(server, settings)
        run = load(
            server, MIX, settings.load_core, seconds=3600, limit=settings.memory_requests
        )  # fmt: skip
        _check_mix(run)
        _check_alive(server)
        after = _settled(server, settings)
    small, little = at_most(120, " MB"), at_most(20, " %")
    growth = (after / idle - 1) * 100
    figure = f"memory after {run.requests:,} requests, the journal on"
    return [
        Row("memory, idle", f"{idle:.0f} MB", _idle_prism(settings), f"{idle:.0f} MB",
            small.text, small.verdict(idle)),
        Row(figure, f"{after:.0f} MB", "idle", f"{growth:+.1f} %", little.text,
            little.verdict(growth), notes=(_mix_note(run),)),
    ]  # fmt: skip


def _mix_note(run: Load) -> str:
    return (
        f"of ten requests one draws a new picture, six are refused for a bad field (400), one for "
        f"its missing key (401), two list engines: {run.rate:,.0f} req/s over {run.seconds:.0f} s"
    )


def _check_mix(run: Load) -> None:
    if abs(run.refused / run.requests - TURN_REFUSED) > 0.01:
        raise Void(f"{run.refused} of {run.requests} refused, expected {TURN_REFUSED:.0%}")


def _check_alive(server: Server) -> None:
    statuses = [ask(server.port, each).status for each in (PICTURE, LIST, BAD_FIELD, NO_KEY)]
    if statuses != [200, 200, 400, 401]:
        raise Void(f"after the load ours answers {statuses}, not 200, 200, 400, 401")


def _settled(server: Server, settings: Settings) -> float:
    time.sleep(settings.settle)
    return pss_megabytes(server.pids)


def _idle_prism(settings: Settings) -> str:
    try:
        command, _, _ = validating_prism(settings)
        with running(command, settings.server_core) as server:
            return f"Prism: {_settled(server, settings):.0f} MB"
    except NotMeasured:
        return "–"
