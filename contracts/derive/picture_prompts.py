"""What pictures are asked to show: prompts that harm nobody, others for each seed of a run."""

from __future__ import annotations

_SUBJECTS = (
    "A lighthouse on a cliff at dusk, oil painting",
    "A red bicycle leaning on a white wall, photograph",
    "A bowl of lemons on a dark table, still life",
    "A wooden boat on a calm lake in the morning fog",
    "A snow-covered mountain under a starry sky",
    "A field of sunflowers below a blue sky",
    "An old clock tower in a rainy street at night",
    "A green frog on a water lily, close-up",
    "A steam train crossing a stone bridge in autumn",
    "A glass greenhouse full of tropical plants",
    "A desert road that leads to distant red rocks",
    "A harbour with fishing boats, watercolour",
)
_REPEATED = "A stone bridge over a mountain stream in spring"
_LIGHTS = ("in soft light", "in the evening sun", "under heavy clouds", "at noon", "by moonlight")


def numbered(number: int, seed: int) -> str:
    """The subject of a run's picture with this number; no other picture of the run has it."""
    more = f", number {number}" if number >= len(_SUBJECTS) else ""
    return _lit(_SUBJECTS[(number + seed) % len(_SUBJECTS)], seed // len(_SUBJECTS)) + more


def subject(seed: int) -> str:
    """The subject that is asked for several times in a run."""
    return _lit(_REPEATED, seed)


def _lit(text: str, turn: int) -> str:
    """The subject as it is for the first runs, in another light for later ones."""
    if turn == 0:
        return text
    turn -= 1
    rest = turn // len(_LIGHTS)
    return f"{text}, {_LIGHTS[turn % len(_LIGHTS)]}" + (f", {rest}" if rest else "")
