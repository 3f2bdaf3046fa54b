"""What recordings hold, as one sum: which frames are theirs.

Reading gigabytes at every start would take minutes. The sum is therefore kept beside the recordings
(`training.data.events.kept_sum`); they are read again where the file system says that one is
another now, which a recording of the same name and length may be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data.events.kept_sum import keep_sum, kept_sum
from training.errors import DataError
from training.storage.file_states import FileState, file_states
from training.storage.system_errors import cause, naming, remedy


@dataclass(frozen=True)
class Contents:
    """What files held when they were looked at.

    Parameters
    ----------
    files : sequence of Path
    states : list of FileState
        Of before they were read.
    sum : str
        SHA-256 of their contents, in their order: 64 hexadecimal digits.
    """

    files: Sequence[Path]
    states: list[FileState]
    sum: str

    def refuse_changed(self) -> None:
        """Refuse files that have changed since, of which something else may have been read.

        Raises
        ------
        DataError
        """
        if file_states(self.files) != self.states:
            raise DataError(
                f"recordings in '{self.files[0].parent}' or beside it were written anew while they "
                "were being read: start again"
            )


def contents_of(files: Sequence[Path], folder: Path) -> Contents:
    """What files hold, read only if they are not as they were when they were read before.

    Parameters
    ----------
    files : sequence of Path
    folder : Path
        Where the sum is kept.

    Raises
    ------
    DataError
        If one cannot be read.
    """
    try:
        states = file_states(files)  # of before the reading: what changes meanwhile is read again
        found = kept_sum(folder, states)
        if found is None:
            found = _sum_of(files)
            keep_sum(folder, states, found, "recordings")
    except OSError as error:
        raise DataError(
            f"'{error.filename}' cannot be read ({cause(error)}): {remedy(error)}"
        ) from None
    return Contents(files, states, found)


def _sum_of(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with naming(path), path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
