"""Pictures for image answers: real files, drawn from a description, joined from kept strips."""

from __future__ import annotations

from proofsheet.mockserver.media.image.picture import JPEG, LARGEST_SIDE, PNG, WEBP, Picture
from proofsheet.mockserver.media.image.renderer import Studio
from proofsheet.mockserver.media.image.safe_decode import Unreadable
from proofsheet.mockserver.media.image.upload import Upload, read_upload, thumbnail

__all__ = [
    "JPEG",
    "LARGEST_SIDE",
    "PNG",
    "WEBP",
    "Picture",
    "Studio",
    "Unreadable",
    "Upload",
    "read_upload",
    "thumbnail",
]
