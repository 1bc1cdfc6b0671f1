"""Speech in each format and at each speed; the text of a recording of ours in each form. All paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.contracts.checks.audio import (
    AudioInEvents,
    AudioIs,
    DurationIs,
    IsTranscribed,
    LastsAbout,
    SaidInTime,
    Subtitles,
    TextInEvents,
    WordsInOrder,
)
from proofsheet.contracts.checks.event_streams import StreamEnd, StreamForm
from proofsheet.contracts.checks.written import stream_form
from proofsheet.contracts.derive import provenance
from proofsheet.contracts.derive.refusals import refused
from proofsheet.contracts.derive.request_bodies import completed
from proofsheet.contracts.derive.samples import case_of, price
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.source_audio import SECONDS, source_audio
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec import pointers
from proofsheet.spec.artifact import Artifact
from proofsheet.spec.document import Operation
from proofsheet.spec.transcription import DIARIZED, Transcription

TEXT = "The lighthouse stands on a cliff, and at night its lamp turns slowly over the quiet sea below."
SHORT = 3.0  # seconds of music that is asked for
QUICK = 4.0  # the speed at which the text is said again
_OF_TYPE = {"audio/mpeg": "mp3", "audio/wav": "wav", "audio/x-wav": "wav"}


@dataclass(frozen=True)
class _Plan:
    """One thing that is asked: its topic and words, what it stands on, the fields, what is expected."""

    topic: str
    says: str
    at: str
    fields: Mapping[str, Any]
    expects: tuple[tuple[type[Expectation], tuple[Any, ...]], ...]
    level: str | None = None


def audio(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the sound of an operation, made or read."""
    artifact, heard = operation.artifact, operation.transcription
    if operation.body is None:
        return
    if artifact is not None and artifact.kind == "audio" and not operation.lifecycles:
        plans = [*_speech(operation, artifact), *_in_events(operation, artifact)]
        yield from _derived(source, operation, plans)
    if artifact is not None and artifact.kind == "music" and not operation.lifecycles:
        yield from _derived(source, operation, _music(operation, artifact))
    if heard is not None:
        yield from _derived(source, operation, _transcripts(operation, heard))
    yield from _uploads(source, operation)


def _derived(source: Source, operation: Operation, plans: Iterable[_Plan]) -> Iterator[Derived]:
    """What is asked with a body that keeps the rules: some can be asked of models only that are gone."""
    for each in plans:
        if (body := completed(operation, **each.fields)) is None:
            continue
        wanted = source.requirement(
            operation, each.topic, each.says, each.at, profile="core", level=each.level
        )
        expects = tuple(check(wanted.id, *more) for check, more in each.expects)
        cost = price(operation, body)
        case = case_of(operation, each.topic, body, expects, cost=cost, pays=bool(cost))
        yield Derived(wanted, (case,))


def _speech(operation: Operation, artifact: Artifact) -> Iterator[_Plan]:
    text: dict[str, Any] = {artifact.prompts[0][0]: TEXT}
    choice = artifact.media
    for key, media_type in (choice.table or {"": choice.constant}).items():
        name = format_named(str(media_type))
        fields = {**text, choice.field[0]: key} if choice.field else text
        says = f"{choice.field[0]} {key} gives {name}, whole and not silent" if key else f"{name} comes"
        yield _Plan(f"speech.{key or name}", says, "/x-artifact/media", fields, ((AudioIs, (name,)),))
    usual = format_named(str(choice.pick({})))
    plain = ((AudioIs, (usual,)), (SaidInTime, (len(TEXT), 1.0)))
    says = "a text takes as long as it takes to say it"
    yield _Plan("speech.length", says, "/x-artifact/prompt", text, plain, "MAY")
    if artifact.speed:
        quick = ((AudioIs, (usual,)), (SaidInTime, (len(TEXT), QUICK)))
        fields = {**text, artifact.speed[0]: QUICK}
        says = f"at a speed of {QUICK:g} it takes that much less"
        yield _Plan("speech.speed", says, "/x-artifact/speed", fields, quick, "MAY")


def _music(operation: Operation, artifact: Artifact) -> Iterator[_Plan]:
    """Each form of what sounds, as long as is asked for: one that is short, where the request may say so."""
    choice = artifact.media
    length = {artifact.seconds[0]: SHORT} if isinstance(artifact.seconds, tuple) else {}
    for key, media_type in (choice.table or {"": choice.constant}).items():
        name = format_named(str(media_type))
        fields = {**length, choice.field[0]: key} if choice.field else length
        says = f"{choice.field[0]} {key} gives {name}, whole, not silent, as long as asked for"
        checks = ((AudioIs, (name,)), *(((LastsAbout, (SHORT,)),) if length else ()))
        yield _Plan(f"music.{key or name}", says, "/x-artifact/media", fields, checks)


