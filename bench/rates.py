"""The figures in requests per second."""

from collections.abc import Callable
from dataclasses import replace

from bench.checks import all_refused, all_served, draws, picture, refuses, serves
from bench.common import NotMeasured, Settings, plain
from bench.processes import Command, running
from bench.rows import EXTRA, Row, Target, at_least
from bench.servers import (
    BUNDLE,
    SMALL,
    bare,
    mockoon,
    ours,
    prism,
    wiremock,
    wiremock_without_journal,
)
from bench.traffic import BAD_FIELD, PICTURE, ask
from bench.versus import Check, Side, compare

NEW_PICTURE = "1 MP PNG never drawn before, validated multipart"


def _pictures(
    beside: str, peer: Callable[[bytes], Command], target: Target
) -> Callable[[Settings], list[Row]]:
    def measure(settings: Settings) -> list[Row]:
        body = picture(settings)
        mine = Side(ours(settings), draws, all_served)
        other = Side(peer(body), serves(body), all_served)
        title = f"{NEW_PICTURE} ({len(body) / 1e6:.2f} MB), vs {beside}"
        return [compare(title, mine, other, [PICTURE], target, settings)]

    return measure


beside_bare = _pictures("bare Starlette that parses the form", bare, at_least(0.6, " x"))
beside_wiremock = _pictures("WireMock's static PNG", wiremock, at_least(5, " x"))
beside_wiremock_without_journal = _pictures(
    "WireMock's static PNG, its journal off", wiremock_without_journal, EXTRA
)
beside_mockoon = _pictures("Mockoon's static PNG", mockoon, EXTRA)


def errors_beside_prism(settings: Settings) -> list[Row]:
    command, status, remark = validating_prism(settings)
    mine = Side(ours(settings), refuses(400), all_refused)
    other = Side(command, refuses(status), all_refused)
    title = f"400 for a bad field, vs Prism's validated {status}{remark}"
    return [compare(title, mine, other, [BAD_FIELD], at_least(1.5, " x"), settings)]


def validating_prism(settings: Settings) -> tuple[Command, int, str]:
    """Prism on our document, or on the small one if ours is too much for it; and its refusal."""
    problem = "" if BUNDLE.exists() else "it does not exist"
    for document in (BUNDLE, SMALL):
        if document == BUNDLE and problem:
            continue
        command = prism(document)
        try:
            status = _refusal(command, settings)
        except NotMeasured as failure:
            problem = str(failure)
            continue
        remark = f" (on bench/prism.yaml, not on our document: {problem})" if problem else ""
        return command, status, remark
    raise NotMeasured(problem)


def _refusal(command: Command, settings: Settings) -> int:
    """A document that declares 422 beside 400 makes Prism prefer 422; both are its validation."""
    with running(command, settings.server_core) as server:
        served = ask(server.port, PICTURE)
        if served.status != 200:
            text = plain(served.body[:150].decode(errors="replace"))
            raise NotMeasured(f"Prism answers the good request with {served.status}: {text}")
        status = ask(server.port, BAD_FIELD).status
        if status not in (400, 422):
            raise NotMeasured(f"Prism answers the bad request with {status}")
        return status


def two_workers(settings: Settings) -> list[Row]:
    """Nothing is pinned here: servers and generator share all cores, so much depends on the machine.

    What a second worker can bring is what it brings to a bare server in the same run.
    """
    body = picture(settings)
    others = bare(body, workers=2), bare(body)
    pictures = _gain("pictures", (ours(settings, workers=2), ours(settings)), PICTURE, draws, settings)
    plain_ones = _gain("bare Starlette", others, PICTURE, serves(body), settings)
    gained, possible = (float(row.ratio.split(" ")[0]) for row in (pictures, plain_ones))
    target = at_least(possible, " x, bare's gain")
    refusals = _gain("400s", (ours(settings, workers=2), ours(settings)), BAD_FIELD, refuses(400), settings)
    return [replace(pictures, target=target.text, verdict=target.verdict(gained)), plain_ones, refusals]


def _gain(
    what: str, commands: tuple[Command, Command], request: str, check: Check, settings: Settings
) -> Row:
    accept = all_refused if request == BAD_FIELD else all_served
    two, one = (Side(each, check, accept) for each in commands)
    return compare(
        f"two workers vs one, unpinned, {what}", two, one, [request], EXTRA, settings, pinned=False
    )
