"""Arrays in a ``.npz`` file, or in the ``.npy`` files of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks.one_line import in_one_line
from training.data.own_data.checked_arrays import NAMES
from training.errors import DataError, UserError
from training.storage.system_errors import cause, remedy

_ARRAY = b"\x93NUMPY"
_ARCHIVE = b"PK"
"""How files of an array and of several ones begin."""

_GIVE = (
    "give a .npz file with arrays 'images' and 'labels' (numpy.savez writes it), a folder with "
    "images.npy and labels.npy, or one with a folder of pictures per class"
)


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
    if path.is_dir():
        return {file.stem: _mapped(file) for file in array_files(path)}
    if not path.is_file():  # a pipe, which a reader would wait for
        raise DataError(f"'{path}' is neither a file nor a folder: {_GIVE}")
    with _told(f"'{path}'"):
        start = _first_bytes(path)
        if start == _ARRAY:
            raise DataError(f"'{path}' is one array (.npy), not images with labels: {_GIVE}")
        if not start.startswith(_ARCHIVE):
            raise DataError(f"'{path}' is no .npz file: {_GIVE}")
        return _of_archive(path)


def _mapped(file: Path) -> NDArray[Any]:
    """The array in a ``.npy`` file, mapped into memory."""
    with _told(f"'{file}'"):
        if not file.is_file() or _first_bytes(file) != _ARRAY:
            raise DataError(f"'{file}' holds no array: write it with numpy.save, or remove it")
        # Copy on write: torch takes no arrays that cannot be written.
        array: NDArray[Any] = np.load(file, mmap_mode="c", allow_pickle=False)
        return array


def _of_archive(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays in a ``.npz`` file, which is a zip archive of ``.npy`` files."""
    arrays: dict[str, NDArray[Any]] = {}
    with np.load(path, allow_pickle=False) as archive:
        for name in archive.files:
            with _told(f"the array '{name}' in '{path}'"):
                values = archive[name]
            if not isinstance(values, np.ndarray):  # NumPy gives the bytes of other files
                raise DataError(f"'{path}' holds '{name}', which is no array: {_GIVE}")
            arrays[name] = values
    return arrays


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_ARRAY))


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Say in one sentence what NumPy and zipfile meet: the latter has errors of its own."""
    try:
        yield
    except (UserError, MemoryError):
        raise
    except OSError as error:
        raise DataError(f"{what} cannot be read ({cause(error)}): {remedy(error)}") from None
    except Exception as error:
        if "object" in str(error).lower():  # they would be unpickled, and do whatever they say
            raise DataError(
                f"{what} holds Python objects, which are not read: write arrays of numbers"
            ) from None
        raise DataError(f"{what} is damaged ({in_one_line(error)}): write it anew") from None
