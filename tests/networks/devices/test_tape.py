"""What is written on a tape is read from it, in this process and through the file in others."""

from __future__ import annotations

import mmap

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from networks.devices.programs.tape import ALIGNMENT, Tape, padded

PIECES = st.lists(arrays(st.sampled_from([np.uint8, np.float32]), st.integers(0, 200)), max_size=5)


@given(PIECES)
def test_pieces_come_back_in_order(pieces: list[NDArray[np.generic]]) -> None:
    tape = Tape()
    for _ in range(2):  # the second time nothing grows
        tape.rewind()
        for piece in pieces:
            tape.write(piece)
        assert tape.place == sum(padded(piece.nbytes) for piece in pieces)
        tape.rewind()
        for piece in pieces:
            found = np.zeros_like(piece)
            tape.read_into(found)
            assert found.tobytes() == piece.tobytes()


def test_each_piece_begins_on_a_cache_line_of_the_file() -> None:
    tape = Tape()
    first, second = np.arange(3, dtype=np.int64), np.array([7.0])
    tape.write(first)
    tape.write(second)
    with mmap.mmap(tape.file, tape.size) as seen:
        assert_array_equal(np.frombuffer(seen[: first.nbytes], np.int64), first)
        assert_array_equal(np.frombuffer(seen[ALIGNMENT : ALIGNMENT + 8]), second)


@given(arrays(np.float32, (4, 7)), st.integers(0, 4))
def test_a_piece_may_come_in_parts(values: NDArray[np.float32], number: int) -> None:
    tape = Tape()
    tape.write(values[0])
    begin = tape.place
    assert tape.write_in_parts(iter(values[:number])) == values[:number].nbytes
    tape.write(values[0])
    tape.place = begin
    for piece in (values[:number], values[0]):
        found = np.zeros_like(piece)
        tape.read_into(found)
        assert found.tobytes() == piece.tobytes()


def test_what_is_there_stays_when_it_grows() -> None:
    tape = Tape()
    values = np.arange(100.0)
    tape.write(values)
    tape.make_room(np.zeros(1 << 20, np.uint8))
    tape.rewind()
    found = np.zeros(100)
    tape.read_into(found)
    assert_array_equal(found, values)
