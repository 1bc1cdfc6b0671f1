"""Runtime expressions: where a bound value comes from. A closed set, parsed when a document loads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from proofsheet.spec import pointers

# What can be bound into an answer: a double has a function for each (mockserver/sources.py).
ARTIFACT = frozenset(
    f"$artifact.{each}"
    for each in (
        *("bytes", "base64", "seed", "mediaType", "url", "width", "height", "stage", "seconds"),
        *("first-frame", "last-frame"),  # links to pictures of a video
        *("id", "cover", "video"),  # of a task's; links to a picture and a video of music
        *("title", "name", "pages", "structure", "count"),  # of slides: pages as JSON, and how many
    )
)
TOKENS = frozenset(
    {
        *(f"$tokens.{each}" for each in ("text", "pictures", "input", "output", "total")),
        *(f"$megapixels.{each}" for each in ("input", "output")),
    }
)
TASK = frozenset(
    f"$task.{each}"
    for each in (
        *("id", "hash", "state", "kind", "label", "progress", "created", "started", "ended", "duration"),
        *("parent", "offer", "ahead", "flaw", "expires", "file-name", "file-size"),
    )
)
TASKS = frozenset({"$tasks", "$tasks.total", "$kept.items"})  # what is listed
PAGE = frozenset(
    f"$page.{each}"
    for each in (
        *("number", "size", "count", "offset", "pages", "first", "last", "empty"),
        *("more", "first-id", "last-id", "total"),
    )
)
OFFER = frozenset(f"$offer.{each}" for each in ("id", "name", "label", "icon"))  # of each that is shown
# Of what is written in reply: each choice, its parts, tools to be called, its tokens, the piece of an event.
WRITING = frozenset(
    {
        *(f"$choice.{each}" for each in ("index", "text", "refusal", "finish", "cause")),
        *(f"$choice.{each}" for each in ("tools", "function", "tokens")),
        *(f"$part.{each}" for each in ("index", "text", "finish", "sealed")),
        *(f"$tool.{each}" for each in ("index", "id", "name", "arguments")),
        *(
            f"$function.{each}" for each in ("name", "arguments")
        ),  # the one tool of a choice that may call one
        *(f"${of}.{each}" for of in ("token", "alternative") for each in ("text", "logprob", "bytes")),
        *(f"$usage.{each}" for each in ("prompt", "completion", "thought", "total")),
        *("$piece.text", "$summary.text", "$token.offset", "$token.alternatives", "$outline.tree"),
    }
)
LIMIT = frozenset(
    {
        *(f"$limit.{unit}.{each}" for unit in ("requests", "tokens") for each in ("most", "left", "reset")),
        *("$limit.wait", "$limit.wait-ms"),
    }
)
RESULT = frozenset(f"$result.{each}" for each in ("flagged", "categories", "scores", "kinds"))
# Of what is said in a file: the whole, each part of it with its times, each word.
TRANSCRIPT = frozenset(
    {
        *(f"$transcript.{each}" for each in ("duration", "seconds", "written")),
        *(f"$segment.{each}" for each in ("index", "name", "voice", "start", "end", "text", "tokens")),
        *(f"$word.{each}" for each in ("text", "start", "end")),
    }
)
VECTOR = frozenset({"$vector.index", "$vector.values"})
PARTS = "$choice.parts"  # of which a list has one item each
OTHERWISE = frozenset({"absent", "null"})
# How a value is written, where not as it is: times are Unix seconds, progress and shares go from 0 to 1.
FORMS = frozenset(
    {
        *("epoch-seconds", "epoch-ms", "iso-8601", "date-time", "percent", "percent-number", "cents", "text"),
        "gzip",  # its JSON, packed, as base64
        *("integer", "hours"),  # hours in seconds
    }
)
CALL = frozenset(
    {
        "$call.base",  # where the caller sees the API: origin and base path
        "$call.cost",
        "$call.id",
        "$call.path",
        "$call.time",
        "$kept.answer",
        "$event.index",  # its number in its stream, from 0
        "$ledger.balance",
        "$ledger.granted",  # what the account began with, or more that it was given
        "$ledger.used",
        "$method",
        "$refusal.code",
        "$refusal.detail",
        "$refusal.details",
        "$refusal.field",
        "$refusal.location",
        "$statusCode",
        "$url",
    }
)
_MESSAGES = frozenset({"$method", "$statusCode", "$url"})  # besides parts of a request or a response
_MESSAGE = r"\.(header\.[-!#$%&'*+.^_`|~\w]+|query\.\w+|path\.\w+|body(#(/.*)?)?)"
_REQUEST = re.compile(r"\$(task\.)?request" + _MESSAGE)
_LINK = re.compile(r"\$link\.\w+")
_TEXT = re.compile(r"\$text\.\w+")  # of the texts that a task makes, by name
_RESOURCE = re.compile(r"\$resource\.\w+")  # a member of a resource (x-resources)
# Of a dialogue (x-dialogue): the message that was received, the session, the item and the reply spoken of.
_DIALOGUE = re.compile(
    r"\$(message#(/.*)?|event\.id|session\.(id|settings|expires)|item(\.(id|before|status))?|piece\.audio"
    r"|reply\.(id|status|reason|items|index|text|name|arguments|call|settings(#(/.*)?)?)|heard\.(start|end|text)"
    r"|usage\.(heard|spoken|read|written))"
)
_RESPONSE = re.compile(r"\$response" + _MESSAGE)
_EMBEDDED = re.compile(r"\{(\$[^{}]+)\}")


_OF_CALL = (  # how sources begin that are the same in a whole answer
    *("$call.", "$kept.", "$method", "$request.", "$statusCode", "$url"),
    *("$resource.", "$choice.tokens", "$usage."),
)


@dataclass(frozen=True)
class Expression:
    """One runtime expression, e.g. `$artifact.seed`: its source is what stands before the dot.

    `form` is how its value is written (one of FORMS); None: as it is. Or `text` is a template that has
    expressions in braces, or only the first group of `match`, a regular expression, is taken of a text.
    With `otherwise` (absent or null) nothing is filled in: what stands there stays if the source has a value.
    With `patterns` a list is filled in, of an item for each part of what is written.
    """

    text: str
    form: str | None = None
    match: str | None = None
    otherwise: str | None = None
    patterns: tuple[Pattern, ...] = ()
    later: float = 0  # seconds that are added to a time
    later_from: str = ""  # where a request may say how many
    number: int = 0  # of the artifact that it is of, from 1; its member is left out where there are fewer

    def part(self, value: Any) -> str | None:
        """What the first group of `match` takes of a text; None where it does not fit."""
        found = re.search(self.match or "", value) if isinstance(value, str) else None
        return found[1] if found else None

    def read(self, value: Any) -> dict[str, str]:
        """What a text says of each expression that is embedded in it, by their texts; empty if it is none."""
        found = self._written.fullmatch(value) if isinstance(value, str) and self.is_template else None
        return (
            dict(zip((each.text for each in embedded(self.text)), found.groups(), strict=True))
            if found
            else {}
        )

    @cached_property
    def _written(self) -> re.Pattern[str]:
        parts = _EMBEDDED.split(self.text)
        return re.compile(
            "".join("(.+?)" if at % 2 else re.escape(each) for at, each in enumerate(parts)), re.DOTALL
        )

    @cached_property
    def is_template(self) -> bool:
        """Whether it is a text with expressions in it."""
        return not self.text.startswith("$")

    @cached_property
    def source(self) -> str:
        return self.text.partition(".")[0]

    @cached_property
    def is_of_call(self) -> bool:
        """Whether it has one value in all of an answer: in each item of a list, in each event of a stream."""
        found = embedded(self.text) if self.is_template else (self,)
        return not self.patterns and all(each.text.startswith(_OF_CALL) for each in found)

    @cached_property
    def is_of_artifact(self) -> bool:
        """Whether it is something of an artifact, or a text with such a thing in it."""
        return self.source == "$artifact" or "{$artifact." in self.text


Binds = tuple[tuple[tuple[str, ...], Expression], ...]  # places in a value, and what is filled in there


@dataclass(frozen=True)
class Pattern:
    """What an item of a list looks like that stands for a part of a kind, and what is filled in in it."""

    kind: str  # text | refusal | tool
    value: Any
    binds: Binds


class UnknownExpression(ValueError):
    """An expression outside the closed set; `text` is what was written."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no known runtime expression")
        self.text = text


