"""Files that are mapped into memory: what is written into them is trained on from then on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from training.errors import DataError

_State = tuple[int, int, int, int]


@dataclass(frozen=True)
class MappedFiles:
    """Files as they were before they were mapped.

    Parameters
    ----------
    states : dict of tuple of int
        By path: device, number, bytes and time of the last writing.
    """

    states: Mapping[Path, _State]

    @classmethod
    def of(cls, files: Iterable[Path]) -> Self:
        """Files as they are now."""
        return cls({file: _state(file) for file in files})

    def refuse_changed(self) -> None:
        """Refuse files that have been written into.

        Of a file with another one in its place the old content stays mapped.

        Raises
        ------
        DataError
            For the first one.
        """
        for file, before in self.states.items():
            if not file.exists():
                continue
            now = _state(file)
            if now[:2] == before[:2] and now != before:
                raise DataError(
                    f"'{file}' was written into while its images were being trained on: restore "
                    "it and resume the run, or train anew"
                )


def _state(file: Path) -> _State:
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
