"""The artifacts that an answer binds: of its call, or of the task that it is about; rendered or linked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Any
from uuid import UUID

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.drawing import draw
from proofsheet.mockserver.file_links import DEFAULT_SECONDS, file_of, keep, task_path
from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.video.video import Video
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.sources import Artifact
from proofsheet.mockserver.task_sources import TaskView
from proofsheet.mockserver.tasks.ids import artifact_id
from proofsheet.spec import media_types
from proofsheet.spec.document import Representation
from proofsheet.spec.expressions import Expression

MOST_STAGES = 10  # of a picture that a stream shows
_FILES = ("$artifact.bytes", "$artifact.base64")  # what needs the whole file


async def artifacts(call: Call, double: Double, representation: Representation) -> list[Artifact]:
    """The artifacts that a representation binds, noted on the call; rendered if it takes their bytes."""
    if not representation.binds_artifact:
        return []
    shown = _binds(call, representation)
    if representation.shown_when and not any(each.is_of_artifact for each in shown):
        return []
    view: TaskView | None = call.task
    maker = view.call if view else _maker(call, double)
    artifact = maker.operation.artifact
    if artifact is None:
        return []
    if view:
        call.pictures = tuple(_shown(each, representation) for _, each in view.artifacts)
        made = of_task(double, view)
    else:
        found = MEDIA[artifact.kind].describe(maker, double, representation.blurred)
        call.pictures = found if maker is call else tuple(_as_shown(each, representation) for each in found)
        made = _of_call(call, double, artifact.kind, artifact.expires or DEFAULT_SECONDS)
    rendered = await _rendered(double, artifact.kind, shown, made, call.pictures)
    return await _with_stages(call, double, rendered) if representation.events else rendered


async def task_artifacts(double: Double, view: TaskView, representation: Representation) -> list[Artifact]:
    """The artifacts of a task that is shown beside others; rendered if it takes their bytes."""
    made, artifact = of_task(double, view), view.served.operation.artifact
    if artifact is None:
        return list(made)
    descriptions = [_shown(each, representation) for _, each in view.artifacts]
    return await _rendered(double, artifact.kind, _binds(view.call, representation), made, descriptions)


def _binds(call: Call, representation: Representation) -> list[Expression]:
    if representation.events is not None:
        return [each for event in representation.events.events for _, each in event.binds]
    return [each for _, each in representation.binds_without(call.left_out(representation))]


async def _with_stages(call: Call, double: Double, made: Sequence[Artifact]) -> list[Artifact]:
    """The artifacts with as many of their earlier stages as the call asks for."""
    artifact = call.operation.artifact
    wanted = call.value(artifact.partials) if artifact and artifact.partials else None
    count = min(wanted, MOST_STAGES) if isinstance(wanted, int) and wanted > 0 else 0
    return [replace(each, stages=await _stages(each.description, count, double)) for each in made]


async def _stages(picture: Picture, count: int, double: Double) -> list[Sequence[bytes]]:
    return [await draw(picture.stage(number, count), double) for number in range(1, count + 1)]


async def _rendered(
    double: Double,
    kind: str,
    binds: Sequence[Expression],
    made: Iterable[Artifact],
    descriptions: Sequence[Any],
) -> list[Artifact]:
    if not any(each.text in _FILES for each in binds):
        return list(made)
    render = MEDIA[kind].render
    return [
        replace(one, pieces=await render(description, double))
        for one, description in zip(made, descriptions, strict=True)
    ]


def _maker(call: Call, double: Double) -> Call:
    """The call whose artifacts are shown: the call itself.

    A view whose outcome is forced may know no task: then a bare submission of one.
    """
    if call.operation.artifact is not None or not call.operation.views:
        return call
    for served in double.documents.operations_of(call.operation.document):
        lifecycle = served.operation.lifecycle
        if lifecycle is not None and lifecycle.name in call.operation.views and served.operation.artifact:
            return replace(
                call,
                served=served,
                fields={},
                body=served.operation.body,
                path_params={},
                query={},
            )
    return call


def _as_shown(description: Any, representation: Representation) -> Any:
    """A stand-in in the media type of the answer."""
    if isinstance(description, Video) and not media_types.is_json(representation.media_type):
        return description.shown_as(representation.media_type)
    is_picture = representation.media_type.startswith("image/") and isinstance(description, Picture)
    return replace(description, media_type=representation.media_type) if is_picture else description


def _shown(description: Any, representation: Representation) -> Any:
    if isinstance(description, Video):
        description = _as_shown(description, representation)
    return description.filtered() if representation.blurred else description


def of_task(double: Double, view: TaskView) -> Iterator[Artifact]:
    """The artifacts of a task, linked and not rendered."""
    for index, each in view.artifacts:
        made = _linked(view.call, each, partial(task_path, double, view.task, index))
        yield replace(made, id=artifact_id(view.task.id, index) if view.names_artifacts else "")


def _of_call(call: Call, double: Double, kind: str, seconds: float) -> Iterator[Artifact]:
    for index, each in enumerate(call.pictures):
        made = _linked(call, each, partial(_kept, double, kind, each, seconds))
        yield replace(
            made, id=str(UUID(bytes=blake2b(f"{call.id} {index}".encode(), digest_size=16).digest()))
        )


def _kept(double: Double, kind: str, description: Any, seconds: float, still: str) -> str:
    return keep(double, file_of(kind, description, still), seconds)


def _linked(call: Call, description: Any, path: Callable[[str], str]) -> Artifact:
    origin = call.base.removesuffix(call.prefix)
    pieces: Sequence[bytes] = ()
    return Artifact(description, pieces, lambda still: origin + path(still))
