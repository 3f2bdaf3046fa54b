"""Potentials over time, with threshold and resting potential.

Within a step a potential has two values (eq. 1): ``u[t + 0.5]`` after the input and ``u[t + 1]``
after the reset. Drawn one above the other, they make the sawtooth of an integrate-and-fire neuron.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.plots.style import POSITIVE, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sawtooth(
    before: ArrayLike, after: ArrayLike, start: float = 0.0
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Times and potentials of a neuron: slopes where it integrates, vertical lines at resets.

    Parameters
    ----------
    before, after : array, shape (steps,)
        u[t + 0.5] and u[t + 1].
    start : float
        u[0].

    Returns
    -------
    time, potential : array, shape (2 * steps + 1,)
    """
    integrated, reset = np.asarray(before, float), np.asarray(after, float)
    if integrated.shape != reset.shape or integrated.ndim != 1:
        raise ValueError(
            f"the potentials have the shapes {integrated.shape} and {reset.shape}: give those of "
            "one neuron before and after the reset"
        )
    time = np.concatenate([[0], np.repeat(np.arange(1, len(reset) + 1), 2)])
    return time, np.concatenate([[start], np.column_stack([integrated, reset]).ravel()])


def trace(
    axes: Axes,
    before: ArrayLike,
    after: ArrayLike,
    *,
    start: float = 0.0,
    color: str = POSITIVE,
    label: str | None = None,
    linewidth: float = 1.4,
) -> Axes:
    """Draw the potential of one neuron.

    Parameters
    ----------
    axes : Axes
    before, after, start
        See `sawtooth`.
    color, label, linewidth
        Of the line.
    """
    time, potential = sawtooth(before, after, start)
    axes.plot(time, potential, color=color, label=label, linewidth=linewidth)
    axes.set(xlabel="time (steps)", ylabel="potential $u$", xlim=(0, time[-1]))
    return axes


def levels(axes: Axes, potentials: Mapping[str, float]) -> Axes:
    """Draw threshold, resting potential and the like as dashed lines, named on the right.

    Parameters
    ----------
    axes : Axes
    potentials : dict of float
        By symbol, such as ``{"$V_{th}$": 1.0}``. A fraction is a ``\\dfrac``: a ``\\frac`` is drawn
        too small to be read.
    """
    for symbol, value in potentials.items():
        axes.axhline(value, color=QUIET, linewidth=0.8, linestyle=(0, (5, 3)), zorder=0)
        axes.text(1.015, value, symbol, transform=axes.get_yaxis_transform(), va="center")
    return axes
