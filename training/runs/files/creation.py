"""New run folders: a run that begins with weights of its own, or nothing at all.

The recipe makes a folder a run, and a run without a checkpoint begins with the weights of its seed.
So whoever brings other weights writes them first, and the recipe last: a process that is killed on
the way leaves a folder that is no run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from training.data.own_data.from_memory import remove_written_arrays
from training.errors import RunFolderError
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.checkpoint_files import save
from training.runs.files.folder import RunFolder
from training.runs.files.lock import LOCK_NAME, only_writer
from training.runs.files.output_path import METRICS_NAME, RECIPE_NAME, check_vacant
from training.runs.files.records import Record, encode
from training.storage.files import remove_leftovers, write_atomically
from training.storage.system_errors import cause, remedy


@contextmanager
def new_run(path: Path) -> Iterator[None]:
    """A context that is the only writer of a new run; if it makes none, nothing is left.

    Parameters
    ----------
    path : Path
        The run folder.

    Raises
    ------
    BusyRunError
        If another process writes there.
    RunFolderError
        If the folder is not vacant or cannot be written.
    """
    place = path.absolute()
    missing = [folder for folder in (place, *place.parents) if not folder.exists()]
    if place.is_dir() and any(place.iterdir()):  # left by a process that was killed
        missing = [place]
    with only_writer(path):
        check_vacant(path)
        try:
            yield
        except BaseException:
            if not (path / RECIPE_NAME).exists():
                _remove(path)
                with suppress(OSError):  # of one that is not empty: another run has begun there
                    for folder in missing:
                        folder.rmdir()
            raise


def make_run(
    run: RunFolder, checkpoints: Sequence[Checkpoint], records: Sequence[Record] = ()
) -> None:
    """Make a run folder with what was trained elsewhere, whole or not at all.

    Parameters
    ----------
    run : RunFolder
    checkpoints : sequence of Checkpoint
        From the oldest to the newest.
    records : sequence of dict
        Lines of its log.

    Raises
    ------
    BusyRunError
        If another process writes there.
    RunFolderError
        If the folder is not vacant or cannot be written.
    """
    with new_run(run.path):
        try:
            run.lay_out()
            for checkpoint in checkpoints:
                save(run.checkpoints, checkpoint)
            if records:
                write_atomically(run.metrics, b"".join(map(encode, records)))
            run.write_recipe()
        except OSError as error:
            raise RunFolderError(
                f"cannot write the run folder '{run.path}' ({cause(error)}): {remedy(error)}"
            ) from None


def _remove(path: Path) -> None:
    """Remove what `check_vacant` found vacant, and what was written there since."""
    for name in ("checkpoints", "pictures"):
        shutil.rmtree(path / name, ignore_errors=True)
    remove_written_arrays(path)
    with suppress(OSError):
        remove_leftovers(path)
        for name in (METRICS_NAME, LOCK_NAME):
            (path / name).unlink(missing_ok=True)
