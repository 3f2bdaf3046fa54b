"""What a request carries to a program and brings back, in bytes and seconds.

Most arrays of a batch hold one value: potentials at rest, counts at zero, dropout that is off. Such
an array is sent as that value, and the program spreads it. Values are compared as bits: -0.0 is not
0.0, and a NaN is itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: How many values are looked at first: arrays of many values differ early.
_FIRST = 256


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
        """Seconds in the pipes between this process and the program."""
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
    bits = values.view(f"u{values.itemsize}")
    return bool((bits[:_FIRST] == bits[0]).all() and (bits == bits[0]).all())
