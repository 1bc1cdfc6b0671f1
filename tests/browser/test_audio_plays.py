"""Speech plays: Chromium decodes each format to its end, and ffprobe, where it is, finds the same length."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from proofsheet.mockserver.media.audio.containers import MEDIA_TYPES
from proofsheet.mockserver.media.audio.speech import Speech, file

FILES = tuple(each for each in MEDIA_TYPES if each != "audio/pcm")  # which no player takes without being told
PLAY = """
const [text, kind, done] = arguments;
const bytes = Uint8Array.from(atob(text), each => each.charCodeAt(0));
const player = new Audio(URL.createObjectURL(new Blob([bytes], {type: kind})));
player.muted = true;
player.playbackRate = 16;
player.addEventListener('ended', () => done([player.currentTime, '']));
player.addEventListener('error', () => done([0, player.error.message]));
player.play().catch(problem => done([0, String(problem)]));
"""


def speech(media_type: str) -> Speech:
    return Speech("A lighthouse stands on a cliff.", "alloy", 1.0, media_type, 0, b"x", "t")


@pytest.mark.parametrize("media_type", FILES)
def test_chromium_plays_it_to_its_end(chromium: Any, media_type: str) -> None:
    made = speech(media_type)
    chromium.set_script_timeout(120)
    chromium.get("about:blank")
    text = base64.b64encode(file(made)).decode()
    # Chromium knows Opus in its container by the container's name.
    kind = "audio/ogg" if media_type == "audio/opus" else media_type
    seconds, problem = chromium.execute_async_script(PLAY, text, kind)
    assert problem == ""
    assert seconds == pytest.approx(made.seconds, abs=0.15)


@pytest.mark.parametrize("media_type", FILES)
def test_ffprobe_finds_its_length_and_its_text(media_type: str, tmp_path: Path) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed: apt-get install ffmpeg")
    made, path = speech(media_type), tmp_path / "speech"
    path.write_bytes(file(made))
    shown = "stream=nb_read_packets:format_tags:stream_tags"  # Ogg's comments are those of its stream
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_entries", shown, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr == ""
    assert made.text in done.stdout
