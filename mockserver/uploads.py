"""From a call to the file that was uploaded with it: what came is given back as it came."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from proofsheet.mockserver.call import Call
from proofsheet.mockserver.double import Double
from proofsheet.mockserver.media.image.picture import PNG, Picture


@dataclass(frozen=True)
class UploadedFile:
    """A file as it was uploaded; `media_type` is that under which it is given back."""

    data: bytes = field(repr=False)
    name: str
    media_type: str

    @property
    def bytes_held(self) -> int:
        return sys.getsizeof(self.data) + sys.getsizeof(self.name)

    @property
    def preview(self) -> Picture:
        """What is shown of it where only pictures can be shown."""
        identity = hashlib.blake2b(self.data, digest_size=16).digest()
        return Picture(512, 256, PNG, 0, identity, self.name[:200], f"{len(self.data)} bytes")

    def without_uploads(self) -> UploadedFile:
        """The same without what it is, for lists that show many."""
        return replace(self, data=b"")

    def filtered(self) -> UploadedFile:
        """The same as a filter leaves it: the same."""
        return self


def uploads(call: Call, double: Double, blurred: bool) -> tuple[UploadedFile, ...]:
    """The file in the field that the operation names; one of the prompts' texts where none came."""
    artifact = call.operation.artifact
    if artifact is None or artifact.upload is None:
        return ()
    part = call.files.get(artifact.upload)
    said = "\n".join(call.prompts).encode("utf-8", "surrogatepass")
    data, name = (part.data, part.filename) if part else (said, artifact.upload)
    return (UploadedFile(data, name, str(call.artifact_media)),)


async def given_back(file: UploadedFile, double: Double) -> Sequence[bytes]:
    """The bytes of a file, which are never copied."""
    return (file.data,)
