"""Folders in which something is compiled, and what builds that were killed leave of them.

A build has its own folder beside the place of what it makes and is renamed when it is complete.
Who builds holds the lock of the place, a file beside it with the ending ``.lock``; the operating
system releases it when the process ends, however that ends. So a folder whose lock is free belongs
to nobody.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brian2.utils.filelock import FileLock, Timeout

#: More than a build takes.
_ROOM = bytes(8 * 2**20)


@contextmanager
def build_folder(place: Path) -> Iterator[Path]:
    """An empty folder for one build, which is removed on leaving; so are those of killed builds.

    Parameters
    ----------
    place : Path
        Where the result will be. The caller holds its lock.

    Raises
    ------
    OSError
        If the folder cannot be made.
    """
    _remove_leftovers(place)
    folder = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def what_prevents(folder: Path) -> OSError | None:
    """What the system has against a build in this folder; None if it is not to blame.

    Compilers say it in many languages and many lines, so it is tried out: before a build, and after
    a failure while what the build has written is still there.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(_ROOM)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error
    return None


def _remove_leftovers(place: Path) -> None:
    for folder in place.parent.glob(".*-????????"):
        name = folder.name[1:-9]  # without the random end that `tempfile.mkdtemp` gives it
        if name == place.name:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            # Brian2 names the lock of a module after it, without the endings of its file.
            with FileLock(f"{place.parent / name.partition('.')[0]}.lock", timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:
            pass  # it is being built
