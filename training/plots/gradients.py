"""Gradients of spikes beside exact ones (eq. 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.style import COLOURS, POSITIVE, REFERENCE

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
    drawn = slice(None, None, max(1, -(-len(found) // MOST)))
    axes.plot(
        wanted[drawn], found[drawn], ".", color=POSITIVE, markersize=3, alpha=0.4,
        markeredgewidth=0,
    )  # fmt: skip
    axes.set(xlim=(-largest, largest), ylim=(-largest, largest), aspect="equal")
    axes.set(xlabel="exact gradient", ylabel="gradient from spikes")
    axes.set_title(f"cosine {cosine:.4f}, relative error {error:.3f}")
    return axes


def agreement(axes: Axes, pairs: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> Axes:
    """Draw numbers of several kinds over what they should be: on the diagonal where they agree.

    Later kinds have smaller dots and lie on the earlier ones, so that all are seen.

    Parameters
    ----------
    axes : Axes
    pairs : dict of (array, array) of the same shape
        What they should be and what they are, by label.

    Raises
    ------
    ValueError
        If the shapes of a pair differ.
    """
    sizes = np.linspace(5, 3, len(pairs)) if len(pairs) > 1 else [4]
    largest = 0.0
    for number, (size, (label, pair)) in enumerate(zip(sizes, pairs.items(), strict=True)):
        wanted, found = (np.asarray(each, float) for each in pair)
        if wanted.shape != found.shape:
            raise ValueError(
                f"'{label}' has the shapes {wanted.shape} and {found.shape}: they must be the same"
            )
        axes.plot(
            wanted.ravel(), found.ravel(), ".", color=COLOURS[number % len(COLOURS)],
            markersize=size, markeredgewidth=0, label=label,
        )  # fmt: skip
        largest = max(largest, *(float(np.abs(each).max(initial=0)) for each in (wanted, found)))
    axes.axline((0, 0), slope=1, color=REFERENCE, linewidth=0.8, linestyle="--", zorder=3)
    limit = 1.05 * largest or 1.0
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit))
    axes.legend(markerscale=2)
    return axes
