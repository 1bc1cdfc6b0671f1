"""A text in reply to another: deterministic, about the topic of what was said, and obviously a double's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random

from proofsheet.spec import tokens
from proofsheet.spec.yaml_reader import table

_LONGEST_TOPIC = 60  # characters
_SPACE = re.compile(r"\s+")
_LONGEST = 100_000  # tokens of a reply, however many were asked for


def reply_tokens(said: str, random: Random, least: int, results: Sequence[str] = ()) -> tuple[str, ...]:
    """A reply to what was `said`, of at least so many tokens; `results` are what tools have answered."""
    made: list[str] = []
    for sentence in _sentences(topic(said), random, results):
        made += tokens.tokens(f" {sentence}" if made else sentence)
        if len(made) >= min(least, _LONGEST):
            break
    return tuple(made)


def topic(said: str) -> str:
    """What a text is about, as far as it is quoted: its first words."""
    line = _line(said)
    if len(line) <= _LONGEST_TOPIC:
        return f"“{line.rstrip('.')}”" if line else "nothing in particular"
    return f"“{line[:_LONGEST_TOPIC].rpartition(' ')[0] or line[:_LONGEST_TOPIC]} …”"


def _line(said: str) -> str:
    """A text in one line, at least as much of it as can be quoted: it may be megabytes long."""
    size = 4 * _LONGEST_TOPIC
    while True:
        line = _SPACE.sub(" ", said[:size]).strip()
        if len(line) > _LONGEST_TOPIC or size >= len(said):
            return line
        size *= 4


def _sentences(about: str, random: Random, results: Sequence[str]) -> Iterator[str]:
    known = table(__file__, "sentences.yaml")
    if results:
        yield random.choice(known["calls"]).format(results="; ".join(map(topic, results)))
    else:
        yield random.choice(known["first"]).format(topic=about)
    while True:
        for each in random.sample(known["more"], len(known["more"])):
            yield each.format(topic=about)
