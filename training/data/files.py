"""The files of a data set: whether they are there, can be read, and are the official ones."""

from __future__ import annotations

import hashlib
import shlex
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from training.errors import DataError


def require_files(
    kind: str, data_dir: Path, files: Iterable[Path], remedy: str, archive: str | None = None
) -> None:
    """Refuse a data set of which something is missing or cannot be opened.

    Parameters
    ----------
    kind : str
        What to call the data set.
    data_dir : Path
        Folder of all data sets.
    files : iterable of Path
        What must be there.
    remedy : str
        How to get them.
    archive : str, optional
        Name, in that folder, of the archive that all of them come in.

    Raises
    ------
    DataError
        If a file is missing, is no file or must not be read; it says how to unpack what is there.
    """
    mode = _mode(data_dir)
    if mode is not None and not stat.S_ISDIR(mode):
        raise DataError(
            f"'{data_dir}' is a file, not the folder of the data sets: choose another --data-dir"
        )
    expected = list(files)
    missing = [path for path in expected if not _is_file(path)]
    if not missing:
        return
    packed = [path.with_name(f"{path.name}.gz") for path in missing]
    command = None
    if all(map(_is_file, packed)):
        command = ["gunzip", "--keep", *map(str, packed)]
    elif archive is not None and _is_file(data_dir / archive):
        command = ["tar", "-xzf", str(data_dir / archive), "-C", str(data_dir)]
    if command is not None:
        raise DataError(
            f"{kind} in '{data_dir}' is still packed: unpack it with: {shlex.join(command)}"
        )
    if len(missing) == len(expected):
        raise DataError(f"{kind} is not in '{data_dir}': choose another --data-dir, or {remedy}")
    names = ", ".join(f"'{path.relative_to(data_dir)}'" for path in missing)
    raise DataError(f"{kind} in '{data_dir}' lacks {names}: {remedy}")


def check_sums(kind: str, files: Iterable[Path], sums: Mapping[str, str], remedy: str) -> None:
    """Refuse files that are not, byte for byte, the official ones.

    Parameters
    ----------
    kind : str
        What to call the data set.
    files : iterable of Path
    sums : mapping of str
        SHA-256 by name of the file; those of other names are not looked at.
    remedy : str
        How to get the official ones.

    Raises
    ------
    DataError
        If a sum differs.
    """
    for path in files:
        if path.name in sums and _sha256(path) != sums[path.name]:
            raise DataError(
                f"'{path}' is not the official file of {kind} (its SHA-256 differs): delete it and "
                f"{remedy}"
            )


def _is_file(path: Path) -> bool:
    """Whether there is a file; what else there may be is refused.

    A pipe, which a reader would wait for, is no file.
    """
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        raise DataError(f"'{path}' is no file: remove it and put the data set's file there")
    return mode is not None


def _mode(path: Path) -> int | None:
    """Return what is there, as the system describes it; None if there is nothing."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DataError(
            f"'{path}' cannot be read ({error.strerror}): change its permissions, or choose "
            "another --data-dir"
        ) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
