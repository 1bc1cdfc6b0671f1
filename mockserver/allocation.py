"""What the C library does with memory that it gets back: it keeps that in one place, large pieces in none.

glibc gives each thread an arena of its own and lets freed pieces lie there. A server whose threads read and
draw pictures of megabytes would hold some hundred megabytes of nothing, more the longer it runs.
"""

from __future__ import annotations

import ctypes
import os
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)
LARGE = 4 * 1024 * 1024  # bytes: a piece of so many is the system's again once nobody has it
_FREE = 4 * LARGE  # bytes that may lie free at the end: to ask for them again and again takes time
OWN_WORDS = ("MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES", "LD_PRELOAD")
_WORDS = ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, _FREE))


def keep_together() -> bool:
    """Have this process keep little that is free, before it has threads; whether that could be said.

    Nothing is said where the C library is another one, or whoever starts us has words of his own for it.
    """
    say = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if say is None or any(os.environ.get(name) for name in OWN_WORDS):
        return False
    said = [bool(say(*each)) for each in _WORDS]  # each is said, whatever became of the others
    return all(said)
