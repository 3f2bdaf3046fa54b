"""Time of things that run side by side.

A noisy machine makes absolute times worthless: what is compared runs alternately in one process,
and ratios are taken round by round, where both saw the same machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

#: Seconds before each run: OpenMP's threads go on spinning for some milliseconds after their last
#: work, on a core that the next one needs.
REST = 0.05


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of some values."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))


def seconds(function: Callable[[], object]) -> float:
    """Time of one call."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def least_seconds(function: Callable[[], object], runs: int) -> float:
    """Time of the fastest of some calls after one that is not counted."""
    function()
    return min(seconds(function) for _ in range(runs))


def rounds(functions: Sequence[Callable[[int], object]], count: int) -> list[list[float]]:
    """Times of all functions, round by round, after one round that is not counted.

    Parameters
    ----------
    functions : sequence of callable
        Each takes the number of the round.
    count : int
        Rounds.

    Returns
    -------
    list of list of float
        For each round the times of all functions.
    """

    def rested(function: Callable[[int], object], number: int) -> float:
        time.sleep(REST)
        return seconds(partial(function, number))

    return [[rested(function, number) for function in functions] for number in range(count + 1)][1:]
