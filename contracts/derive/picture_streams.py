"""Pictures that come as events: asked for with one earlier stage, as cheaply as the document admits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proofsheet.contracts.checks.event_streams import StreamEnd, StreamForm
from proofsheet.contracts.checks.picture_streams import StreamPictures
from proofsheet.contracts.checks.written import stream_form
from proofsheet.contracts.derive.answer_forms import variety
from proofsheet.contracts.derive.dimensions import admission
from proofsheet.contracts.derive.samples import case_of, price, smallest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.spec import pointers
from proofsheet.spec.document import Operation

STAGES = 1  # that are asked for
Body = dict[str, Any]


def picture_streams(source: Source, operation: Operation) -> Iterator[Derived]:
    """What is asked of a stream of pictures, by one paid request."""
    found, artifact = stream_form(operation), operation.artifact
    chosen = operation.policy.chosen_form
    if found is None or artifact is None or artifact.partials is None or chosen is None:
        return
    body = cheapest(operation, smallest(operation, **{chosen.field[0]: True, artifact.partials[0]: STAGES}))
    at = pointers.join("responses", operation.success.status, "content", found[0].media_type)
    profile = variety(operation)
    form, end, shown = (
        source.requirement(operation, topic, says, place, profile=profile)
        for topic, says, place in (
            ("stream.form", "a stream is one of events, each as documented", at),
            ("stream.end", "a stream ends as documented", at),
            ("stream.pictures", "the picture comes last, after earlier stages of it", "/x-artifact/partials"),
        )
    )
    expects = (StreamForm(form.id), StreamEnd(end.id), StreamPictures(shown.id, STAGES))
    cost = price(operation, body)
    case = case_of(operation, "stream.pictures", body, expects, cost=cost, pays=bool(cost))
    yield from (Derived(each, (case,)) for each in (form, end, shown))


def cheapest(operation: Operation, body: Body) -> Body:
    """The body with the optional listed values that make it cost least, as far as rules admit them."""
    known = operation.body.schema.get("properties", {}) if operation.body else {}
    ending = operation.body.shutdowns if operation.body else {}
    admits = admission(operation)
    for name, schema in known.items():
        if name in body or name in ending:
            continue
        options = [{**body, name: each} for each in schema.get("enum", ()) if each is not None]
        admitted = [each for each in options if admits(each, None)]
        best = min(admitted, key=lambda each: price(operation, each), default=body)
        body = best if price(operation, best) < price(operation, body) else body
    return body
