"""Quantities over a common axis: lines that do not hide each other, and stairs.

A value that holds during a step is a stair from the step's beginning to its end; a value that is
read after a step is a point of a line at its end, ``t + 1`` in the time of eq. 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.series import staggered
from training.plots.style import NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALE = "0.8"
"""Colour of a broad line that others are drawn onto."""


def lines(
    axes: Axes,
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    reference: tuple[str, ArrayLike] | None = None,
    marker: str = "",
    dots: str = "",
) -> Axes:
    """Draw several quantities over one, the first one widest, so that none hides another.

    Parameters
    ----------
    axes : Axes
    x : array, shape (points,)
    series : dict of array, shape (points,)
        By label; one whose label is empty is not in the legend.
    reference : tuple of str and array, optional
        Label and values of what they are compared with: a broad pale line behind them.
    marker : str
        Of every point; none by default.
    dots : str
        Label of a series that is drawn as dots instead of a line, because it jumps.

    Raises
    ------
    ValueError
        If a series has not one value for each x.
    """
    places = np.asarray(x, float)
    every = dict(series) if reference is None else {**series, reference[0]: reference[1]}
    for label, values in every.items():
        if np.shape(values) != places.shape:
            raise ValueError(
                f"'{label}' has the shape {np.shape(values)}, x has {places.shape}: they must be "
                "the same"
            )
    if reference is not None:
        axes.plot(places, reference[1], color=PALE, linewidth=5, label=reference[0], zorder=1)
    for line, (label, values) in zip(staggered(len(series)), series.items(), strict=True):
        jumps = label == dots != ""
        axes.plot(
            places, values, marker="." if jumps else marker, markersize=3, color=line.color,
            linewidth=line.width, linestyle="none" if jumps else line.dash, label=label or None,
        )  # fmt: skip
    if any(every):
        axes.legend()
    return axes


def bundle(axes: Axes, x: ArrayLike, values: ArrayLike) -> Axes:
    """Draw many lines of one kind, thin and in one colour.

    Parameters
    ----------
    axes : Axes
    x : array, shape (points,)
    values : array, shape (lines, points)
    """
    axes.plot(np.asarray(x), np.asarray(values).T, color=POSITIVE, linewidth=0.8, alpha=0.7)
    return axes


def staircase(
    axes: Axes,
    values: ArrayLike,
    *,
    start: float = 0.0,
    color: str = POSITIVE,
    label: str | None = None,
) -> Axes:
    """Draw values that hold for one step each, such as an input.

    Parameters
    ----------
    axes : Axes
    values : array, shape (steps,)
    start : float
        When the first of them begins.
    color, label : str
        Of the line.
    """
    heights = np.asarray(values, float)
    edges = start + np.arange(len(heights) + 1)
    axes.stairs(heights, edges, baseline=None, color=color, linewidth=1.4, label=label)
    return axes


def errors_by_sign(axes: Axes, values: ArrayLike, errors: ArrayLike) -> Axes:
    """Draw errors over the value that they belong to, and the mean for either sign of it.

    Propositions 1 and 2 are statements about this mean, and about the square of the errors.

    Parameters
    ----------
    axes : Axes
    values : array, shape (points,)
        In ascending order.
    errors : array, shape (points,)
    """
    x, y = np.asarray(values, float), np.asarray(errors, float)
    for side, color in ((x > 0, POSITIVE), (x < 0, NEGATIVE)):
        if side.any():
            axes.plot(x[side], y[side], color=color, linewidth=1)
            ends = x[side][[0, -1]]
            axes.hlines(y[side].mean(), *ends, color=color, linewidth=3, alpha=0.4)
    return axes
