"""Audio and video, decoded to their end by a process of its own, which a hostile file cannot hang."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PATIENCE = {"audio": 20.0, "video": 40.0}  # seconds
MOST = {"audio": 64 * 1024 * 1024, "video": 256 * 1024 * 1024}  # bytes that are looked at
_DECODER = Path(__file__).with_name("media_decoder.py")
_FORMATS = {"opus": "ogg"}  # as FFmpeg calls them


def size_problem(kind: str, data: bytes) -> str | None:
    """What is wrong with a file that has no byte, or more than are looked at."""
    return None if 0 < len(data) <= MOST[kind] else f"has {len(data)} bytes"


def decoded(kind: str, data: bytes, *form: str) -> dict[str, Any]:
    """What the decoder finds in a file (media_decoder), or its `problem`; never raises."""
    command = [sys.executable, "-I", str(_DECODER), kind, *(_FORMATS.get(each, each) for each in form)]
    patience = PATIENCE[kind]
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=patience, check=False)
        found: dict[str, Any] = json.loads(ended.stdout)
    except subprocess.TimeoutExpired:
        return {"problem": f"takes more than {patience:g} seconds to decode"}
    except ValueError:
        return {"problem": "does not decode: the decoder ended before it did"}
    return found
