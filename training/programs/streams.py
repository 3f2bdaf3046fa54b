"""NumPy's random streams, as a program needs them to draw the same numbers."""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import numpy as np
from numpy.typing import NDArray

#: Layers of the ziggurat of normal numbers (Marsaglia and Tsang 2000), and where its tail begins.
LAYERS = 256
RIGHT = "3.6541528853610087963519472518"


def stream_state(generator: np.random.Generator) -> NDArray[np.uint64]:
    """State and increment of a PCG64, the upper half of each first; shape (4,)."""
    numbers = generator.bit_generator.state["state"]
    halves = [(numbers[name] >> shift) % 2**64 for name in ("state", "inc") for shift in (64, 0)]
    return np.array(halves, np.uint64)


@dataclass(frozen=True, eq=False)
class Ziggurat:
    """The tables of a ziggurat with 52 random bits per number.

    Parameters
    ----------
    inside : uint64 array, shape (256,)
        Places below this are under the curve, whatever the height.
    width : array, shape (256,)
        Of one place in each layer.
    height : array, shape (256,)
        Of the curve at the end of each layer.
    """

    inside: NDArray[np.uint64]
    width: NDArray[np.float64]
    height: NDArray[np.float64]


def ziggurat() -> Ziggurat:
    """Compute NumPy's tables, in more digits than they have."""
    with mpmath.workdps(40):
        right, places = mpmath.mpf(RIGHT), mpmath.mpf(2) ** 52

        def curve(x: mpmath.mpf) -> mpmath.mpf:
            return mpmath.exp(-x * x / 2)

        # All layers have the area of the lowest one, which the tail belongs to.
        tail = mpmath.sqrt(mpmath.pi / 2) * mpmath.erfc(right / mpmath.sqrt(2))
        area = right * curve(right) + tail
        ends = [right]  # of layer 255, 254, ..., 1
        while len(ends) < LAYERS - 1:
            ends.append(mpmath.sqrt(-2 * mpmath.log(area / ends[-1] + curve(ends[-1]))))
        ends = [area / curve(right), *ends[::-1]]
        inside = [right / ends[0] * places, mpmath.mpf(0)]
        inside += [ends[k - 1] / ends[k] * places for k in range(2, LAYERS)]
        height = [mpmath.mpf(1), *map(curve, ends[1:])]
        return Ziggurat(
            np.array([int(mpmath.floor(each)) for each in inside], np.uint64),
            np.array([float(each / places) for each in ends]),
            np.array([float(each) for each in height]),
        )
