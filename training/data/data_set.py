"""What the rest of the training knows of a data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from networks.input_scaling import InputScaling

if TYPE_CHECKING:
    from training.data.images import Images

AS_GIVEN = InputScaling("own data, as given")
"""What is done to arrays that a user brings: nothing."""


@dataclass(frozen=True)
class DataSet:
    """A data set by name.

    Parameters
    ----------
    name : str
        As in recipes.
    input_shape : tuple of int
        (channels, height, width) of an image, or (features,).
    classes : int
        Number of different labels.
    sizes : tuple of int
        Numbers of training and of test images. Files that hold others are refused.
    read : callable
        From this data set and the folder of all data sets to the images; raises `DataError` if
        they are missing or damaged.
    checksums : mapping of str
        SHA-256 of the files by name, as far as they are known.
    pixel_bytes : tuple of int
        What a pixel of the training and of the test images takes in memory; 0 where files are
        mapped into memory.
    frames : int, optional
        Images per sample, one for each step of stage 1, if it is such a data set.
    whole_numbers : bool
        Whether pixels are spikes or counts, and kept as bytes.
    scaling : InputScaling
        How pixels become what a network sees.
    class_names : tuple of str
        What the classes are called, in the order of their numbers; empty if they are called by
        them, or it is not known.
    fetch : callable, optional
        Downloads the files into the folder of all data sets, those that are not there; without it
        none are needed.
    """

    name: str
    input_shape: tuple[int, ...]
    classes: int
    sizes: tuple[int, int]
    read: Callable[[DataSet, Path], Images]
    checksums: Mapping[str, str] = field(default_factory=dict)
    pixel_bytes: tuple[int, int] = (4, 4)
    frames: int | None = None
    whole_numbers: bool = False
    scaling: InputScaling = AS_GIVEN
    class_names: tuple[str, ...] = ()
    fetch: Callable[[Path], None] | None = None

    @property
    def shape_in_words(self) -> str:
        """What an image is, as a part of a sentence."""
        if len(self.input_shape) == 1:
            return f"{self.input_shape[0]} features"
        shape = " x ".join(map(str, self.input_shape))
        return shape if self.frames is None else f"{self.frames} frames of {shape}"

    def download(self, data_dir: Path) -> None:
        """Download the files that are not there, if the data set needs any.

        Raises
        ------
        DataError
            If that fails, or nobody offers them.
        """
        if self.fetch is not None:
            self.fetch(data_dir)

    def load(self, data_dir: Path) -> Images:
        """Read the images.

        Parameters
        ----------
        data_dir : Path
            Folder of all data sets.

        Raises
        ------
        DataError
            If files are missing, damaged, or not those of this data set.
        """
        return self.read(self, data_dir)