def format_named(media_type: str) -> str:
    return _OF_TYPE.get(media_type, media_type.partition("/")[2])


def _in_events(operation: Operation, artifact: Artifact) -> Iterator[_Plan]:
    at, example = _stream(operation)
    if example is None:
        return
    usual = format_named(str(artifact.media.pick(example)))
    checks = ((StreamForm, ()), (StreamEnd, ()), (AudioInEvents, (usual,)))
    yield _Plan("speech.events", "the events hold a whole file in pieces", at, example, checks)


def _stream(operation: Operation) -> tuple[str, Mapping[str, Any] | None]:
    """Where the stream of a success stands, and the document's example of a request for it."""
    found, chosen = stream_form(operation), operation.policy.chosen_form
    if found is None or chosen is None or operation.body is None:
        return "", None
    media_type = found[0].media_type
    at = pointers.join("responses", operation.success.status, "content", media_type)
    fitting = (each for each in operation.body.examples if chosen.pick(each) == media_type)
    return at, next(fitting, None)


def _transcripts(operation: Operation, heard: Transcription) -> Iterator[_Plan]:
    file = {heard.file: source_audio()}
    choice = heard.form
    at = "/x-transcription"
    says = "a recording is written down"
    yield _Plan("transcript.text", says, f"{at}/file", file, ((IsTranscribed, ()),))
    for key, form in choice.table.items():
        if form in ("srt", "vtt"):
            fields = {**file, choice.field[0]: key}
            says = f"{choice.field[0]} {key} gives subtitles whose times are in order"
            yield _Plan(f"transcript.{key}", says, f"{at}/form", fields, ((Subtitles, (form, SECONDS)),))
    if operation.body is None:
        return
    if verbose := next((key for key in choice.table if "verbose" in key), None):
        fields = {**file, choice.field[0]: verbose}
        timed = ((IsTranscribed, ()), (DurationIs, (SECONDS,)), (WordsInOrder, ("segment", SECONDS)))
        says = "the answer says how long the recording is, and when each part of it is said"
        yield _Plan("transcript.times", says, f"{at}/file", fields, timed)
    yield from _of_examples(operation, heard)


def _of_examples(operation: Operation, heard: Transcription) -> Iterator[_Plan]:
    """What the document's examples ask for besides: the times of words, events."""
    body, bound = operation.body, _bound(operation)
    word = "/words" if "$word.start" in bound else ""
    for each in body.examples if body and word else ():
        if "word" in str(each):
            fields = {**each, heard.file: source_audio()}
            checks = ((WordsInOrder, ("word", SECONDS)), (WordsInOrder, ("segment", SECONDS)))
            says = "the answer says when each word is said"
            yield _Plan("transcript.words", says, "/x-transcription/file", fields, checks)
    for each in body.examples if body else ():
        if heard.form.pick(each) == DIARIZED:
            fields = {**each, heard.file: source_audio()}
            whole = ((IsTranscribed, ()), (DurationIs, (SECONDS,)), (WordsInOrder, ("segment", SECONDS)))
            says = "the answer says who speaks, and when"
            yield _Plan("transcript.diarized", says, "/x-transcription/form", fields, whole)
    at, example = _stream(operation)
    if example is not None:
        fields = {**example, heard.file: source_audio()}
        checks_of = ((StreamForm, ()), (StreamEnd, ()), (TextInEvents, ()))
        yield _Plan("transcript.events", "the events hold the text in pieces", at, fields, checks_of)


def _bound(operation: Operation) -> set[str]:
    return {each.text for form in operation.success.representations.values() for _, each in form.binds}


def _uploads(source: Source, operation: Operation) -> Iterator[Derived]:
    """A refusal for each fault that an uploaded recording can have."""
    for name, wanted in operation.body.sounds.items() if operation.body else ():
        place = provenance.field(operation, name)
        wrong = [("broken", "formats", source_audio()[:30] + b"\0" * 300, "is audio")]
        if wanted.min_seconds:
            says = f"lasts {wanted.min_seconds:g} seconds at least"
            wrong.append(("min-seconds", "min-seconds", source_audio(wanted.min_seconds / 2), says))
        for kind, keyword, data, says in wrong:
            if (body := completed(operation, **{name: data})) is not None:
                at = place + pointers.join("x-audio", keyword)
                fault = ("validate", f"audio-{kind}", body)
                names = (name,) if wanted.named or kind == "min-seconds" else ()
                topic = f"{name}.{kind}"
                yield refused(source, operation, topic, f"{name} {says}", at, *fault, names=names)