def parse(text: str) -> Expression:
    """The expression `text`, of what is known while an answer is made. Raises UnknownExpression."""
    tables = (ARTIFACT, TOKENS, CALL, TASK, TASKS, PAGE, OFFER, WRITING, RESULT, TRANSCRIPT, VECTOR, LIMIT)
    known = any(text in each for each in tables)
    if not known and not any(each.fullmatch(text) for each in (_REQUEST, _LINK, _TEXT, _RESOURCE, _DIALOGUE)):
        raise UnknownExpression(text)
    return Expression(text)


def parse_bind(node: object) -> Expression:
    """What x-bind says of a place: an expression, a template, `{source, as, later}`, `{source, match}`,
    `{source, number}` or `{if, otherwise}`.

    Raises UnknownExpression.
    """
    if isinstance(node, dict) and "if" in node:
        if node.get("otherwise") not in OTHERWISE:
            raise UnknownExpression(str(node.get("otherwise")))
        return Expression(parse(node["if"]).text, otherwise=node["otherwise"])
    if isinstance(node, dict) and "number" in node:
        return Expression(parse(node["source"]).text, number=node["number"])
    if isinstance(node, dict) and "match" not in node:
        if node.get("as") not in FORMS:
            raise UnknownExpression(str(node.get("as")))
        later = node.get("later", 0)
        known = later if isinstance(later, dict) else {"otherwise": later, "from": ""}
        source = parse(node["source"]).text
        return Expression(source, node["as"], later=known["otherwise"], later_from=known["from"])
    return parse_text(node)


