"""What one process puts into the ring, another takes out, whole and in order."""

from __future__ import annotations

import mmap
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofsheet.relay.shared_ring import Ended, Ring

STEP = 1 << 20


@pytest.fixture
def ring() -> Iterator[Ring]:
    made = Ring(size=2 * STEP)
    yield made
    made.close()


@pytest.fixture
def reader(ring: Ring) -> Ring:
    return Ring(ring.descriptor, size=2 * STEP)


def test_frames_come_out_as_they_went_in_around_the_end_too(ring: Ring, reader: Ring) -> None:
    chance, waiting = random.Random(1), []
    for _ in range(400):
        frame = chance.randbytes(chance.randrange(1, STEP // 4))
        while not ring.put(frame):
            first = waiting.pop(0)
            assert reader.take(len(first)) == first
            reader.done()
        waiting.append(frame)
    assert reader.waiting == sum(map(len, waiting))


def test_a_frame_that_does_not_fit_is_not_begun(ring: Ring, reader: Ring) -> None:
    assert ring.put(b"a" * (2 * STEP))
    assert not ring.put(b"b")
    assert reader.waiting == 2 * STEP
    assert reader.take(2 * STEP) == b"a" * 2 * STEP
    assert not ring.put(b"b"), "it is still in use"
    reader.done()
    assert ring.put(b"b")
    assert reader.take(1) == b"b"


@pytest.mark.skipif(not hasattr(mmap, "MADV_REMOVE"), reason="this system gives no memory of a file back")
def test_what_was_read_takes_no_memory(ring: Ring, reader: Ring) -> None:
    def held() -> int:
        return os.fstat(ring.descriptor).st_blocks * 512

    for _ in range(7):
        assert ring.put(b"x" * (STEP * 3 // 2))
        assert held() >= STEP * 3 // 2
        reader.take(STEP * 3 // 2)
        reader.done()
        assert held() < STEP + 2 * mmap.PAGESIZE


def test_what_is_given_up_cannot_be_taken(ring: Ring, reader: Ring) -> None:
    assert ring.put(b"abc")
    ring.give_up()
    assert reader.waiting <= 0
    with pytest.raises(Ended):
        reader.take(3)


def test_it_is_no_file_that_others_can_open(ring: Ring) -> None:
    name = os.readlink(f"/proc/self/fd/{ring.descriptor}")
    assert not Path(name).exists()
