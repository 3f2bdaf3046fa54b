"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def confusion_matrix(axes: Axes, counts: ArrayLike, names: Sequence[str] | None = None) -> Axes:
    """Draw how many images of each class were taken for each class.

    Colours show the errors alone: beside the diagonal, which has nearly all images, they would
    all be the same. Every count but 0 is written out.

    Parameters
    ----------
    axes : Axes
    counts : int array, shape (classes, classes)
        Rows are the labels, columns what the images were taken for.
    names : sequence of str, optional
        Of the classes; their numbers by default.

    Raises
    ------
    ValueError
        If the counts are no square matrix.
    """
    matrix = np.asarray(counts)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            f"the counts have the shape {matrix.shape}: they must be (classes, classes)"
        )
    errors = np.where(np.eye(len(matrix), dtype=bool), np.nan, matrix.astype(float))
    most = np.nanmax(errors) if len(matrix) > 1 else 0
    axes.imshow(errors, cmap="Oranges", vmin=0, vmax=max(most, 1))
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            dark = row != column and count > 0.6 * most
            axes.text(
                column, row, str(count), ha="center", va="center", fontsize="small",
                color="white" if dark else "black" if row != column else "0.5",
            )  # fmt: skip
    shown = list(names) if names is not None else [str(number) for number in range(len(matrix))]
    right, total = int(np.trace(matrix)), int(matrix.sum())
    turned = 90 if max(map(len, shown)) > 3 else 0
    axes.set_xticks(range(len(matrix)), shown, rotation=turned)
    axes.set_yticks(range(len(matrix)), shown)
    axes.set(xlabel="taken for", ylabel="label")
    if total:
        axes.set_title(f"{total - right} of {total} wrong ({100 * (total - right) / total:.2f} %)")
    return axes
