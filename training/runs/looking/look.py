"""Pictures of trained networks: an evaluation, and several runs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.plots.confusion import confusion_matrix
from training.plots.curves import Curve, errors_of_runs
from training.plots.images import examples
from training.plots.style import as_png, panels, styled_in_turn
from training.storage.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from training.runs.looking.evaluation import Evaluation


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
    with styled_in_turn():
        figure, (left, right) = panels(1, 2, (11.0, 5.2), title)
        confusion_matrix(left, evaluation.confusion)
        if images.ndim == 4:
            labels, predicted = evaluation.labels[worst], evaluation.predicted[worst]
            examples(right, images, labels, predicted)
            right.set_title("largest losses: label → taken for")
        else:
            right.set_axis_off()
    return figure


def comparison_picture(courses: Mapping[str, Curve], evaluated: str | None) -> Figure:
    """Draw the errors of several runs as a figure of its own, see `errors_of_runs`."""
    with styled_in_turn():
        figure, (axes,) = panels(1, 1, (6.4, 4.2))
        errors_of_runs(axes, courses, evaluated)
    return figure


def write_picture(figure: Figure, path: Path) -> None:
    """Write a picture as PNG.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of the attempt.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, as_png(figure))
