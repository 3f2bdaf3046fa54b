"""Several runs on one axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from training.plots.curves import Curve
from training.plots.series import epoch_axis, log_axis, staggered

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def errors_of_runs(axes: Axes, courses: Mapping[str, Curve]) -> Axes:
    """Draw the test errors of several runs on one logarithmic axis.

    Parameters
    ----------
    axes : Axes
    courses : dict of Curve
        Test accuracies in [0, 1], by name of the run.
    """
    drawn: list[float] = []
    for line, (name, curve) in zip(staggered(len(courses)), courses.items(), strict=True):
        errors = (100 * (1 - np.asarray(curve.values, float))).round(10)
        axes.plot(
            curve.epochs, errors, "o-",
            label=name, color=line.color, linewidth=line.width, markersize=3,
        )  # fmt: skip
        drawn += errors.tolist()
    log_axis(axes, drawn)
    epoch_axis(axes, max((curve.last for curve in courses.values()), default=0.0))
    axes.set_ylabel("test images classified wrongly (%)")
    axes.legend()
    return axes
