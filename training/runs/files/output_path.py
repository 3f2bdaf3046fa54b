"""Whether a run folder can be made, asked before anything slow begins."""

from __future__ import annotations

import os
from pathlib import Path

from training.errors import RunFolderError
from training.runs.files.folder import check_vacant
from training.storage.system_errors import cause, remedy


def check_makeable(path: Path) -> None:
    """Refuse a path at which no folder can be made, or which is taken; nothing is written.

    Raises
    ------
    RunFolderError
        If there is something else than an empty folder, or no folder can be made there.
    """
    try:
        check_vacant(path)
        reason = _obstacle(path)
    except OSError as error:
        raise RunFolderError(
            f"cannot write the run folder '{path}' ({cause(error)}): {remedy(error)}"
        ) from None
    if reason is not None:
        raise RunFolderError(
            f"cannot write the run folder '{path}' ({reason}): choose another --out"
        )


def _obstacle(path: Path) -> str | None:
    """Return why nothing can be made at a path, or None."""
    present = path.absolute()
    while not present.exists():
        present = present.parent
    if not present.is_dir():
        return f"'{present}' is a file"
    if not os.access(present, os.W_OK | os.X_OK):
        return f"'{present}' cannot be written to"
    return None
