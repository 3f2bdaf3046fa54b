"""Gradients of spikes beside exact ones (eq. 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.style import POSITIVE, REFERENCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 20_000
"""Points of a scatter plot; of more numbers every so many-th is drawn, and all are counted."""


def gradient_against_exact(axes: Axes, gradient: ArrayLike, exact: ArrayLike) -> Axes:
    """Draw every element over its exact value; the title has the cosine and the relative error.

    Parameters
    ----------
    axes : Axes
    gradient, exact : array of the same shape

    Raises
    ------
    ValueError
        If the shapes differ, or one of the two is 0 everywhere.
    """
    found, wanted = np.asarray(gradient, float), np.asarray(exact, float)
    if found.shape != wanted.shape:
        raise ValueError(
            f"the gradient has the shape {found.shape}, the exact one {wanted.shape}: they must be "
            "those of one parameter"
        )
    found, wanted = found.ravel(), wanted.ravel()
    lengths = np.linalg.norm(found), np.linalg.norm(wanted)
    if not all(lengths):
        raise ValueError("a gradient is 0 everywhere: it has no direction to compare")
    cosine = float(found @ wanted / (lengths[0] * lengths[1]))
    error = float(np.linalg.norm(found - wanted) / lengths[1])
    largest = 1.05 * max(np.abs(found).max(), np.abs(wanted).max())
    axes.plot(
        [-largest, largest], [-largest, largest], "--", color=REFERENCE, linewidth=0.8, zorder=3
    )
    drawn = slice(None, None, max(1, len(found) // MOST))
    axes.plot(
        wanted[drawn], found[drawn], ".", color=POSITIVE, markersize=3, alpha=0.4,
        markeredgewidth=0,
    )  # fmt: skip
    axes.set(xlim=(-largest, largest), ylim=(-largest, largest), aspect="equal")
    axes.set(xlabel="exact gradient", ylabel="gradient from spikes")
    axes.set_title(f"cosine {cosine:.4f}, relative error {error:.3f}")
    return axes
