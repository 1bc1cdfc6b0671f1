"""What is expected of a task's songs: whole files, heard, as long as the view says, and no two the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from proofsheet.contracts.checks.audio import AudioIs
from proofsheet.contracts.checks.audio_facts import heard
from proofsheet.contracts.checks.extraction import bound
from proofsheet.contracts.checks.outcomes import parsed
from proofsheet.contracts.checks.task_facts import JSON, links_of, looks_of, views
from proofsheet.contracts.exchange import Exchange
from proofsheet.contracts.expectation import OfTrail
from proofsheet.contracts.history import Unjudged
from proofsheet.contracts.trail import END, FILE, Look, Trail
from proofsheet.spec import pointers

SECONDS = "$artifact.seconds"
CLOSE = 1.0  # seconds: encoders pad the ends, and services round what they say


class SongIsWhole(AudioIs):
    """The file is whole, of the format that its media type names, and something is heard in it."""

    of = "file"


class SongsLast(OfTrail):
    """Each file is as long as the view of the ended task says."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        files = {each.exchange.url: each.exchange for each in looks_of(trail, FILE)}
        for end, _ in views(trail, END):
            yield from _of_end(end, trail, files)


def _of_end(end: Look, trail: Trail, files: dict[str, Exchange]) -> Iterator[str]:
    links, lengths = links_of(end, trail), _lengths(end, trail)
    if len(links) != len(lengths):
        raise Unjudged("the view does not say how long each file is")
    for link, length in zip(links, lengths, strict=True):
        facts = heard(files[link]) if link in files and files[link].status == 200 else None
        if facts is None or facts.problem:
            raise Unjudged("there is no whole file to measure")
        if not isinstance(length, int | float) or abs(facts.seconds - length) > CLOSE:
            yield f"expected {length!r:.40} seconds at {link[:200]}, came {facts.seconds:.2f}"


def _lengths(end: Look, trail: Trail) -> list[object]:
    """How long the files are, as the view says, in the order of its links."""
    state = next((found.state for each, found in views(trail, END) if each is end), None)
    outcome = trail.view.outcomes.get(state or "")
    form = outcome.representations.get(JSON) if outcome else None
    shown = parsed(end.exchange)
    return [came for tokens in bound(form, SECONDS) for came in pointers.find(shown, tokens)]


class SongsDiffer(OfTrail):
    """No two files of a task are the same bytes: each submission makes several songs."""

    def of_trail(self, trail: Trail) -> Iterator[str]:
        files = [each.exchange for each in looks_of(trail, FILE) if each.exchange.status == 200]
        if len(files) < 2:
            raise Unjudged("there are no two files to compare")
        for one, other in combinations(files, 2):
            if one.body == other.body:
                places = f"{one.url[:200]} and {other.url[:200]}"
                yield f"expected several songs, came the same {len(one.body)} bytes at {places}"
