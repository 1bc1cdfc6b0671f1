"""What of a prompt matters: its words by weight, and the prompt with ever fewer of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from proofsheet.mockserver.media.text.phrases import phrases

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_STRONG, _WEAK = 0.6, 0.15  # weights from which a word is bold, and below which it is struck out


@dataclass(frozen=True)
class Shortened:
    """`marked` is the prompt in Markdown, with strong words bold and weak ones struck out; `prompts` are
    shorter ones, the longest first."""

    marked: str
    prompts: tuple[str, ...]


def shorten(prompt: str, count: int = 5) -> Shortened:
    """A prompt's words weighed, and so many prompts of the heaviest of them; equal prompts, equal weights."""
    spans = list(_WORD.finditer(prompt))
    weights = [_weight(each[0], number, len(spans)) for number, each in enumerate(spans)]
    kept = [number for number, weight in enumerate(weights) if weight >= _WEAK] or list(range(len(spans)))
    prompts = [_fewer(prompt, spans, kept, weights, 1 - step / (count + 1)) for step in range(1, count + 1)]
    return Shortened(_marked(prompt, spans, weights), tuple(prompts))


def _weight(word: str, number: int, count: int) -> float:
    """Filler weighs next to nothing; else what comes first and is long matters more."""
    chance = blake2b(word.lower().encode(), digest_size=1).digest()[0] / 255
    if word.lower() in phrases().filler:
        return round(0.14 * chance, 2)
    return round(0.2 + 0.35 * (1 - number / count) + 0.25 * min(len(word), 10) / 10 + 0.2 * chance, 2)


def _fewer(
    prompt: str, spans: Sequence[re.Match[str]], kept: Sequence[int], weights: Sequence[float], share: float
) -> str:
    """The heaviest words that were kept, a share of them, in their order and with the commas between them."""
    heaviest = sorted(kept, key=lambda number: (-weights[number], number))
    chosen = sorted(heaviest[: max(1, round(len(kept) * share))])
    parts: list[str] = []
    for before, number in zip((None, *chosen), chosen, strict=False):
        gap = "" if before is None else prompt[spans[before].end() : spans[number].start()]
        parts.append(("," if "," in gap else "") + (" " if parts else "") + spans[number][0])
    return "".join(parts)


def _marked(prompt: str, spans: Sequence[re.Match[str]], weights: Sequence[float]) -> str:
    marks = {0: "~~", 1: "", 2: "**"}
    parts, at = [], 0
    for span, weight in zip(spans, weights, strict=True):
        mark = marks[(weight >= _WEAK) + (weight >= _STRONG)]
        parts += [prompt[at : span.start()], mark, span[0], mark]
        at = span.end()
    return "".join([*parts, prompt[at:]])
