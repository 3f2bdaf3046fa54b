"""Whether files are the ones that were there before, by what the file system says of them.

Only what alters bytes behind the file system's back, such as a failing disk, is not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from training.storage.sealed_json import STRICT


@dataclass(frozen=True)
class FileState:
    """What the file system says of a file, or of a folder: what is directly in it.

    Parameters
    ----------
    name : str
    size : int
        Bytes.
    modified, changed : int
        Nanoseconds. Copying a file's date from another one alters the second.
    """

    name: str
    size: int
    modified: int
    changed: int

    __pydantic_config__: ClassVar = STRICT


def file_states(files: Iterable[Path]) -> list[FileState]:
    """What the file system says of files now; those that are missing are left out."""
    found = [(path.name, path.stat()) for path in files if path.exists()]
    return [FileState(n, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for n, s in found]
