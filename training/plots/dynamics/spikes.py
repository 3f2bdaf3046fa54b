"""Spikes over time: one dash each, at the step in which it was fired.

A spike of step t is drawn at t + 1, where ``s[t + 1]`` of eq. 1 is. Stage 2 has spikes of both
signs (eq. 6); they have a colour each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.plots.style import NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def raster(
    axes: Axes,
    steps: ArrayLike,
    neurons: ArrayLike,
    signs: ArrayLike | None = None,
    *,
    count: int | None = None,
    total_steps: int | None = None,
) -> Axes:
    """Draw every spike as a dash.

    Parameters
    ----------
    axes : Axes
    steps : array, shape (spikes,)
        The step of each spike, from 0; of a monitor ``spikes.t/ms``.
    neurons : int array, shape (spikes,)
        Its neuron, from 0.
    signs : array, shape (spikes,), optional
        +1 or -1 of ternary neurons; without them all spikes are positive.
    count : int, optional
        Number of neurons, of which some may be silent.
    total_steps : int, optional
        Steps of the run, of which the last ones may be silent.

    Raises
    ------
    ValueError
        If the arrays do not have one value per spike, a step is no whole number, a sign is neither
        +1 nor -1, or a spike is of no neuron below `count` or no step below `total_steps`.
    """
    time, place = _whole(steps) + 1, np.asarray(neurons)
    sign = np.ones(len(time)) if signs is None else np.asarray(signs)
    if not len(time) == len(place) == len(sign):
        raise ValueError(
            f"there are {len(time)} steps, {len(place)} neurons and {len(sign)} signs: give one of "
            "each per spike"
        )
    if not np.isin(sign, (-1, 1)).all():
        raise ValueError("a sign is neither +1 nor -1: leave out neurons that did not fire")
    _within(place, count, "neuron", "count")
    _within(time - 1, total_steps, "step", "total_steps")
    last = total_steps if total_steps is not None else int(time.max(initial=1))
    highest = count if count is not None else int(place.max(initial=0)) + 1
    for value, colour, label in ((1, POSITIVE, "+1"), (-1, NEGATIVE, "−1")):
        own = sign == value
        if signs is not None or value == 1:
            axes.plot(
                time[own],
                place[own],
                linestyle="none",
                marker="|",
                markersize=_dash(highest),
                color=colour,
                label=label,
            )
    if signs is not None:
        axes.legend(
            loc="lower right", bbox_to_anchor=(1, 0.99), ncols=2, handletextpad=0, markerscale=2
        )
    axes.set(xlim=(0, last + 1), ylim=(-1, highest), xlabel="time (steps)", ylabel="neuron")
    return axes


def impulses(axes: Axes, steps: ArrayLike, outputs: ArrayLike, color: str | None = None) -> Axes:
    """Draw what a single neuron sends: a line from 0 to its output for every spike.

    Parameters
    ----------
    axes : Axes
    steps : array, shape (spikes,)
        The step of each spike, from 0; of a monitor ``spikes.t/ms``.
    outputs : array, shape (spikes,)
        What it is worth, +1 or -1 for example.
    color : str, optional
        Of all; by default that of the sign.

    Raises
    ------
    ValueError
        If a step is no whole number.
    """
    time, heights = _whole(steps) + 1, np.broadcast_to(outputs, np.shape(steps))
    colors = color or [POSITIVE if height > 0 else NEGATIVE for height in heights]
    axes.vlines(time, 0, heights, color=colors, linewidth=2)
    return axes


def _within(values: NDArray[np.number], limit: int | None, what: str, name: str) -> None:
    """Refuse what would be drawn outside of the axes."""
    others = values[(values < 0) | (values >= (np.inf if limit is None else limit))]
    if others.size:
        most = "" if limit is None else f" to {limit - 1}"
        remedy = "" if limit is None else f", or give a larger {name}"
        raise ValueError(
            f"there is a spike of {what} {others[0]:g}, and {what}s are numbered from 0{most}: "
            f"leave it out{remedy}"
        )


def _whole(steps: ArrayLike) -> NDArray[np.floating]:
    """Steps without the rounding of a time that was divided by a unit."""
    given = np.asarray(steps, float)
    whole = given.round()
    others = given[~np.isclose(given, whole, rtol=0, atol=1e-6)]
    if others.size:
        raise ValueError(
            f"the step {others[0]} is no whole number: of a monitor, use spikes.t/ms, for a step "
            "takes one millisecond"
        )
    return whole


def _dash(neurons: int) -> float:
    """Height of a dash in points: rows of a panel of usual size do not touch."""
    return float(np.clip(150 / neurons, 1.5, 8))
