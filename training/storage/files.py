"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import glob
import os
import shutil
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from training.storage.system_errors import naming

_SUFFIX = ".tmp"


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Write a file under a temporary name beside it, force it to the disk, and rename it.

    Whenever the program dies, the file is the old one or the new one. No two attempts have the same
    temporary name; what killed ones leave is removed by `remove_leftovers`. Of a symbolic link the
    file that it leads to is written.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of the attempt.
    """
    if not path.name:  # such as '', which is the folder '.'
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    whole = Path(os.path.realpath(path))
    temporary = whole.with_name(f".{whole.name}.{token_hex(8)}{_SUFFIX}")
    try:
        with naming(path):
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(whole)
    except BaseException:
        with suppress(OSError):  # which the first error has told
            temporary.unlink(missing_ok=True)
        raise


def append(path: Path, content: bytes) -> None:
    """Write whole lines at the end of a file, which is made if it is missing.

    What a killed process left of a line stays one of its own.

    Raises
    ------
    OSError
        If that fails; the file ends where it did.
    """
    with naming(path), path.open("ab+", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                content = b"\n" + content
        try:
            written = file.write(content)
            if written != len(content):  # there was room for a part: now there is none
                file.write(content[written:])
        except OSError:
            file.truncate(end)
            raise


def is_leftover(path: Path) -> bool:
    """Whether a file or folder is one that was not completed, such as by `write_atomically`."""
    return path.name.startswith(".") and path.suffix == _SUFFIX


def remove_leftovers(folder: Path, name: str = "") -> None:
    """Remove what killed writers did not complete.

    Only for the one writer: it would remove what another one is writing.

    Parameters
    ----------
    folder : Path
    name : str
        Of the file that was being written; all files of the folder if it is empty.
    """
    for path in folder.glob(f".{glob.escape(name)}*{_SUFFIX}"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
