"""A sum over files of gigabytes, kept beside them in ``fingerprint.json``.

It holds as long as the file system says that no file has changed: lengths and the times of the last
change of content and of status are kept with it. Else, or if the file is missing or damaged, the
files are read again. Only what alters bytes behind the file system's back, such as a failing disk,
is not seen.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from training.storage.file_states import FileState
from training.storage.files import write_atomically
from training.storage.sealed_json import STRICT, NewerFormatError, seal, unseal
from training.storage.system_errors import cause

NAME = "fingerprint.json"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptSum:
    """A sum, and the files that it is of.

    Parameters
    ----------
    fingerprint : str
        Of frames `Images.fingerprint`, of recordings `Contents.sum`.
    files : list of FileState
    """

    fingerprint: str
    files: list[FileState]

    __pydantic_config__: ClassVar = STRICT


def kept_sum(folder: Path, states: list[FileState]) -> str | None:
    """The sum that is kept in a folder, if it is one of such files; else None."""
    try:
        kept = unseal(KeptSum, (folder / NAME).read_bytes(), complete=lambda content: content)
    except (OSError, ValueError, NewerFormatError):
        return None
    return kept.fingerprint if kept.files == states else None


def keep_sum(folder: Path, states: list[FileState], fingerprint: str, what: str) -> None:
    """Keep a sum of `what`. Where it cannot be written, the next start reads all of it again."""
    try:
        write_atomically(folder / NAME, seal(asdict(KeptSum(fingerprint, states))))
    except OSError as error:
        _LOG.warning(
            "spide: '%s' cannot be written (%s): every start reads all %s", folder / NAME,
            cause(error), what,
        )  # fmt: skip
