"""Average rates: on their way to the fixed point, how far from it, and how they are distributed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.series import staggered
from training.plots.style import POSITIVE, REFERENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def rates_over_time(
    axes: Axes,
    rates: ArrayLike,
    fixed_point: ArrayLike | None = None,
    *,
    symbol: str = r"\alpha",
) -> Axes:
    """Draw average rates after every step, and what they should settle at.

    Parameters
    ----------
    axes : Axes
    rates : array, shape (steps, neurons)
        After 1, 2, ... steps.
    fixed_point : array, shape (neurons,), optional
        The solution of the fixed-point equation (section 3.2) or of eq. 5.
    symbol : str
        Of the rates, in LaTeX.

    Raises
    ------
    ValueError
        If there are not as many fixed points as neurons.
    """
    values = np.asarray(rates)
    steps = np.arange(1, len(values) + 1)
    axes.plot(steps, values, color=POSITIVE, linewidth=1)
    if fixed_point is not None:
        target = np.asarray(fixed_point)
        if target.shape != values.shape[1:]:
            raise ValueError(
                f"the rates are those of {values.shape[1:]} neurons, the fixed point has the shape "
                f"{target.shape}: they must be the same"
            )
        axes.hlines(
            target, 1, len(values), color=REFERENCE, linewidth=0.8, linestyle="--",
            label=f"${symbol}^*$",
        )  # fmt: skip
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98))
    axes.set(xlabel="time $t$ (steps)", ylabel=f"average rate ${symbol}[t]$")
    axes.set_xlim(0, len(values) + 1)
    return axes


def distance(
    axes: Axes,
    steps: ArrayLike,
    errors: Mapping[str, ArrayLike],
    *,
    time: str = "T_F",
    guide: bool = True,
) -> Axes:
    """Draw distances from a fixed point over the number of steps, on logarithmic axes.

    Parameters
    ----------
    axes : Axes
    steps : int array, shape (lengths,)
        T_F or T_B of each run.
    errors : dict of array, shape (lengths,) or (lengths, samples)
        By label. Of several samples each has a faint line, and their mean the dots.
    time : str
        Symbol of the steps, in LaTeX.
    guide : bool
        Whether to draw 1/T beside them, through the first point of the first line.

    Raises
    ------
    ValueError
        If a distance is not positive, which a logarithmic axis cannot show.
    """
    lengths = np.asarray(steps)
    for number, (line, (label, values)) in enumerate(
        zip(staggered(len(errors)), errors.items(), strict=True)
    ):
        error = np.asarray(values, float)
        if not (error > 0).all():
            raise ValueError(f"'{label}' has distances that are not positive: leave those out")
        if error.ndim == 2:
            axes.plot(lengths, error, color=line.color, linewidth=0.5, alpha=0.3)
            error = error.mean(axis=1)
        axes.plot(
            lengths, error, line.dash, marker="o", color=line.color, markersize=2 + 2 * line.width,
            linewidth=line.width, label=label,
        )  # fmt: skip
        if guide and number == 0:
            axes.plot(
                lengths, error[0] * lengths[0] / lengths, "--", color=REFERENCE, linewidth=0.8,
                zorder=0, label=f"$\\propto 1/{time}$",
            )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel=f"steps ${time}$", ylabel="distance")
    axes.legend()
    return axes


def rate_histogram(axes: Axes, rates: Mapping[str, ArrayLike], bins: int = 30) -> Axes:
    """Draw how many neurons have which rate, as outlines of which none hides another.

    Parameters
    ----------
    axes : Axes
    rates : dict of array
        alpha or beta by layer, of any shape.
    bins : int
    """
    flat = {layer: np.ravel(np.asarray(values)) for layer, values in rates.items()}
    every = np.concatenate([*flat.values(), [0.0]])
    low, high = min(every.min(), 0.0), max(every.max(), 0.0)
    edges = np.linspace(low, high if high > low else low + 1, bins + 1)
    for line, (layer, values) in zip(staggered(len(flat)), flat.items(), strict=True):
        counts, _ = np.histogram(values, edges)
        share = 100 * counts / max(len(values), 1)
        axes.stairs(share, edges, label=layer, color=line.color, ls=line.dash, linewidth=line.width)
    axes.set(xlabel="average rate", ylabel="neurons (%)", ylim=(0, None))
    axes.legend()
    return axes
