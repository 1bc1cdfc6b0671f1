"""What the journal, tasks and the page ask of each kind of artifact, whatever it is."""

from __future__ import annotations

import pytest

from proofsheet.mockserver.media.audio.music import Music
from proofsheet.mockserver.media.audio.speech import Speech
from proofsheet.mockserver.media.image.picture import Picture
from proofsheet.mockserver.media.model.model import Model
from proofsheet.mockserver.media.playable import is_playable
from proofsheet.mockserver.media.slides.deck import Deck
from proofsheet.mockserver.media.video.video import Video
from proofsheet.mockserver.medium import MEDIA
from proofsheet.mockserver.uploads import UploadedFile

DESCRIPTIONS = {
    "image": Picture,
    "model": Model,
    "audio": Speech,
    "video": Video,
    "music": Music,
    "slides": Deck,
    "upload": UploadedFile,
}


def test_each_kind_is_here() -> None:
    assert set(DESCRIPTIONS) | {"text"} == set(MEDIA)  # a text is in the answer itself


@pytest.mark.parametrize("kind", DESCRIPTIONS)
@pytest.mark.parametrize("name", ["media_type", "preview", "bytes_held", "filtered", "without_uploads"])
def test_a_description_has_what_is_asked_of_all(kind: str, name: str) -> None:
    described = DESCRIPTIONS[kind]
    assert hasattr(described, name) or name in described.__dataclass_fields__


def test_a_video_that_was_uploaded_is_no_player_s() -> None:
    file = UploadedFile(b"....", "dance.mp4", "video/mp4")
    assert not is_playable(file)
    assert file.without_uploads() == UploadedFile(b"", "dance.mp4", "video/mp4")
