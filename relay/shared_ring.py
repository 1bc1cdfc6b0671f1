"""Memory that two processes share, in a ring: what is in it outlives the process that put it in."""

from __future__ import annotations

import mmap
import os
import tempfile

SIZE = 64 * 1024 * 1024  # bytes that may wait; memory is taken as they come and given back as they are read
_HEADER = 4096  # how much was put in, and how much was read, since the beginning
_STEP = 1024 * 1024  # bytes that are given back at once
_WRITTEN, _READ = 0, 8


class Ended(EOFError):
    """The other process ended, or gave up, without its last frame."""


class Ring:
    """One process calls `put`, the other `waiting`, `take` and `done`. Whole frames: never a part of one."""

    def __init__(self, descriptor: int | None = None, size: int = SIZE) -> None:
        self.descriptor = _memory(_HEADER + size) if descriptor is None else descriptor
        self._size = size
        self._written = self._read = self._given_back = 0
        self._map = mmap.mmap(self.descriptor, _HEADER + size)

    def put(self, data: bytes) -> bool:
        """Add one frame; False where there is no room for all of it."""
        if len(data) > self._size - (self._written - self._counter(_READ)):
            return False
        place = self._written % self._size
        first = memoryview(data)[: self._size - place]
        try:
            self._write(first, _HEADER + place)
            self._write(memoryview(data)[len(first) :], _HEADER)
        except OSError:  # no memory left
            return False
        self._written += len(data)
        self._set(_WRITTEN, self._written)
        return True

    @property
    def waiting(self) -> int:
        """Bytes that can be taken."""
        return self._counter(_WRITTEN) - self._read

    def take(self, count: int) -> bytes:
        """The next bytes of a frame that waits. Raises Ended where they were given up."""
        place = self._read % self._size
        self._read += count
        first = os.pread(self.descriptor, min(count, self._size - place), _HEADER + place)
        data = first + os.pread(self.descriptor, count - len(first), _HEADER)
        if len(data) < count:
            raise Ended
        return data

    def done(self) -> None:
        """What was taken is needed no more: whole steps are given back to the system, and to `put`."""
        before = self._given_back
        while self._read - self._given_back >= _STEP:
            if hasattr(mmap, "MADV_REMOVE"):
                self._map.madvise(mmap.MADV_REMOVE, _HEADER + self._given_back % self._size, _STEP)
            self._given_back += _STEP
        if before != self._given_back:
            self._set(_READ, self._given_back)

    def give_up(self) -> None:
        """Whoever reads finds no more."""
        os.ftruncate(self.descriptor, 0)

    def close(self) -> None:
        self._map.close()
        os.close(self.descriptor)

    def _counter(self, place: int) -> int:
        return int.from_bytes(os.pread(self.descriptor, 8, place), "little")

    def _set(self, place: int, value: int) -> None:
        os.pwrite(self.descriptor, value.to_bytes(8, "little"), place)

    def _write(self, data: memoryview, place: int) -> None:
        while data:
            count = os.pwrite(self.descriptor, data, place)
            data, place = data[count:], place + count


def _memory(size: int) -> int:
    """A file of that size without a name, in memory where the system can."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("proofsheet-frames", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor
