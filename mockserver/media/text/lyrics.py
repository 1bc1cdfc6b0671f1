"""A song's words about a prompt: deterministic, with marked verses and choruses, and obviously a double's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from random import Random

from proofsheet.mockserver.media.text.phrases import phrases
from proofsheet.spec.yaml_reader import table

_NOTHING = "nothing at all"
_LONGEST = 60  # characters of a title
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MARK = re.compile(r"\[[^\]]*\]")  # as of a verse


@dataclass(frozen=True)
class Song:
    """Its title, its words with `[Verse]` and the like between, and the style that suits it."""

    title: str
    words: str
    tags: str


def lyrics(prompt: str, seed: int = 0) -> Song:
    """The song of a prompt; another seed puts other lines together."""
    known = table(__file__, "lyrics.yaml")
    random = Random(blake2b(f"{seed} {prompt}".encode("utf-8", "surrogatepass"), digest_size=8).digest())
    topic = _topic(prompt)
    verses = random.sample(known["verse"], len(known["verse"]))
    parts = (
        ("Verse", verses[:4]),
        ("Chorus", known["chorus"]),
        ("Verse", verses[4:]),
        ("Bridge", known["bridge"]),
        ("Chorus", known["chorus"]),
    )
    filled = {"topic": topic, "Topic": topic[:1].upper() + topic[1:]}
    words = "\n\n".join(
        f"[{name}]\n" + "\n".join(each.format(**filled) for each in lines) for name, lines in parts
    )
    return Song(topic.title() if topic.isascii() else topic, words, random.choice(known["tags"]))


def _topic(prompt: str) -> str:
    """What a prompt is about: the last of its words that say something."""
    words = [each for each in _WORD.findall(_MARK.sub(" ", prompt)) if each.lower() not in phrases().filler]
    return " ".join(words[-2:])[:_LONGEST] or _NOTHING
