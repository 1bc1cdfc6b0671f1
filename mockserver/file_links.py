"""Links to files of the double's own: nobody can guess them, and they end in time.

The file of a task needs no place of its own: its link names the task, and is signed.
"""

from __future__ import annotations

import hashlib
import hmac
import mimetypes
import re
import secrets
from dataclasses import dataclass, replace
from typing import Any

from proofsheet.mockserver.double import Double
from proofsheet.mockserver.media.image.picture import JPEG, Picture
from proofsheet.mockserver.media.video.video import MP4, Video
from proofsheet.mockserver.state.tasks import Task
from proofsheet.mockserver.task_sources import known_task
from proofsheet.mockserver.tasks.course import position
from proofsheet.mockserver.tasks.task_faults import parse_task_forcing

PREFIX = "/_files/"
SAMPLE = (
    r"https://(?:[a-z0-9-]+\.)+example(/[\w./-]{1,120}\.(?:jpe?g|mp4|png|txt|webp))"  # nobody's (RFC 2606)
)
_SAMPLES = "samples/"
DEFAULT_SECONDS = 24 * 3600.0  # a link lives so long where its document does not say
_TASK_FILE = re.compile(
    r"tasks/([\w.-]{1,100})/([\w:-]{1,100})/(\d{1,4})(?:\.([a-z-]{1,20}))?-([0-9a-f]{32})(\.\w+)?"
)


@dataclass(frozen=True)
class File:
    """What a file is made of: its kind of artifact, the description that it is made from, its type."""

    kind: str
    description: Any
    media_type: str
    forced: str | None = None  # how it is spoilt on purpose: one of tasks.forcing.FILES
    edition: str = ""  # tells what it holds from what it held before its task was changed

    @property
    def bytes_held(self) -> int:
        """What the uploads weigh that it comes from."""
        held: int = self.description.bytes_held
        return held


def keep(double: Double, file: File, seconds: float = DEFAULT_SECONDS) -> str:
    """Serve a file for so many seconds of the double's clock; returns its path."""
    name = secrets.token_urlsafe(24)
    double.state.remember(("file", name), file, seconds)
    return PREFIX + name


def file_of(kind: str, description: Any, still: str = "", forced: str | None = None) -> File:
    """The file of an artifact, or that of a picture or video of it (`first-frame`, say)."""
    if still:
        description = description.still(still)
        kind = "image" if isinstance(description, Picture) else "video"
    return File(kind, description, description.media_type, forced)


def task_path(double: Double, task: Task, index: int, still: str = "") -> str:
    """The path of the file number `index` (from 0) of a task, or of a picture of it."""
    name = f"{task.holder[0]}/{task.id}/{index}" + (f".{still}" if still else "")
    made = task.artifacts[index]
    media_type = str((made.still(still) if still else made).media_type)
    suffix = mimetypes.guess_extension(media_type) or ""
    return f"{PREFIX}tasks/{name}-{_signature(double, name)}{suffix}"


def find(double: Double, name: str) -> File | None:
    """The file behind what stands after the prefix; None if there is none, or not any more."""
    if name.startswith(_SAMPLES):
        return _sample(name.removeprefix(_SAMPLES))
    if (found := _TASK_FILE.fullmatch(name)) is None:
        file: File | None = double.state.recall(("file", name))
        return file
    account, id, index, still, signature, _ = found.groups()
    signed = f"{account}/{id}/{index}" + (f".{still}" if still else "")
    if not hmac.compare_digest(signature, _signature(double, signed)):
        return None
    task = known_task(double, account, id)
    return _of_task(double, task, int(index), still or "") if task is not None else None


def sample_path(place: str) -> str:
    """The path of our file for a link of an example: `place` is where that leads on its host."""
    return f"{PREFIX}{_SAMPLES}{place.removeprefix('/')}"


def _sample(name: str) -> File | None:
    """A file that shows its name, of the type that it has; None for a name that no such link has."""
    if re.fullmatch(SAMPLE, f"https://files.example/{name}") is None:
        return None
    media_type = mimetypes.guess_type(name)[0] or "image/webp"
    if media_type == "text/plain":
        return File("text", f"{name}\n", "text/plain; charset=utf-8")
    identity = hashlib.blake2b(name.encode(), digest_size=32).digest()
    is_video = media_type == MP4
    shown = Picture(512, 512, JPEG if is_video else media_type, 0, identity, f"a sample  {name}", name)
    return File("video", Video(shown, 5.0, 24, False), MP4) if is_video else File("image", shown, media_type)


def _of_task(double: Double, task: Task, index: int, still: str) -> File | None:
    operation = double.documents.operation(task.operation).operation
    artifact = operation.artifact
    if artifact is None or index >= len(task.artifacts):
        return None
    now = double.state.now()
    ended = position(task, operation.lifecycles[task.lifecycle], now).ended
    if ended is not None and now >= ended + (artifact.expires or DEFAULT_SECONDS):
        return None
    made = file_of(artifact.kind, task.artifacts[index], still, parse_task_forcing(task.forcing).file)
    return replace(made, edition=hashlib.blake2b(task.request.encode(), digest_size=6).hexdigest())


def _signature(double: Double, name: str) -> str:
    return hmac.digest(double.settings.secret, name.encode(), "sha256").hex()[:32]
