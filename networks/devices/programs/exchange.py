"""What a request carries to a program and brings back, in bytes and seconds.

Most arrays of a batch hold one value: potentials at rest, counts at zero, dropout that is off. Such
an array is sent as that value, and the program spreads it. Values are compared as bits: -0.0 is not
0.0, and a NaN is itself.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Parameters
    ----------
    sent : int
        Bytes of the request.
    whole : int
        Bytes of the request if arrays of one value were sent whole.
    answered : int
        Bytes of the answer.
    to_device, steps, from_device : float
        Seconds in the program: to move arrays to the device, for all steps, and to move arrays
        back. Programs that run on the processor itself move nothing.
    total : float
        Seconds from the first byte of the request to the last one of the answer.
    """

    sent: int
    whole: int
    answered: int
    to_device: float
    steps: float
    from_device: float
    total: float

    @property
    def rest(self) -> float:
        """Seconds to write the request, to read the answer, and to be woken up on both sides."""
        return self.total - self.to_device - self.steps - self.from_device


@dataclass(frozen=True)
class Packed:
    """Arrays as they are sent.

    Parameters
    ----------
    flags : uint8 array
        1 for each array of one value, 0 for the others.
    arrays : list of array
        One value of those of one value, all of the others.
    whole : int
        Bytes of all values.
    """

    flags: NDArray[np.uint8]
    arrays: list[NDArray[Any]]
    whole: int

    @classmethod
    def of(cls, arrays: Sequence[NDArray[Any]]) -> Packed:
        """Pack contiguous arrays."""
        flat = [np.ascontiguousarray(each).reshape(-1) for each in arrays]
        flags = np.array([is_uniform(each) for each in flat], np.uint8)
        packed = [each[:1] if flag else each for each, flag in zip(flat, flags, strict=True)]
        return cls(flags, packed, sum(each.nbytes for each in flat))


def is_uniform(values: NDArray[Any]) -> bool:
    """Whether a contiguous array of one axis holds one value, and more than once."""
    if len(values) < 2:
        return False
    # Every value is the one before: one look at memory, which ends at the first difference.
    begin, item = values.ctypes.data, values.itemsize
    return _compare()(begin, begin + item, values.nbytes - item) == 0


@cache
def _compare() -> Callable[[int, int, int], int]:
    """C's ``memcmp``: NumPy would write down which values agree, and read that again."""
    function = ctypes.CDLL(None).memcmp
    function.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
    return function
