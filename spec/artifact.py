"""What an operation makes (`x-artifact`): from which fields of the request, and of which size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import pointers
from proofsheet.spec.choices import Choice, choice
from proofsheet.spec.prompt_parameters import MEMBER, Prompt, PromptParameters, prompt_parameters
from proofsheet.spec.resized import Resized, Sides, resized, whole

Tokens = tuple[str, ...]
Given = Callable[[str], Sides | None]  # a field's name to the sides of the picture in it, if there is one
REGIONS = ("white", "black", "alpha", "mask-alpha", "subject")
TRANSPARENT = "transparent"
BACKGROUNDS = (TRANSPARENT, "opaque")
_DRAWING_ANEW = frozenset({"repaint", "replace-background", "sketch", "structure", "style"})


@dataclass(frozen=True)
class Seed:
    """Where a request's seed stands, which value asks for a fresh one, and the largest (both ends in).

    Without such a value an absent or null seed asks for a fresh one; without a field every one is fresh.
    """

    field: Tokens
    random: int | None
    maximum: int


@dataclass(frozen=True)
class Artifact:
    """What an operation draws. Sizes are (width, height) in pixels; sources are names of fields.

    `effect` says what becomes of the source pictures; without one they lead as far as `strength` lets them.
    """

    kind: str
    prompts: tuple[Tokens, ...]
    seed: Seed | None
    size: Choice | None
    sides: tuple[Tokens, Tokens] | None
    resized: Resized | None
    media: Choice
    sources: tuple[str, ...]
    effect: str
    unmasked: str | None  # the effect where no mask is sent
    mask: str | None
    grow: Tokens | None  # how many pixels the mask grows
    region: Choice  # one of REGIONS: which part of a picture the effect works on
    strength: str | None  # how much of the source is lost, 0 to 1
    fidelity: str | None  # the same the other way: how much is kept
    count: Tokens | int | None
    vertices: Tokens | None  # how many a model has at most; its size is that of its texture
    parameters: PromptParameters | None = None  # that the text of the first prompt carries
    text: str | None = None  # what of it is said in words: a key of the double's table of texts
    grid: bool = False  # whether a picture is four in one file, whose size is that of the file
    expires: float | None = None  # seconds for which a link to it lives; None: as long as its task
    background: Choice | None = None  # one of BACKGROUNDS
    tokens: Choice | None = None  # that one picture counts, or a second of a speech
    source_tokens: int = 0  # that each given picture counts
    partials: Tokens | None = None  # how many earlier stages of each picture a stream shows
    compression: Tokens | None = None  # how good a JPEG or WebP is, in percent
    voice: Tokens | None = None  # who speaks; a speech is as long as its prompt
    speed: Tokens | None = None  # how fast, 1 is the usual
    each: bool = False  # whether every given picture leads to one of its own, rather than all to the same
    seconds: Tokens | float | Choice | None = None  # how long a video or a piece of music is
    fps: int = 24  # frames in each second of it
    sound: Tokens | bool | Choice = False  # whether something is heard in it
    last: Tokens | None = None  # the place of the picture that a video ends with
    upload: str | None = None  # the field whose file is given back as it came
    style: tuple[Tokens, ...] = ()  # the texts that say how music is to sound
    lyrics: Tokens | None = None  # the words that are sung
    title: Tokens | None = None
    instrumental: Tokens | bool = False  # whether nobody sings
    pages: Tokens | None = None  # of slides, as JSON
    name: Tokens | None = None  # what they are called, where not as their title

    @property
    def is_edit(self) -> bool:
        """Whether it does something with a given picture, and is nothing without one."""
        return bool(self.sources) and self.effect != "reimagine"

    @property
    def draws_anew(self) -> bool:
        """Whether prompt and seed decide about what is seen, and not the given picture alone."""
        return not self.is_edit or self.effect in _DRAWING_ANEW

    @property
    def pictures(self) -> tuple[str, ...]:
        """The fields that hold pictures: the sources and the mask."""
        return (*self.sources, *((self.mask,) if self.mask else ()))

    def seconds_of(self, fields: Mapping[str, Any]) -> float | None:
        """How long a video of a request with these fields (defaults filled in) is; None: nothing says."""
        found = _found(fields, self.seconds)
        try:
            return None if found is None or isinstance(found, bool) else float(found)
        except (TypeError, ValueError):
            return None

    def sounds(self, fields: Mapping[str, Any]) -> bool:
        """Whether something is heard in a video of such a request."""
        return _found(fields, self.sound) in (True, "true")

    def seconds_between(self, fields: Mapping[str, Any]) -> tuple[float, float] | None:
        """How long music of such a request is at least and at most, where the service chooses."""
        found = _found(fields, self.seconds)
        return (float(found[0]), float(found[1])) if isinstance(found, list) else None

    @property
    def count_field(self) -> Tokens:
        """Where a request says how many it wants; empty where it cannot."""
        return self.count if isinstance(self.count, tuple) else ()

    def is_sung(self, fields: Mapping[str, Any]) -> bool:
        """Whether somebody sings in music of such a request."""
        return _found(fields, self.instrumental) not in (True, "true")

    @property
    def sent_seed(self) -> Seed | None:
        """The seed, where it is a field of its own and not carried by the prompt."""
        return self.seed if self.seed and self.seed.field[:1] not in ((), (MEMBER,)) else None

    @property
    def sent_size(self) -> Choice | None:
        """The choice of a size, where its field is one of its own."""
        return self.size if self.size and self.size.field[:1] != (MEMBER,) else None

    def prompt(self, fields: Any) -> Prompt:
        """The first prompt of a request, taken apart; its text alone where it carries no parameters."""
        texts = (each for at in self.prompts for each in pointers.find(fields, at) if isinstance(each, str))
        text = next(texts, "")
        return self.parameters.parse(text) if self.parameters else Prompt(text)

    def read(self, fields: Any) -> Any:
        """A request's fields, with what its prompt carries where pointers find it."""
        if self.parameters is None or not isinstance(fields, Mapping):
            return fields
        return {**fields, MEMBER: self.parameters.whole(self.prompt(fields).values)}

    def without_seed(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A request's fields but for its seed, wherever that stands."""
        if self.seed is None or not self.seed.field:
            return dict(fields)
        first, *rest = self.seed.field
        if first != MEMBER or self.parameters is None:
            found: dict[str, Any] = pointers.removed(dict(fields), self.seed.field)
            return found
        prompt = self.prompt(fields)
        values = {
            name: each for name, each in self.parameters.whole(prompt.values).items() if name not in rest
        }
        said = {"text": prompt.text, "pictures": prompt.pictures, "values": values}
        return {**{name: each for name, each in fields.items() if name != self.prompts[0][0]}, MEMBER: said}

    def size_of(self, fields: Mapping[str, Any], given: Given) -> Sides | None:
        """The size of what a request with these fields (defaults filled in) leads to; None: nothing says."""
        if self.resized is not None:
            sides = given(self.resized.of)
            return self.resized.sides(sides, fields) if sides else None
        if self.sides is not None:
            width, height = (whole(fields, each) for each in self.sides)
            return (width, height) if width and height else None
        if self.size is None:
            return None
        width, height = self.size.pick(self.read(fields))
        return int(width), int(height)


def artifact(node: Any) -> Artifact | None:
    """Read `x-artifact`. Raises KeyError and ValueError where it has not the form of one."""
    if node is None:
        return None
    size, seed = node.get("size"), node.get("seed")
    larger = resized(size) if isinstance(size, dict) and "of" in size else None
    sides = _sides(size) if isinstance(size, dict) and "width" in size and larger is None else None
    source = node.get("source", [])
    return Artifact(
        kind=node["kind"],
        prompts=tuple(pointers.split(each) for each in node.get("prompt", ())),
        seed=_seed(seed) if seed else None,
        size=choice(size) if size is not None and sides is None and larger is None else None,
        sides=sides,
        resized=larger,
        media=choice(node["media"]),
        sources=tuple(pointers.split(each)[0] for each in ([source] if isinstance(source, str) else source)),
        effect=node.get("effect", "reimagine"),
        unmasked=node.get("unmasked"),
        mask=_name(node.get("mask")),
        grow=pointers.split_or_none(node.get("grow")),
        region=_of(REGIONS, node.get("region", "white")),
        strength=_name(node.get("strength")),
        fidelity=_name(node.get("fidelity")),
        count=_place_or(node.get("count")),
        vertices=pointers.split_or_none(node.get("vertices")),
        parameters=prompt_parameters(node.get("parameters")),
        text=node.get("text"),
        grid=node.get("layout") == "grid",
        expires=node.get("expires"),
        background=_of(BACKGROUNDS, node["background"]) if "background" in node else None,
        tokens=choice(node["tokens"]) if "tokens" in node else None,
        source_tokens=node.get("source-tokens", 0),
        partials=pointers.split_or_none(node.get("partials")),
        compression=pointers.split_or_none(node.get("compression")),
        voice=pointers.split_or_none(node.get("voice")),
        speed=pointers.split_or_none(node.get("speed")),
        each=node.get("each", False),
        seconds=_place_or(node.get("seconds")),
        last=pointers.split_or_none(node.get("last")),
        fps=node.get("fps", 24),
        sound=_place_or(node.get("sound", False)),
        upload=_name(node.get("upload")),
        style=tuple(pointers.split(each) for each in node.get("style", ())),
        lyrics=pointers.split_or_none(node.get("lyrics")),
        title=pointers.split_or_none(node.get("title")),
        instrumental=_place_or(node.get("instrumental", False)),
        pages=pointers.split_or_none(node.get("pages")),
        name=pointers.split_or_none(node.get("name")),
    )


def _seed(node: Mapping[str, Any]) -> Seed:
    return Seed(pointers.split(node.get("field", "")), node.get("random"), node["maximum"])


def _of(known: tuple[str, ...], node: Any) -> Choice:
    """A choice among known words. Raises ValueError for another one."""
    found = choice(node)
    for each in found.table.values() if found.table else (found.constant,):
        if each not in known:
            raise ValueError(f"{each!r} is none of {', '.join(known)}")
    return found


def _sides(size: Any) -> tuple[Tokens, Tokens]:
    return pointers.split(size["width"]), pointers.split(size["height"])


def _found(fields: Mapping[str, Any], value: Any) -> Any:
    """What stands at a place of the request or is chosen by it, or the value itself where it is neither."""
    if isinstance(value, Choice):
        return value.pick(fields)
    return next(pointers.find(fields, value), None) if isinstance(value, tuple) else value


def _place_or(value: Any) -> Any:
    """The place that a pointer means, or a choice; what is neither is a value of its own."""
    if isinstance(value, dict):
        return choice(value)
    return pointers.split(value) if isinstance(value, str) else value


def _name(pointer: str | None) -> str | None:
    return None if pointer is None else pointers.split(pointer)[0]
