"""Free memory is kept in one place, a large piece is given back: asked of the C library itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from proofsheet.mockserver import allocation

MEASURE = """
import ctypes, json, os, sys, threading
from proofsheet.mockserver import allocation
said = allocation.keep_together() if sys.argv[1] == "together" else None
libc = ctypes.CDLL(None)
together = threading.Barrier(4)

def hold():
    held = [bytearray(2000) for _ in range(200)]
    together.wait()  # an arena is free for another thread once its own has ended
    return held

def mapped():
    class Info(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks a b c d e f".split()]
    libc.mallinfo2.restype = Info
    return libc.mallinfo2().hblks

threads = [threading.Thread(target=hold) for _ in range(4)]
for each in threads: each.start()
for each in threads: each.join()
for _ in range(2):
    del [bytearray(4 * allocation.LARGE)][0]  # glibc takes the size of what is freed for small from then on
before = mapped()
piece = bytearray(2 * allocation.LARGE)
libc.fdopen.restype = ctypes.c_void_p
inward, outward = os.pipe()
file = ctypes.c_void_p(libc.fdopen(outward, b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
heaps = os.fdopen(inward).read().count("<heap ")
print(json.dumps({"said": said, "heaps": heaps, "mapped": mapped() - before}))
"""


def _measured(how: str, **words: str) -> dict[str, object]:
    environment = {name: value for name, value in os.environ.items() if name not in allocation.OWN_WORDS}
    command = (sys.executable, "-c", MEASURE, how)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment | words)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(
    not all(hasattr(allocation.ctypes.CDLL(None), name) for name in ("mallopt", "mallinfo2")),
    reason="the C library is not glibc 2.33 or newer",
)
def test_threads_share_what_is_free_and_large_pieces_go_back() -> None:
    apart = _measured("apart")
    assert apart["heaps"] == 5  # what is measured is there without: one of each thread, and the first
    assert apart["mapped"] == 0
    assert _measured("together") == {"said": True, "heaps": 1, "mapped": 1}


def test_whoever_has_words_of_his_own_for_the_c_library_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "3")
    assert not allocation.keep_together()
