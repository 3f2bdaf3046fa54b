"""What a data set of one's own is, looked at once as long as it is the same.

It is asked for again and again: by the architecture, by every size, by every record of a sweep.
Files are looked at anew when their times or sizes are others. Of pictures, only those of the
folders count, which tell whether there are others now, and of the first picture, which has the
shape of all: there may be a million of them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from training.data.data_set import DataSet
from training.data.own_data.array_files import array_files, is_folder_of_arrays
from training.data.own_data.image_folder import image_folder
from training.data.own_data.own import arrays_of_ones_own
from training.errors import DataError
from training.storage.file_states import FileState, file_states


@dataclass(frozen=True)
class _Look:
    """A data set, and the files and folders by which it was known.

    Parameters
    ----------
    data_set : DataSet
    paths : list of Path
    states : list of FileState
    """

    data_set: DataSet
    paths: list[Path]
    states: list[FileState]

    @property
    def holds(self) -> bool:
        """Whether they are the same now."""
        return file_states(self.paths) == self.states


_LOOKS: dict[tuple[Path, Path], _Look] = {}
"""The newest one by path, as it was given and in whole: another working directory has others."""


def own_data_set(name: str) -> DataSet:
    """The data set in a file or folder.

    Parameters
    ----------
    name : str
        Its path.

    Raises
    ------
    DataError
        If there is none, or it is not what `training.data.own_data.own` says.
    """
    path = Path(name)
    key = path, path.absolute()
    look = _LOOKS.get(key)
    if look is None or not look.holds:
        look = _LOOKS[key] = _look_at(path)
    return look.data_set


def _look_at(path: Path) -> _Look:
    try:
        path.stat()
    except OSError as error:
        raise DataError(
            f"'{path}' cannot be read ({error.strerror}): give the path of a .npz file or a folder "
            "(a run whose data have moved is told by 'spide train RECIPE --resume RUN --data PATH')"
        ) from None
    # Times are asked for before contents: what changes in between is looked at again.
    if path.is_dir() and not is_folder_of_arrays(path):
        paths = [Path(folder) for folder, _, _ in os.walk(path, followlinks=True)]
        states = file_states(paths)
        data_set, first = image_folder(path)
        return _Look(data_set, [*paths, first], [*states, *file_states([first])])
    paths = [path, *array_files(path)] if path.is_dir() else [path]
    states = file_states(paths)
    return _Look(arrays_of_ones_own(path), paths, states)
