"""Videos: what is asked of the file of every one that is paid for, and of one that begins with a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from proofsheet.contracts.case import PaidConstraint
from proofsheet.contracts.checks.video import (
    StartsWith,
    VideoIsWhole,
    VideoLasts,
    VideoMoves,
    VideoRateIs,
    VideoShows,
    VideoSizeIs,
    VideoSounds,
)
from proofsheet.contracts.derive.answer_forms import PaidRequest
from proofsheet.contracts.derive.source import Derived, Source
from proofsheet.contracts.derive.source_pictures import picture_of, sides_for
from proofsheet.contracts.derive.task_requests import goes_on
from proofsheet.contracts.expectation import Expectation
from proofsheet.spec.artifact import Artifact
from proofsheet.spec.document import Operation
from proofsheet.spec.request_bodies import MULTIPART

Made = Callable[[str, PaidRequest, Artifact], Expectation | None]


def _whole(name: str, request: PaidRequest, artifact: Artifact) -> Expectation:
    return VideoIsWhole(name, request.encoded)


def _size(name: str, request: PaidRequest, artifact: Artifact) -> Expectation | None:
    sides = artifact.size_of(_known(request), lambda _: None)
    return VideoSizeIs(name, *sides) if sides else None


def _lasts(name: str, request: PaidRequest, artifact: Artifact) -> Expectation | None:
    seconds = artifact.seconds_of(_known(request))
    return VideoLasts(name, seconds) if seconds else None


def _sounds(name: str, request: PaidRequest, artifact: Artifact) -> Expectation:
    return VideoSounds(name, artifact.sounds(_known(request)))


# topic, where it stands in x-artifact, what is required, what is expected of the file
_EVERY: tuple[tuple[str, str, str, Made], ...] = (
    ("whole", "/media", "the file decodes to its end, and is what it is called", _whole),
    ("size", "/size", "frames have the size that was asked for", _size),
    ("seconds", "/seconds", "it is as long as asked for, but for one frame", _lasts),
    ("fps", "/fps", "it has so many frames a second", lambda name, _, it: VideoRateIs(name, it.fps)),
    ("sound", "/sound", "it sounds where it is to", _sounds),
    (
        "content",
        "",
        "its frames are not black and not of one shade",
        lambda name, *_: VideoShows(name),
    ),
    ("motion", "", "something in it moves", lambda name, *_: VideoMoves(name)),
)
_INHERITED = ("size", "seconds")


def video(source: Source, operation: Operation) -> Iterator[Derived]:
    """Every requirement on the files of an operation that makes videos."""
    artifact = operation.artifact
    if artifact is None or artifact.kind != "video":
        return
    for topic, at, says, make in _EVERY:
        if goes_on(operation) and topic in _INHERITED:
            continue  # that of the video that it goes on from
        if topic == "size" and artifact.size is None:
            continue  # another picture decides about it, or nothing that is always sent
        wanted = source.requirement(operation, f"video.{topic}", says, f"/x-artifact{at}", profile="core")
        yield Derived(wanted, paid=(PaidConstraint(operation.id),), every=_of(wanted.id, make))
    yield from _first_frame(source, operation, artifact)


def _of(name: str, make: Made) -> Callable[[PaidRequest], Expectation | None]:
    def expected(request: PaidRequest) -> Expectation | None:
        artifact = request.operation.artifact
        return make(name, request, artifact) if artifact else None

    return expected


def _known(request: PaidRequest) -> dict[str, object]:
    """The fields with their defaults, which null stands for too."""
    body = request.operation.body
    sent = {name: each for name, each in request.body.items() if each is not None}
    return {**(body.defaults if body else {}), **sent}


def _first_frame(source: Source, operation: Operation, artifact: Artifact) -> Iterator[Derived]:
    """A video that begins with a picture of ours, as large as the video: a file of a form."""
    form = next((each for each in operation.bodies if each.media_type == MULTIPART), None)
    name = artifact.sources[0] if artifact.sources and artifact.effect == "animate" else ""
    if form is None or name not in form.files:
        return
    bounds = form.schema["properties"][name].get("x-picture", {})
    sides = artifact.size_of(form.defaults, lambda _: sides_for(bounds))
    if sides is None:
        return
    given = picture_of(sides)
    says = f"a video begins with the picture that is sent as {name}"
    wanted = source.requirement(operation, "video.first-frame", says, "/x-artifact/effect", profile="core")
    expect = StartsWith(wanted.id, given)
    own = PaidConstraint(operation.id, expect, fields={name: given}, own="first-frame", media_type=MULTIPART)
    yield Derived(wanted, paid=(own,))
