"""One writer per run folder.

The lock is the operating system's (flock, through the library filelock) on ``writer.lock`` in the
run folder: it ends with the process that holds it, however that ends. What the file says is for the
message only. Reading takes no lock: a run can be evaluated while it is trained.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from training.errors import BusyRunError, RunFolderError
from training.storage.system_errors import cause, remedy

LOCK_NAME = "writer.lock"
"""The file that is locked; it stays in the folder."""

_LONGEST_OWNER = 200


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder, which is made if it is missing, within the context.

    Parameters
    ----------
    folder : Path
        The run folder.

    Raises
    ------
    BusyRunError
        If another process holds the lock.
    RunFolderError
        If the folder cannot be written or locked.
    """
    path = folder / LOCK_NAME
    # A lock file that stands for the lock by being there would outlive a killed process.
    lock = FileLock(path, timeout=0, fallback_to_soft=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        path.write_text(_myself())
    except Timeout:
        raise BusyRunError(
            f"'{folder}' is being written by {_owner(path)}: wait until that process ends, or stop "
            "it"
        ) from None
    except OSError as error:
        lock.release()
        raise RunFolderError(
            f"cannot write the run folder '{folder}' ({cause(error)}): {remedy(error)}"
        ) from None
    except NotImplementedError as error:
        lock.release()
        raise RunFolderError(
            f"cannot write the run folder '{folder}' ({error}): choose another place"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _myself() -> str:
    since = datetime.now().astimezone()
    return f"process {os.getpid()} on {socket.gethostname()} since {since:%Y-%m-%d %H:%M:%S %z}\n"


def _owner(path: Path) -> str:
    """Return what the holder of the lock wrote about itself, as far as it can be printed."""
    try:
        text = path.read_text(errors="replace")[:_LONGEST_OWNER].strip()
    except OSError:
        text = ""
    # Just locked, it is still empty.
    return "".join(c for c in text if c.isprintable()) or "another process"
