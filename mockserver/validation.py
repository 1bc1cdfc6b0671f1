"""The gates that look at path, parameters, fields and pictures: every flaw, in the schema's order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.compiled import CompiledRule
from proofsheet.mockserver.completion_flaws import (
    completion_flaws,
    inner_picture_flaws,
    inner_sound_flaws,
)
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.media.audio.upload import Audio
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import Upload
from proofsheet.mockserver.media.slides.reader import slides
from proofsheet.mockserver.refusal import Refusal
from proofsheet.spec import schemas
from proofsheet.spec.document import Parameter
from proofsheet.spec.request_bodies import Picture
from proofsheet.spec.schemas import Flaw, coerce
from proofsheet.spec.shutdowns import day_of, has_ended


def path(call: Call, double: Double) -> None:
    """The gate of the path's parameters."""
    for parameter, schema in call.served.compiled.parameters:
        if parameter.place == "path":
            value = coerce(call.path_params[parameter.name], dict(parameter.schema))
            for flaw in schema.flaws(value):
                raise Refusal("path", flaw.kind, (_named(flaw, parameter),))


def validate(call: Call, double: Double) -> None:
    """The gate of everything else that schemas and rules say."""
    look_through(call)
    flaws = call.found_flaws
    if isinstance(flaws, Refusal):
        raise flaws
    if found := [*_shutdown_flaws(call, double.state.now()), *(flaws or ())]:
        raise Refusal("validate", found[0].kind, tuple(found))


def look_through(call: Call) -> None:
    """Note every flaw of a call, once; or the refusal by a rule that is all that it breaks."""
    if call.found_flaws is None:
        try:
            call.found_flaws = _flaws(call)
        except Refusal as refusal:
            call.found_flaws = refusal


def _shutdown_flaws(call: Call, now: float) -> Iterator[Flaw]:
    """Values, sent or by default, that have ended."""
    for name in call.body.shutdowns if call.body else ():
        value = call.value((name,))
        if call.body and has_ended(call.body, name, value, day_of(now)):
            yield Flaw("shutdown", name, {"value": value})


def _flaws(call: Call) -> list[Flaw]:
    """Every flaw. Raises Refusal where a rule with an outcome of its own is all that is broken."""
    checks = call.served.compiled
    found = [*call.flaws, *_parameter_flaws(call)]
    if call.body is None:
        return found
    instance = _instance(call)
    known = {flaw.field for flaw in found}
    found += [flaw for flaw in checks.bodies[call.body.media_type].flaws(instance) if flaw.field not in known]
    found += _picture_flaws(call)
    found += _sound_flaws(call)
    found += _document_flaws(call)
    found += _prompt_flaws(call)
    found += inner_picture_flaws(call.body, call.given)
    found += inner_sound_flaws(call.body, call.inner_sounds)
    if isinstance(instance, dict) and checks.rules:
        found += _rule_flaws(call, checks.rules, instance, found)
    known = {flaw.field for flaw in found}
    more = completion_flaws(call.body, call.operation.completion, call.fields, call.earlier)
    return found + [flaw for flaw in more if flaw.field not in known]


def _prompt_flaws(call: Call) -> Iterator[Flaw]:
    """What is wrong with the parameters in the prompt's text, unless it is the task that fails of it."""
    artifact, task = call.operation.artifact, call.operation.task
    if artifact and artifact.parameters and not getattr(task, "flawed", None):
        for says in artifact.prompt(call.fields).flaws:
            yield Flaw("prompt-parameter", artifact.prompts[0][-1], {"says": says}, path=artifact.prompts[0])


def _parameter_flaws(call: Call) -> Iterator[Flaw]:
    for parameter, schema in call.served.compiled.parameters:
        if parameter.place == "path":
            continue
        source = call.headers if parameter.place == "header" else call.query
        text = source.get(parameter.name.lower() if parameter.place == "header" else parameter.name)
        if text is not None:
            for flaw in schema.flaws(coerce(text, dict(parameter.schema))):
                yield _named(flaw, parameter)
        elif parameter.required:
            yield Flaw("required", parameter.name, place=parameter.place)


def _instance(call: Call) -> Any:
    # A file is a string to the schema; what is in it is judged by _picture_flaws.
    if not call.files and not call.file_lists:
        return call.fields
    lists = {name: [""] * len(each) for name, each in call.file_lists.items()}
    return {**call.fields, **dict.fromkeys(call.files, ""), **lists}


def _picture_flaws(call: Call) -> Iterator[Flaw]:
    for field, wanted in call.body.pictures.items() if call.body else ():
        for each in call.given.get(field, ()):
            for kind, params in _upload_flaws(each.upload, wanted, call) if each.upload else ():
                yield Flaw(kind, schemas.name(list(each.path)), params, each.path)


