"""Values that are drawn at random: from a range, evenly or evenly in the logarithm, or from a list.

Written ``0.01..0.2``, or ``log:0.01..0.2``, on the command line.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from networks.arrays import real_number, truth_value

_MOST = 2**62
"""Whole numbers that are drawn lie below it."""

_RANGE = re.compile(r"(?P<log>log:)?(?P<low>[^:]+?)\.\.(?P<high>[^:]+)")


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`.

    Parameters
    ----------
    low, high : float
        Both ends belong to a range of whole numbers.
    logarithmic : bool
        Whether all orders of magnitude are equally likely.

    Raises
    ------
    ValueError
        If these are no numbers, or there is nothing in between.
    """

    low: float
    high: float
    logarithmic: bool = False

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            real_number(getattr(self, name), name)
        object.__setattr__(self, "logarithmic", truth_value(self.logarithmic, "logarithmic"))
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"a range from {self.low} to {self.high} is empty: give low..high")
        if self.logarithmic and self.low <= 0:
            raise ValueError(f"a logarithmic range cannot begin at {self.low}: begin above 0")

    @classmethod
    def read(cls, text: str) -> Range | None:
        """Read ``low..high`` or ``log:low..high``; None if it is written as neither."""
        match = _RANGE.fullmatch(text.strip())
        if match is None:
            return None
        try:
            low, high = float(match["low"]), float(match["high"])
        except ValueError:
            return None
        return cls(low, high, match["log"] is not None)


def draw(
    source: Range | Sequence[Any], count: int, whole: bool, generator: np.random.Generator
) -> list[Any]:
    """Draw `count` values.

    Parameters
    ----------
    source : Range or sequence
    count : int
    whole : bool
        Whether a range holds whole numbers only.
    generator : numpy.random.Generator

    Raises
    ------
    ValueError
        For a range without whole numbers, or of those that are too large.
    """
    if not isinstance(source, Range):
        return [source[int(number)] for number in generator.integers(len(source), size=count)]
    low, high = source.low, source.high
    if whole:
        first, last = _whole_ends(source)
        if not source.logarithmic:
            return [int(value) for value in generator.integers(first, last + 1, count)]
        low, high = first, last
    if source.logarithmic:
        drawn = np.exp(generator.uniform(math.log(low), math.log(high), count))
        values = [min(max(float(value), low), high) for value in drawn]
        return [round(value) for value in values] if whole else values
    return [float(value) for value in generator.uniform(low, high, count)]


def _whole_ends(source: Range) -> tuple[int, int]:
    """The first and the last whole number of a range."""
    low, high = math.ceil(source.low), math.floor(source.high)
    if low > high:
        raise ValueError(
            f"there is no whole number from {source.low} to {source.high}: choose a wider range"
        )
    if not -_MOST <= low <= high < _MOST:
        raise ValueError(
            f"no whole numbers are drawn from {source.low} to {source.high}, which 64 bits cannot "
            "hold: choose a smaller range"
        )
    return low, high
