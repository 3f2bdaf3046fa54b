"""What ``spide evaluate`` tells of the test images beside their accuracy."""

from __future__ import annotations

import logging

import numpy as np

from training.data import Images
from training.runs.files.folder import RunFolder
from training.runs.files.lock import only_writer
from training.runs.looking.evaluation import Evaluation
from training.runs.looking.look import evaluation_picture, write_picture

WORST = 12
"""Images with the largest losses that are told."""

MOST_CLASSES = 20
"""With more, the matrix does not fit into lines."""


def print_evaluation(
    evaluation: Evaluation, images: Images, run: RunFolder, steps: int | None = None
) -> None:
    """Print confusions, the accuracy of every class and the worst images, and draw them.

    Parameters
    ----------
    evaluation : Evaluation
    images : Images
    run : RunFolder
    steps : int, optional
        T_F, where it is not that of the training: the picture is one of its own.
    """
    counts = evaluation.confusion
    numbers = tuple(map(str, range(evaluation.classes)))
    names = images.class_names if images.class_names != numbers else ()
    if evaluation.classes <= MOST_CLASSES:
        width = max(4, len(str(counts.max())) + 1)
        print("label  taken for")
        print(" " * 5, *(f"{number:>{width}}" for number in range(evaluation.classes)), "  right")
        for number, row in enumerate(counts):
            cells = (f"{count or '.':>{width}}" for count in row)
            print(f"{number:>5}", *cells, f" {_percent(evaluation.accuracy_by_class[number])}")
        if names:
            print("classes:", ", ".join(f"{number} {name}" for number, name in enumerate(names)))
    else:
        for number, share in enumerate(evaluation.accuracy_by_class):
            name = f" {names[number]}" if names else ""
            print(f"class {number:>3}: {_percent(share)} right{name}")
    worst = evaluation.worst(WORST)
    print("largest losses (image: label, taken for, loss):")
    for number in worst:
        print(
            f"{number:>7}: {evaluation.labels[number]}, {evaluation.predicted[number]}, "
            f"{evaluation.losses[number]:.3f}"
        )
    path = run.pictures / ("evaluation.png" if steps is None else f"evaluation_T_F_{steps}.png")
    try:
        pixels = np.stack([images.test[int(number)][0].numpy() for number in worst])
        title = f"{run.title}  {run.path}" + ("" if steps is None else f"  T_F {steps}")
        figure = evaluation_picture(evaluation, worst, pixels, title)
        with only_writer(run.path):  # a run that goes on meanwhile gets no picture
            write_picture(figure, path)
    except Exception as error:  # of the system, or any that a drawing library knows
        logging.getLogger(__name__).warning("spide: '%s' cannot be drawn (%s)", path, error)
    else:
        print(f"picture {path}")


def _percent(share: float) -> str:
    return "     -" if np.isnan(share) else f"{100 * share:5.1f} %"
