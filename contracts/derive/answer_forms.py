"""The forms in which an operation gives its picture, as bytes or in JSON, and which a paid request gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofsheet.spec import media_types
from proofsheet.spec.document import Operation

EMPTY = " "  # an Accept header without a value
PLAIN = "plain"  # the picture for which nothing is asked that need not be


@dataclass(frozen=True)
class Form:
    """One form, and what to accept for it."""

    name: str  # bytes | json
    media_type: str
    accept: str


def forms(operation: Operation) -> Iterator[Form]:
    """The forms of a success: JSON, and bytes of whichever media type is asked for."""
    if operation.artifact is None or bool(operation.lifecycles):
        return  # what a submission answers is no picture
    encoded = operation.artifact.media.pick({})
    for media_type in operation.success.representations:
        if media_types.is_json(media_type):
            yield Form("json", media_type, media_type)
        elif media_type == encoded:
            usual = operation.policy.default_accept
            is_range = usual != "*/*" and media_types.parse(usual).covers(media_type)
            yield Form("bytes", media_type, usual if is_range else media_type)


def is_default(operation: Operation, form: Form) -> bool:
    """Whether it is the form that comes where nothing is asked for."""
    return PaidRequest(operation, {}, "").form == form.name


def variety(operation: Operation) -> str:
    """The profile that buys more of an operation than one picture, as it is.

    What has to be given a picture answers as its siblings do that draw from words alone, so core has one.
    """
    return "extended" if needs_picture(operation) else "core"


def needs_picture(operation: Operation) -> bool:
    """Whether no request is admitted without a file."""
    body = operation.body
    return body is not None and any(name in body.files for name in body.schema.get("required", ()))


@dataclass(frozen=True)
class PaidRequest:
    """What decides about the picture that a request pays for.

    `accept` is the header's value, "" where none is sent. `is_plain`: a success like any other is expected,
    no filtered one.
    """

    operation: Operation
    body: Mapping[str, Any]
    accept: str
    is_plain: bool = True

    @property
    def has_source(self) -> bool:
        """Whether it brings a picture to start from."""
        artifact = self.operation.artifact
        return artifact is not None and any(name in self.body for name in artifact.sources)

    @property
    def encoded(self) -> str:
        """The media type of the picture itself."""
        assert self.operation.artifact is not None
        return str(self.operation.artifact.media.pick(self.body))

    @property
    def media_type(self) -> str:
        """The media type of the answer."""
        accept = self.accept.strip() or self.operation.policy.default_accept
        return accept if accept in self.operation.success.representations else self.encoded

    @property
    def form(self) -> str:
        """`bytes` or `json`."""
        return "json" if media_types.is_json(self.media_type) else "bytes"
