"""Files that come with a request: the parts of a form, and pictures wherever they stand."""

from __future__ import annotations

from dataclasses import dataclass

from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import Upload


@dataclass(frozen=True)
class FilePart:
    """An uploaded file: its bytes and what the part said of it."""

    data: bytes
    filename: str
    content_type: str


@dataclass(frozen=True)
class Given:
    """A picture in the request: a file, base64 or a data URL, or the URL of one, which is never fetched.

    `path` leads to it: the field's name, and its index in a list; `data` is the bytes, or the URL's text;
    `upload` what it was found to be, None for a URL.
    """

    path: tuple[str | int, ...]
    data: bytes | str
    upload: Upload | Unreadable | None = None

    @property
    def is_usable(self) -> bool:
        """Whether a picture can come of it."""
        return not isinstance(self.upload, Unreadable)
