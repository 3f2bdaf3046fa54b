"""Arrays as ``.npy`` files, written piece by piece."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from training.storage.system_errors import naming


def write_array(
    path: Path, shape: tuple[int, ...], dtype: DTypeLike, parts: Iterable[NDArray[Any]]
) -> None:
    """Write an array of which the first axis is given in parts, and force it to the disk.

    NumPy's own writing tells a full disk without its place and cause.

    Parameters
    ----------
    path : Path
        A file that is not there yet.
    shape : tuple of int
    dtype : dtype
    parts : iterable of array
        One after the other they are the whole array.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    header = np.lib.format.header_data_from_array_1_0(np.empty(0, dtype))
    with naming(path), path.open("xb") as file:
        np.lib.format.write_array_header_1_0(file, {**header, "shape": shape})
        for part in parts:
            file.write(np.ascontiguousarray(part, dtype).data)
        file.flush()
        os.fsync(file.fileno())
