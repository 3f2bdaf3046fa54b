"""Reading one of torchvision's data sets, with errors that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from training.data.torchvision_import import datasets
from training.errors import DataError


def read(kind: str, data_dir: Path) -> tuple[Any, Any]:
    """Read the training and the test part of a data set; nothing is downloaded or written.

    Parameters
    ----------
    kind : str
        Name of the class in ``torchvision.datasets``.
    data_dir : Path
        torchvision's ``root``.

    Returns
    -------
    tuple
        The two objects of torchvision.

    Raises
    ------
    DataError
        If files are missing or damaged.
    """
    remedy = (
        f'get it with: python -c "from torchvision.datasets import {kind}; '
        f"{kind}('{data_dir}', download=True)\""
    )
    constructor = getattr(datasets, kind)
    try:
        return constructor(data_dir, train=True), constructor(data_dir, train=False)
    except RuntimeError as error:
        if "download=True" in str(error):  # torchvision's word for files that are not there
            raise DataError(
                f"{kind} is not in '{data_dir}': choose another --data-dir, or {remedy}"
            ) from None
        raise _damaged(kind, data_dir, error, remedy) from None
    except (OSError, ValueError, AssertionError, EOFError) as error:
        raise _damaged(kind, data_dir, error, remedy) from None


def check_labels(kind: str, pixels: Tensor, labels: Tensor, classes: int) -> None:
    """Refuse labels that do not belong to the images.

    Raises
    ------
    DataError
        If there are not as many labels as images, or a label is no class.
    """
    if len(pixels) != len(labels) or not len(labels):
        raise DataError(
            f"{kind} holds {len(pixels)} images and {len(labels)} labels: get the data set anew"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise DataError(
            f"the labels of {kind} run from {int(labels.min())} to {int(labels.max())}, not from 0 "
            f"to {classes - 1}: get the data set anew"
        )


def _damaged(kind: str, data_dir: Path, error: Exception, remedy: str) -> DataError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return DataError(
        f"{kind} in '{data_dir}' is damaged ({reason}): delete its folder there and {remedy}"
    )
