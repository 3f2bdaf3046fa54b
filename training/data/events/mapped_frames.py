"""Frames that lie in a folder, mapped into memory: the frames of a batch alone take some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from networks.one_line import in_one_line
from training.errors import DataError
from training.storage.file_states import FileState, file_states
from training.storage.system_errors import cause, remedy

PARTS = ("training", "test")
_ARRAYS = ("images", "labels")


@dataclass(frozen=True)
class MappedFrames:
    """The folder of frames of a data set, and what is in it.

    Parameters
    ----------
    folder : Path
    kind : str
        What to call the data set.
    dtype : str
        Type of a pixel.
    shape : tuple of int
        (frames, *input_shape) of a recording.
    sizes : tuple of int
        Numbers of training and of test recordings.
    """

    folder: Path
    kind: str
    dtype: str
    shape: tuple[int, ...]
    sizes: tuple[int, int]

    def states(self) -> list[FileState]:
        """What the file system says of the files now."""
        return file_states([self.folder / f"{n}_{what}.npy" for n in PARTS for what in _ARRAYS])

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """Images and labels of training, then of testing.

        Raises
        ------
        DataError
            If they cannot be read, or are not of these shapes.
        """
        again = f"delete the folder, and the frames are made again: '{self.folder}'"
        for name, size in zip(PARTS, self.sizes, strict=True):
            images, labels = (self._array(f"{name}_{what}.npy", name, again) for what in _ARRAYS)
            expected = (size, *self.shape)
            if images.shape != expected or images.dtype != self.dtype or len(labels) != size:
                raise DataError(
                    f"the {name} frames of {self.kind} have shape {images.shape}, not {expected}: "
                    f"{again}"
                )
            yield images
            yield labels

    def _array(self, file: str, name: str, again: str) -> NDArray[np.generic]:
        try:
            # Copy on write: torch takes no arrays that cannot be written.
            array: NDArray[np.generic] = np.load(
                self.folder / file, mmap_mode="c", allow_pickle=False
            )
        except (FileNotFoundError, ValueError, EOFError) as error:
            reason = in_one_line(error)
            raise DataError(
                f"the {name} frames of {self.kind} are damaged ({reason}): {again}"
            ) from None
        except OSError as error:
            raise DataError(
                f"the {name} frames of {self.kind} in '{self.folder}' cannot be read "
                f"({cause(error)}): {remedy(error)}"
            ) from None
        return array
