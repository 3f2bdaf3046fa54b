"""What the rest of the training knows of a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.data.images import Images


@dataclass(frozen=True)
class DataSet:
    """A data set by name.

    Parameters
    ----------
    name : str
        As in recipes.
    input_shape : tuple of int
        (channels, height, width) of an image.
    classes : int
        Number of different labels.
    load : callable
        From the folder of all data sets to the images; raises `DataError` if they are missing or
        damaged.
    """

    name: str
    input_shape: tuple[int, int, int]
    classes: int
    load: Callable[[Path], Images]
