"""Whether a run folder can be made, asked before anything slow begins."""

from __future__ import annotations

from pathlib import Path

from training.data.own_data.from_memory import are_written_arrays
from training.errors import RunFolderError
from training.runs.files.lock import LOCK_NAME
from training.storage.files import is_leftover
from training.storage.places import obstacle
from training.storage.system_errors import cause, remedy

RECIPE_NAME = "recipe.json"
"""The file that makes a folder a run; it is written last."""

METRICS_NAME = "metrics.jsonl"
"""The log of its training."""

_FIRST_CHECKPOINT = "iteration-00000000"


def check_vacant(path: Path) -> None:
    """Refuse a path that holds something.

    Raises
    ------
    RunFolderError
        If there is a run, another file or folder.
    """
    if (path / RECIPE_NAME).exists():
        raise RunFolderError(
            f"'{path}' already holds a run: continue it with 'spide train RECIPE --resume {path}', "
            "or choose another --out"
        )
    if path.exists() and (not path.is_dir() or not all(map(_is_of_creation, path.iterdir()))):
        raise RunFolderError(f"'{path}' exists and is not an empty folder: choose another --out")


def check_makeable(path: Path) -> None:
    """Refuse a path at which no folder can be made, or which is taken; nothing is left there.

    Raises
    ------
    RunFolderError
        If there is something else than an empty folder, or no folder can be made there.
    """
    try:
        check_vacant(path)
        reason = obstacle(path)
    except OSError as error:
        raise RunFolderError(
            f"cannot write the run folder '{path}' ({cause(error)}): {remedy(error)}"
        ) from None
    if reason is not None:
        raise RunFolderError(
            f"cannot write the run folder '{path}' ({reason}): choose another --out"
        )


def _is_of_creation(path: Path) -> bool:
    """Whether this is what a process leaves that is killed before it has made a run.

    Nothing of it is worth keeping: of weights, those of iteration 0 only, which come from a seed or
    from a file that was imported; of images, those that the caller still holds.
    """
    if is_leftover(path):
        return True
    if path.is_dir():
        if are_written_arrays(path):
            return True
        if path.name == "checkpoints":
            return all(f.stem == _FIRST_CHECKPOINT or is_leftover(f) for f in path.iterdir())
        return path.name == "pictures" and not any(path.iterdir())
    return path.name == LOCK_NAME
