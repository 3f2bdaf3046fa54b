"""Whether something can be written at a place, asked before hours of work end there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from training.errors import UserError
from training.storage.system_errors import cause


def check_file(path: Path, what: str, endings: Sequence[str]) -> None:
    """Refuse a path at which no such file can be written; nothing is left there.

    Parameters
    ----------
    path : Path
    what : str
        What shall be written there, for the message.
    endings : sequence of str
        Those that the name may have, with their dots.

    Raises
    ------
    UserError
    """
    if not path.name or path.name in endings:
        raise UserError(f"{what} cannot be '{path}', which has no name: give a file's")
    if path.suffix not in endings:
        *others, last = endings
        listed = f"{', '.join(others)} or {last}" if others else last
        raise UserError(f"{what} cannot be '{path}': give a file that ends with {listed}")
    if path.is_dir():
        raise UserError(f"'{path}' is a folder: give the name of a file for {what}")
    if (reason := obstacle(path.parent)) is not None:
        raise UserError(f"{what} cannot be written to '{path}' ({reason}): choose another place")


def obstacle(folder: Path) -> str | None:
    """Return why nothing can be made in a folder, which may have to be made itself, or None."""
    present = folder.absolute()
    while not present.exists():
        present = present.parent
    if not present.is_dir():
        return f"'{present}' is a file"
    # Permissions do not tell all: of a network's file system, or of one that is full. Who may not
    # write gets a PermissionError.
    try:
        with TemporaryDirectory(prefix=".spide-", dir=present):
            return None
    except OSError as error:
        return f"'{present}' cannot be written to: {cause(error)}"
