"""Memory that this process and a program both see: what one writes is there for the other.

Through pipes every byte was copied twice by the system, a piece at a time, with a change of
processes for each; on a busy machine each of them waits for its turn. Here a request lies in a
nameless file in memory, and the pipes carry one number each way: it is there, it is done.

The pieces of a request lie one after the other, each on a cache line of its own; those of the
answer follow. (``networks/brian/templates/tape.h`` is the other side.)
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.devices.errors import DeviceError

#: Where a piece may begin: multiples of this.
ALIGNMENT = 64

#: The environment variable that tells a program which file descriptor it is.
VARIABLE = "SPIDE_TAPE"


class Tape:
    """Memory for requests and answers, which grows as they do.

    Attributes
    ----------
    file : int
        Its descriptor.
    place : int
        Where the next piece goes, in bytes.
    """

    def __init__(self) -> None:
        self.file = _nameless_file()
        self.place = 0
        self._memory = np.zeros(0, np.uint8)

    def __del__(self) -> None:
        if hasattr(self, "file"):
            os.close(self.file)

    @property
    def size(self) -> int:
        """Bytes that there are."""
        return len(self._memory)

    def rewind(self) -> None:
        """Begin a request."""
        self.place = 0

    def write(self, values: NDArray[Any]) -> None:
        """Write a piece: the bytes of a contiguous array.

        Raises
        ------
        DeviceError
            If there is no memory for it.
        """
        self.make_room(values)
        self._next(values)[:] = _bytes_of(values)

    def write_in_parts(self, parts: Iterable[NDArray[Any]]) -> int:
        """Write one piece, which is given in parts; returns its bytes.

        Raises
        ------
        DeviceError
            If there is no memory for it.
        """
        begin = self.place
        for part in parts:
            self.make_room(part)
            end = self.place + part.nbytes
            self._memory[self.place : end] = _bytes_of(part)
            self.place = end
        written = self.place - begin
        self.place = padded(self.place)
        return written

    def read_into(self, values: NDArray[Any]) -> None:
        """Read a piece into a contiguous array."""
        _bytes_of(values)[:] = self._next(values)

    def make_room(self, *pieces: NDArray[Any]) -> None:
        """Have memory for some pieces at once, from here on.

        Raises
        ------
        DeviceError
            If there is none.
        """
        needed = self.place + sum(padded(piece.nbytes) for piece in pieces)
        if needed <= self.size:
            return
        needed = max(needed, self.size * 5 // 4)
        try:
            os.ftruncate(self.file, needed)
            if hasattr(os, "posix_fallocate"):
                # A page that cannot be had at its first use ends the process with a bus error.
                os.posix_fallocate(self.file, 0, needed)
            self._memory = np.frombuffer(mmap.mmap(self.file, needed), np.uint8)
        except OSError as error:
            raise DeviceError(
                f"there is no memory for a request of {needed / 1e6:.0f} MB to a program "
                f"({error.strerror}): use a smaller batch"
            ) from None

    def _next(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        begin = self.place
        self.place += padded(values.nbytes)
        return self._memory[begin : begin + values.nbytes]


def padded(count: int) -> int:
    """Bytes that a piece of so many takes."""
    return -(-count // ALIGNMENT) * ALIGNMENT


def _bytes_of(values: NDArray[Any]) -> NDArray[np.uint8]:
    return values.reshape(-1).view(np.uint8)


def _nameless_file() -> int:
    """A file in memory, or one on disk that nobody else sees where a system has none."""
    create = getattr(os, "memfd_create", None)
    if create is not None:
        with suppress(OSError):
            return int(create("spide"))
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
