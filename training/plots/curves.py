"""The course of a training: error, loss and firing rates over epochs.

Errors, not accuracies, and on a logarithmic axis: between 97 and 99.5 % the accuracies of all
networks look the same, while their errors differ sixfold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from training.plots.series import epoch_axis, log_axis, staggered
from training.plots.style import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TRAINING, TEST = "0.6", COLOURS[1]

MOST = 40
"""Points of the training error. That of a single batch is often 0, which tells little."""


@dataclass(frozen=True)
class Curve:
    """A quantity over epochs.

    Parameters
    ----------
    epochs, values : array, shape (points,)
    """

    epochs: ArrayLike
    values: ArrayLike

    @property
    def last(self) -> float:
        """The last epoch; 0 without points."""
        return float(np.max(self.epochs, initial=0.0))

    def averaged(self, most: int) -> Curve:
        """Means over as many consecutive points as leave at most `most` of them."""
        epochs, values = np.asarray(self.epochs, float), np.asarray(self.values, float)
        size = max(1, -(-len(epochs) // most))
        starts = range(0, len(epochs), size)
        return Curve(
            [epochs[start : start + size].mean() for start in starts],
            [values[start : start + size].mean() for start in starts],
        )


def error_curves(
    axes: Axes, training: Curve, test: Curve, evaluated: str = "test", *, dropout: float = 0.0
) -> Axes:
    """Draw the share of images that are classified wrongly, on a logarithmic axis.

    The training error is averaged over consecutive points, see `MOST`.

    Parameters
    ----------
    axes : Axes
    training, test : Curve
        Accuracies in [0, 1], of training batches and of all test images.
    evaluated : str
        What the latter are called.
    dropout : float
        Its rate in the training, ``run.recipe.dropout``: the legend says if there was any.

    Raises
    ------
    ValueError
        For accuracies outside of [0, 1].
    """
    batches, images = _percent_wrong(training.averaged(MOST)), _percent_wrong(test)
    _both(axes, batches, images, evaluated, dropout)
    epoch_axis(axes, max(training.last, test.last))
    title, errors = "error", np.asarray(images.values)
    if len(errors):
        title += f"   {evaluated}: {errors[-1]:.2f} %"
        if errors.min() < errors[-1]:
            title += f" (best {errors.min():.2f} %)"
    axes.set(ylabel="images classified wrongly (%)", title=title)
    return axes


def loss_curves(
    axes: Axes, training: Curve, test: Curve, evaluated: str = "test", *, dropout: float = 0.0
) -> Axes:
    """Draw the mean cross-entropy, on a logarithmic axis.

    Parameters
    ----------
    axes : Axes
    training, test : Curve
    evaluated : str
        What the images of the latter are called.
    dropout : float
        As in `error_curves`.
    """
    _both(axes, training, test, evaluated, dropout)
    epoch_axis(axes, max(training.last, test.last))
    axes.set(ylabel="cross-entropy", title="loss")
    return axes


def errors_of_runs(
    axes: Axes, courses: Mapping[str, Curve], evaluated: str | None = "test"
) -> Axes:
    """Draw the errors of several runs on one logarithmic axis.

    Parameters
    ----------
    axes : Axes
    courses : dict of Curve
        Accuracies in [0, 1], by name of the run.
    evaluated : str or None
        What the images are called; None if not all runs have the same.

    Raises
    ------
    ValueError
        For accuracies outside of [0, 1].
    """
    drawn: list[float] = []
    for line, (name, curve) in zip(staggered(len(courses)), courses.items(), strict=True):
        errors = np.asarray(_percent_wrong(curve).values)
        axes.plot(
            curve.epochs, errors, line.dash, marker="o",
            label=name, color=line.color, linewidth=line.width, markersize=3,
        )  # fmt: skip
        drawn += errors.tolist()
    log_axis(axes, drawn)
    epoch_axis(axes, max((curve.last for curve in courses.values()), default=0.0))
    axes.set_ylabel(" ".join([*filter(None, [evaluated]), "images classified wrongly (%)"]))
    axes.legend()
    return axes


def firing_rate_curves(axes: Axes, layers: Mapping[str, Curve]) -> Axes:
    """Draw the firing rate of every layer (the paper's Figure 2).

    Parameters
    ----------
    axes : Axes
    layers : dict of Curve
        Share of neurons that fire per step, by layer.
    """
    for line, (layer, curve) in zip(staggered(len(layers)), layers.items(), strict=True):
        values = 100 * np.asarray(curve.values, float)
        axes.plot(
            curve.epochs, values, line.dash, label=layer, color=line.color, linewidth=line.width
        )
    epoch_axis(axes, max((curve.last for curve in layers.values()), default=0.0))
    axes.set(ylabel="neurons that fire in a step (%)", ylim=(0, None))
    axes.legend()
    return axes


def _both(axes: Axes, training: Curve, test: Curve, evaluated: str, dropout: float) -> None:
    axes.plot(
        training.epochs, training.values, color=TRAINING, linewidth=1,
        label="training (with dropout)" if dropout else "training",
    )  # fmt: skip
    if test.last:  # nothing is evaluated before the first iteration
        axes.plot(test.epochs, test.values, "o-", color=TEST, markersize=4, label=evaluated)
    log_axis(axes, [*np.asarray(training.values, float), *np.asarray(test.values, float)])
    axes.legend()


def _percent_wrong(curve: Curve) -> Curve:
    accuracies = np.asarray(curve.values, float)
    others = accuracies[(accuracies < 0) | (accuracies > 1)]
    if others.size:
        raise ValueError(
            f"the accuracy {others[0]} is no share of images, from 0 to 1: divide those in per "
            "cent by 100"
        )
    # 1 - 0.99 is not 0.01 in floating point, and 1 - 1 must be 0.
    return Curve(curve.epochs, (100 * (1 - accuracies)).round(10))