def parse_text(node: object) -> Expression:
    """An expression, a template, or `{source, match}`, a part of a text. Raises UnknownExpression."""
    if isinstance(node, dict):
        return Expression(parse(node["source"]).text, match=node["match"])
    if not is_expression(node) and "{$" in str(node):
        embedded(str(node))
        return Expression(str(node))
    return parse(str(node))


def parse_link(text: str) -> Expression:
    """One of links and callbacks, as OpenAPI has them: a part of a message. Raises UnknownExpression."""
    if not _RESPONSE.fullmatch(text) and not _REQUEST.fullmatch(text) and text not in _MESSAGES:
        raise UnknownExpression(text)
    return Expression(text)


def is_expression(value: object) -> bool:
    """Whether a value stands for an expression rather than for itself."""
    return isinstance(value, str) and value.startswith("$")


@cache  # documents have few
def place_in_request(text: str) -> tuple[str, str, tuple[str, ...]]:
    """What a `$request` expression names: header, query, path or body; the name, or a pointer."""
    place, _, name = text.removeprefix("$request.").partition(".")
    if place.startswith("body"):
        return "body", "", pointers.split(text.partition("#")[2])
    return place, name.lower() if place == "header" else name, ()


def embedded(template: str) -> tuple[Expression, ...]:
    """The expressions in braces inside a string such as `application/json; type={$artifact.mediaType}`."""
    return tuple(parse(match) for match in _EMBEDDED.findall(template))


def fill(template: str, values: dict[str, str]) -> str:
    """`template` with each embedded expression replaced by its value."""
    return _EMBEDDED.sub(lambda match: values[match[1]], template)
