"""Pictures of trained networks: an evaluation, and several runs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.plots.confusion import confusion_matrix
from training.plots.curves import Curve
from training.plots.images import examples
from training.plots.series import epoch_axis, log_axis, staggered
from training.plots.style import panels, styled
from training.runs.evaluation import Evaluation
from training.storage.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def evaluation_picture(
    evaluation: Evaluation, worst: NDArray[np.integer], images: NDArray[np.floating], title: str
) -> Figure:
    """Draw the confusion matrix, and the images with the largest losses.

    Parameters
    ----------
    evaluation : Evaluation
    worst : int array, shape (shown,)
        Numbers of the images that are shown.
    images : array, shape (shown, channels, height, width)
        Their pixels; others than pictures are not shown.
    title : str
    """
    with styled():
        figure, (left, right) = panels(1, 2, (11.0, 5.2), title)
        confusion_matrix(left, evaluation.confusion)
        if images.ndim == 4:
            labels, predicted = evaluation.labels[worst], evaluation.predicted[worst]
            examples(right, images, labels, predicted)
            right.set_title("largest losses: label → taken for")
        else:
            right.set_axis_off()
    return figure


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


def comparison_picture(courses: Mapping[str, Curve]) -> Figure:
    """Draw the test errors of several runs as a figure of its own."""
    with styled():
        figure, (axes,) = panels(1, 1, (6.4, 4.2))
        errors_of_runs(axes, courses)
    return figure


def write_picture(figure: Figure, path: Path) -> None:
    """Write a picture as PNG.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of the attempt.
    """
    content = BytesIO()
    figure.savefig(content, format="png", dpi=150)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content.getvalue())
