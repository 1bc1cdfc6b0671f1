"""Pictures for image answers: real files, drawn from a description, joined from kept strips."""

from __future__ import annotations

from mockserver.images.opening import Unreadable
from mockserver.images.picture import JPEG, LARGEST_SIDE, PNG, WEBP, Picture
from mockserver.images.studio import Studio
from mockserver.images.upload import Upload, read_upload, thumbnail

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
