"""Arrays in a ``.npz`` file, or in the ``.npy`` files of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.own_data.checked_arrays import NAMES
from training.errors import DataError


def is_folder_of_arrays(path: Path) -> bool:
    """Whether a folder holds arrays, and not pictures.

    Arrays of other names are arrays too where there are no folders, of which each would be a class
    of pictures.
    """
    if not path.is_dir():
        return False
    shown = [each for each in path.iterdir() if not each.name.startswith(".")]
    if any(each.name == f"{name}.npy" for each in shown for name in NAMES):
        return True
    return any(each.suffix == ".npy" for each in shown) and not any(map(Path.is_dir, shown))


def array_files(folder: Path) -> list[Path]:
    """The arrays in a folder, of whatever name, but for hidden ones."""
    return sorted(each for each in folder.glob("*.npy") if not each.name.startswith("."))


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file or folder, those of a folder mapped into memory.

    Raises
    ------
    DataError
        If they cannot be read.
    """
    try:
        if path.is_dir():
            # Copy on write: torch takes no arrays that cannot be written.
            return {
                each.stem: np.load(each, mmap_mode="c", allow_pickle=False)
                for each in array_files(path)
            }
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise DataError(
            f"'{path}' cannot be read as NumPy arrays ({error}): write it with numpy.savez(path, "
            "images=..., labels=...)"
        ) from None
    except Exception as error:  # zipfile has errors of its own
        raise DataError(f"'{path}' is damaged ({error}): write it anew") from None