def _upload_flaws(
    upload: Upload | Unreadable, wanted: Picture, call: Call
) -> Iterator[tuple[str, dict[str, Any]]]:
    options = {"options": " | ".join(f"'{each}'" for each in wanted.formats)}
    if isinstance(upload, Unreadable):
        yield f"picture-{upload.reason}", options
        return
    if upload.format not in wanted.formats:
        yield "picture-format", options
        return
    least, most = sorted((upload.width, upload.height))
    pixels = upload.width * upload.height
    bounds = {
        "picture-min-side": (wanted.min_side, -least),
        "picture-max-side": (wanted.max_side, most),
        "picture-min-pixels": (wanted.min_pixels, -pixels),
        "picture-max-pixels": (wanted.max_pixels, pixels),
    }
    for kind, (limit, value) in bounds.items():
        if limit is not None and value > (-limit if value < 0 else limit):
            yield kind, {"limit": limit}
    yield from _size_flaws(upload, wanted, call)


def _size_flaws(upload: Upload, wanted: Picture, call: Call) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is wrong with how its sides go together, or with those of another picture."""
    size = (upload.width, upload.height)
    sent = {"value": f"{upload.width}x{upload.height}"}
    if wanted.max_ratio and max(size) > wanted.max_ratio * min(size):
        yield "picture-max-ratio", {"limit": wanted.max_ratio}
    if wanted.sizes and size not in wanted.sizes:
        options = ", ".join(f"{width}x{height}" for width, height in wanted.sizes)
        yield "picture-sizes", {"options": options, **sent}
    others = [each.upload for each in call.given.get(wanted.same_size_as or "", ())]
    for other in (each for each in others[:1] if isinstance(each, Upload)):
        if size != (other.width, other.height):
            yield "picture-same-size-as", {"limit": f"{other.width}x{other.height}", **sent}


def _sound_flaws(call: Call) -> Iterator[Flaw]:
    """What is wrong with uploaded audio: its name's ending, that it does not decode, how short it is."""
    for name, wanted in call.body.sounds.items() if call.body else ():
        file, heard = call.files.get(name), call.sounds.get(name)
        if file is None:
            continue
        options = {"options": ", ".join(f"'{each}'" for each in wanted.formats)}
        if PurePath(file.filename).suffix.lower().removeprefix(".") not in wanted.formats:
            yield Flaw("audio-format", name if wanted.named else "", options)
        elif not isinstance(heard, Audio):
            yield Flaw("audio-broken", name if wanted.named else "", options)
        elif heard.seconds < wanted.min_seconds:
            yield Flaw("audio-min-seconds", name, {"limit": wanted.min_seconds})


def _document_flaws(call: Call) -> Iterator[Flaw]:
    """What is wrong with uploaded documents: the ending of its name, or a PPTX that does not open."""
    for name, formats in call.body.documents.items() if call.body else ():
        if (file := call.files.get(name)) is None:
            continue
        ending = PurePath(file.filename).suffix.lower().removeprefix(".")
        options = {"options": ", ".join(formats)}
        if ending not in formats:
            yield Flaw("document-format", name, options)
        elif ending == "pptx" and slides(file.data) is None:
            yield Flaw("document-broken", name, options)


def _rule_flaws(
    call: Call, rules: tuple[CompiledRule, ...], instance: dict[str, Any], flaws: list[Flaw]
) -> list[Flaw]:
    defaults = call.body.defaults if call.body else {}
    whole = {**defaults, **instance, "$sent": instance, "$path": call.path_params}
    whole["$representation"] = call.representation
    seen = {flaw.field for flaw in flaws}
    found: list[Flaw] = []
    for each in rules:
        if each.rule.outcome and flaws:
            continue  # a rule with a name of its own speaks only when nothing else is wrong
        if seen and seen & each.rule.alternatives:
            continue  # one of the fields that could keep it is wrong, and named
        if not each.when.is_valid(whole) or each.then.is_valid(whole):
            continue
        broken = list(_said(each.rule.says, each.then.flaws(whole), seen, whole))
        if each.rule.outcome:
            kind = broken[0].kind
            raise Refusal("validate", kind, tuple(broken), outcome=each.rule.outcome, says=each.rule.says)
        found += broken
    return found


def _said(says: str | None, flaws: list[Flaw], seen: set[str], whole: dict[str, Any]) -> Iterator[Flaw]:
    for flaw in flaws:
        field = flaw.field.removeprefix("$sent.")
        if field not in seen:
            path = flaw.path[1:] if flaw.path and flaw.path[0] == "$sent" else flaw.path
            yield Flaw(flaw.kind, field, {**whole, **flaw.params, "says": says}, path)


def _named(flaw: Flaw, parameter: Parameter) -> Flaw:
    return Flaw(flaw.kind, parameter.name, flaw.params, place=parameter.place)
