"""What curves of several series share: lines that do not hide each other, axes with readable ticks.

Curves of two layers are often the same to a line's width. The first is therefore the widest, and
the later ones, narrower, are drawn onto it: every one is seen along its whole length. Where there
are more series than colours, the colours come again with another dash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.plots.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = ("-", "--", ":", "-.")

STEPS = (1, 2, 5)
"""Ticks of a logarithmic axis, times powers of 10."""

FINE_STEPS = (1, 1.5, 2, 3, 4, 5, 7)
"""The same, where all values are within a factor of `NARROW`: coarser ticks would waste half the
axis."""

NARROW = 5.0

FEWEST = 4
"""Ticks of a logarithmic axis from which a value can be read; where there are fewer, they are in
equal steps."""


@dataclass(frozen=True)
class Line:
    """How one of several series is drawn."""

    color: str
    width: float
    dash: str


def staggered(count: int) -> list[Line]:
    """Lines for so many series, to be drawn in this order."""
    widths = np.linspace(1.2 + 0.8 * min(count - 1, 4), 1.2, count) if count > 1 else [1.4]
    return [
        Line(
            COLOURS[number % len(COLOURS)],
            float(width),
            DASHES[number // len(COLOURS) % len(DASHES)],
        )
        for number, width in enumerate(widths)
    ]


def epoch_axis(axes: Axes, last: float, first: float = 0.0) -> None:
    """Scale the horizontal axis to a run of `last` epochs, which may be less than one.

    What has a value per epoch begins at the `first` one: there is nothing to see before.
    """
    from matplotlib.ticker import MaxNLocator

    axes.set_xlabel("epoch")
    margin = 0.02 * (last - first) if last > first else 0.02
    axes.set_xlim(first - margin if first else 0.0, last + margin if last > 0 else 1.0)
    axes.xaxis.set_major_locator(
        MaxNLocator(nbins=8, steps=[1, 2, 5, 10], integer=last >= 3, min_n_ticks=2)
    )


def log_limits(values: Sequence[float]) -> tuple[float, float]:
    """The nearest ticks below and above positive values, see `STEPS` and `FINE_STEPS`.

    There are at least two ticks between them, however close the values are.
    """
    exponents = np.floor(np.log10([min(values), max(values)]))
    ticks = [
        step * 10.0**power
        for power in np.arange(exponents[0] - 1, exponents[1] + 2)
        for step in _steps(values)
    ]
    low = max(tick for tick in ticks if tick < min(values))
    high = min(tick for tick in ticks if tick > max(values))
    return low, high


def _steps(values: Sequence[float]) -> Sequence[float]:
    return FINE_STEPS if max(values) < NARROW * min(values) else STEPS


def log_axis(axes: Axes, values: Sequence[float], *, horizontal: bool = False) -> None:
    """Make the vertical axis logarithmic, or the horizontal, for values of which some may be 0.

    Zeros are drawn on an axis that is linear below the smallest positive value.

    Parameters
    ----------
    axes : Axes
    values : sequence of float
        All that is drawn; what is NaN or infinite is not.
    horizontal : bool
    """
    from matplotlib.ticker import FixedLocator, FormatStrFormatter, MaxNLocator, NullLocator

    axis = axes.xaxis if horizontal else axes.yaxis
    limit, scale = (
        (axes.set_xlim, axes.set_xscale) if horizontal else (axes.set_ylim, axes.set_yscale)
    )
    values = [value for value in values if np.isfinite(value)]
    positive = [value for value in values if value > 0]
    if not positive:
        limit(0, 1)
        return
    low, high = log_limits(positive)
    powers = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    ticks = [step * 10.0**power for power in powers for step in _steps(positive)]
    if sum(low * 0.999 <= tick <= high * 1.001 for tick in ticks) < FEWEST:
        ticks = list(MaxNLocator(5, steps=(1, 2, 5, 10)).tick_values(low, high))
    ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
    if len(ticks) > 13:
        ticks = [tick for tick in ticks if np.isclose(np.log10(tick) % 1, 0)]
    if len(positive) < len(values):
        scale("symlog", linthresh=low, linscale=0.5)
        ticks, bottom = [0.0, *ticks], -0.1 * low
    else:
        scale("log")
        bottom = low
    limit(bottom, high)
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FormatStrFormatter("%g"))
