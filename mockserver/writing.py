"""What is written in reply to a call: choices, each in parts of tokens; a pure function of the request."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.choices import Choice, Part, RequestToWrite, scripted, written
from proofsheet.mockserver.classifying import Result, results
from proofsheet.mockserver.media.text.outline import markdown
from proofsheet.mockserver.outlines import outline_of
from proofsheet.mockserver.scripts import Script
from proofsheet.mockserver.transcripts import Transcript, transcript
from proofsheet.spec import pointers, tokens
from proofsheet.spec.completion import FINISHES, Completion
from proofsheet.spec.document import Operation
from proofsheet.spec.embedding import Embedding
from proofsheet.spec.outline import Node
from proofsheet.spec.transcription import DIARIZED, Transcription

_MOST_CHOICES = 128
_MOST_DIMENSIONS = 16_384
_MOST_ALTERNATIVES = 20


@dataclass(frozen=True)
class Writing:
    """All that is written in reply to a call, and how many tokens it read for that."""

    choices: tuple[Choice, ...]
    prompt_tokens: int
    finishes: Mapping[str, str]  # the API's word for each way to finish
    inputs: tuple[str, ...]  # what becomes vectors, each of so many dimensions, written in a form
    dimensions: int
    form: str
    vector: tuple[float, ...] | None = None  # that was written down for each of the inputs
    said_tokens: int | None = None  # that the usage is to name as written
    results: tuple[Result, ...] = ()  # what was found of what is classified
    alternatives: int | None = None  # how many likely tokens are named; None: not even its own
    causes: Mapping[str, str] = field(default_factory=dict)  # the API's word for what cut it
    transcript: Transcript | None = None  # of what is said in a file
    outline: Node | None = None  # that is written in Markdown
    shows_thoughts: bool = False  # whether what was thought is summed up in the answer

    @property
    def weight(self) -> int:
        """About how many values it takes to show it."""
        words = self.completion_tokens * (1 + 3 * (self.alternatives or 0))
        of_results = sum(len(each.scores) + len(each.found) + len(each.kinds) for each in self.results)
        return words + len(self.inputs) * self.dimensions + of_results

    @property
    def thought_tokens(self) -> int:
        """Those of `completion_tokens` that were thought and not said."""
        return min(sum(each.thought_count for each in self.choices), self.completion_tokens)

    @cached_property
    def completion_tokens(self) -> int:
        counted = sum(each.token_count for each in self.choices)
        return counted if self.said_tokens is None else self.said_tokens


def writing(call: Call) -> Writing | None:
    """What is written in reply to a call, or becomes vectors, worked out once; None if it is neither."""
    completion, embedding = call.operation.completion, call.operation.embedding
    if call.writing is None and completion is not None:
        turns = call.turns if completion.turns else completion.conversation(call.known_fields)
        request = RequestToWrite(completion, call.known_fields, turns, _thought_tokens(completion, call))
        call.writing = _written(completion, request, call.script, count_tokens(call))
    elif call.writing is None and embedding is not None:
        call.writing = _embedded(embedding, call)
    elif call.writing is None and (known := call.operation.classification) is not None:
        found_results = results(known, call.fields)
        call.writing = Writing((), count_tokens(call), {}, (), dimensions=0, form="", results=found_results)
    elif call.writing is None and call.operation.transcription is not None:
        call.writing = _heard(call, call.operation.transcription)
    elif call.writing is None and call.operation.outline is not None:
        call.writing = _outlined(outline_of(call, call.operation.outline))
    found: Writing | None = call.writing
    return found


def _thought_tokens(completion: Completion, call: Call) -> int | None:
    found = completion.reasoning
    return found.count(call.known_fields, call.resource or {}) if found else None


def _heard(call: Call, wanted: Transcription) -> Writing:
    """What is said in the file of a call, as a text that could stand in reply."""
    heard = transcript(call, wanted)
    read = math.ceil(heard.seconds * wanted.second)
    parts = [each.text for each in heard.segments] if heard.form == DIARIZED else [heard.text]
    return replace(_said(*parts), prompt_tokens=read, alternatives=0, transcript=heard)


def _outlined(outline: Node) -> Writing:
    return replace(_said(markdown(outline)), outline=outline)


def _said(*parts: str) -> Writing:
    """A text, in parts, that no conversation led to."""
    return Writing(
        choices=(Choice(0, tuple(Part("text", tokens.tokens(each)) for each in parts), "stop"),),
        prompt_tokens=0,
        finishes={each: each for each in FINISHES},
        inputs=(),
        dimensions=0,
        form="",
    )


def count_tokens(call: Call) -> int:
    """How many tokens a call reads, counted once."""
    known = call.operation
    if call.script is not None and call.script.prompt_tokens is not None:
        return int(call.script.prompt_tokens)
    reader = known.completion or known.embedding or known.classification
    if call.read_tokens is None and reader is not None:
        completion = known.completion
        found = completion.tokens_of(call.turns) if completion else reader.prompt_tokens(call.fields)
        call.read_tokens = found
    return call.read_tokens or 0


def wanted_choices(operation: Operation, fields: Any) -> int:
    """How many choices a request asks for, or texts that become vectors."""
    completion, embedding = operation.completion, operation.embedding
    if completion is not None:
        return RequestToWrite(completion, fields, ()).number(completion.count, _MOST_CHOICES) or 1
    return len(embedding.inputs(fields)) if embedding is not None else 0


def _written(completion: Completion, request: RequestToWrite, script: Script | None, read: int) -> Writing:
    count = min(max(request.number(completion.count, _MOST_CHOICES) or 1, 1), _MOST_CHOICES)
    asked = [each for each in request.prompts() for _ in range(count)][:_MOST_CHOICES]
    return Writing(
        choices=tuple(
            scripted(each, script, index) if script and script.parts else written(completion, each, index)
            for index, each in enumerate(asked)
        ),
        prompt_tokens=read,
        said_tokens=script.completion_tokens if script else None,
        finishes=completion.finishes,
        causes=completion.causes,
        inputs=(),
        dimensions=0,
        form="",
        alternatives=_alternatives(completion, request),
        shows_thoughts=bool(completion.reasoning and request.at(completion.reasoning.summary)),
    )


def _embedded(embedding: Embedding, call: Call) -> Writing:
    usual = embedding.usual
    dimensions: Any = (
        (call.resource or {}).get(usual, 1) if isinstance(usual, str) else usual.pick(call.fields)
    )
    sent = next(pointers.find(call.fields, embedding.dimensions), None) if embedding.dimensions else None
    if isinstance(sent, int) and not isinstance(sent, bool) and 1 <= sent <= _MOST_DIMENSIONS:
        dimensions = sent
    return Writing(
        choices=(),
        prompt_tokens=count_tokens(call),
        vector=call.script.vector if call.script else None,
        finishes={},
        inputs=embedding.inputs(call.fields),
        dimensions=int(dimensions),
        form=str(embedding.form.pick(call.fields)),
        alternatives=None,
    )


def _alternatives(completion: Completion, request: RequestToWrite) -> int | None:
    """How many likely tokens are to be named; None where not even a token's own likelihood is."""
    found = [request.at(each) for each in completion.alternatives] or [None]
    if found[0] is None or found[0] is False:
        return None
    number = found[-1]
    usable = isinstance(number, int) and not isinstance(number, bool)
    return min(max(number, 0), _MOST_ALTERNATIVES) if usable else 0
