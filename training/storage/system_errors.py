"""What the operating system refuses, as one sentence with the cause and the remedy."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_REMEDIES = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there",
    errno.EACCES: "get the permission, or choose another place",
    errno.EPERM: "get the permission, or choose another place",
    errno.EROFS: "make it writable, or choose another place",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOENT: "restore it, or choose another place",
    errno.ENOTDIR: "choose a place in a folder",
    errno.EISDIR: "choose another name",
    errno.EIO: "check the disk",
    errno.EMFILE: "allow more open files (ulimit -n)",
    errno.ENFILE: "close other programs",
    errno.ENOMEM: "close other programs",
}
_ANY_REMEDY = "mend that, or choose another place"


def remedy(error: OSError) -> str:
    """Return what a user can do."""
    return _REMEDIES.get(error.errno or 0, _ANY_REMEDY)


def cause(error: OSError) -> str:
    """Return why, in a few words."""
    return error.strerror or str(error) or type(error).__name__


def sentence(error: OSError) -> str:
    """Return the sentence: the place if it is known, the cause, the remedy."""
    where = "a file" if error.filename is None else f"'{error.filename}'"
    return f"{where} cannot be used ({cause(error)}): {remedy(error)}"


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """A context whose errors of the system name this file.

    Raises
    ------
    OSError
        With the path as its file name: a full disk by itself names none, and that of a temporary
        file tells a user nothing.
    """
    try:
        yield
    except OSError as error:
        error.filename = str(path)
        raise
