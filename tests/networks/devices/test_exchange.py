"""Arrays of one value are sent as that value, to the last bit, and what is moved is counted."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from networks.devices.programs.exchange import Packed, is_uniform
from networks.devices.programs.program import Program

#: Does not look at the request, which ends after 2304 bytes (32, 3, 8, 4 and 2000 in lines of 64);
#: answers with two numbers.
SCRIPT = """
import mmap, os, struct, sys
size = struct.unpack("=q", sys.stdin.buffer.read(8))
tape = mmap.mmap(int(os.environ["SPIDE_TAPE"]), *size)
struct.pack_into("=q56x3d40x2d", tape, 2304, 1, 0.25, 0.5, 0.125, 3, 4)
sys.stdout.buffer.write(struct.pack("=q", 2304 + 3 * 64))
"""


@pytest.mark.parametrize(
    ("values", "uniform"),
    [
        (np.ones(1000, np.float32), True),
        (np.full(1000, np.nan), True),
        (np.array([0.0, -0.0]), False),
        (np.array([1.0]), False),
        (np.array([]), False),
        (np.append(np.zeros(999), 1), False),
    ],
)
def test_one_value(values: NDArray[np.floating], uniform: bool) -> None:
    assert is_uniform(values) is uniform


@given(arrays(np.float32, st.integers(1, 600), elements=st.sampled_from([0.0, -0.0, 1.0])))
def test_nothing_is_lost(values: NDArray[np.float32]) -> None:
    packed = Packed.of([values])
    (sent,), (flag,) = packed.arrays, packed.flags
    assert len(sent) == (1 if flag else len(values))
    restored = np.full(len(values), sent[0]) if flag else sent
    assert_array_equal(restored.view(np.uint32), values.view(np.uint32))
    assert packed.whole == values.nbytes


def test_what_is_moved_is_counted(tmp_path: Path) -> None:
    program = Program(tmp_path, [sys.executable, "-c", SCRIPT])
    answer = np.zeros(2)
    different = np.arange(500, dtype=np.float32)
    program.ask([5, 7, 0], [np.array([2.0]), np.zeros(1000, np.float32), different], [answer])
    assert_array_equal(answer, [3, 4])
    last = program.last
    assert last is not None
    assert (last.sent, last.whole) == (32 + 3 + 8 + 4 + 2000, 32 + 3 + 8 + 4000 + 2000)
    assert last.answered == 8 + 24 + 16
    assert (last.to_device, last.steps, last.from_device) == (0.25, 0.5, 0.125)
    assert last.rest == pytest.approx(last.total - 0.875)
