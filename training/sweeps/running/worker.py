"""What a worker does: one point, from where it stopped to its end.

Whatever goes wrong is written down and returned, so that the other points go on. A worker that is
killed says nothing: Dask gives its point to another one, which resumes it from its checkpoint.
"""

from __future__ import annotations

import gc
import os
import socket
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from training.errors import BusyRunError, UserError
from training.failures import reason
from training.interruption import Interruption
from training.provenance import commit
from training.recipes import RECIPES
from training.recipes.chosen import OWN
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.lock import only_writer
from training.runs.files.output_path import RECIPE_NAME
from training.runs.in_folder import resume_in, train_in
from training.runs.prepare import Setting
from training.sweeps.folder import Attempt, SweepFolder
from training.sweeps.planning.points import Point
from training.sweeps.todo import check_images

Outcome = Literal["complete", "stopped", "failed"]

_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Task:
    """A point to train.

    Parameters
    ----------
    sweep : str
        Which start of a sweep it belongs to.
    name : str
        Of the recipe.
    point : Point
    fingerprint : str
        Of the images that all points of its data set are trained on.
    folder : Path
        Of the sweep, absolute: all workers see the same files.
    data_dir : Path
        Absolute as well.
    """

    sweep: str
    name: str
    point: Point
    fingerprint: str
    folder: Path
    data_dir: Path


def run_point(task: Task, stop: Interruption) -> Outcome:
    """Train a point, and return how that ended.

    Parameters
    ----------
    task : Task
    stop : Interruption
        Asked after every iteration.
    """
    folder, began = SweepFolder(task.folder), time.monotonic()
    first = 0
    outcome: Outcome
    try:
        _wait_for_writer(folder.run(task.point), stop)
        first = iterations_done(task)
        outcome = _train(task, folder, stop, first)
    except Exception as error:  # any: it is the point's, and is told with its traceback
        folder.fail(task.point, reason(error) or repr(error), traceback.format_exc())
        outcome = "failed"
    with suppress(OSError, UserError):  # the point has ended, whether that can be told or not
        if outcome == "complete":  # perhaps another process has failed to do so before
            folder.forget_failure(task.point)
        last = first if outcome == "failed" else iterations_done(task)
        # A point may be handed out again, because the worker that had completed it died later.
        untold = outcome == "complete" and not folder.told(task.point)
        if outcome == "failed" or last > first or untold:
            _note(folder, task.point, first, last, time.monotonic() - began, outcome)
    return outcome


def _note(
    folder: SweepFolder, point: Point, first: int, last: int, seconds: float, outcome: str
) -> None:
    who = f"{socket.gethostname()}:{os.getpid()}"
    folder.note(point, Attempt(point.name, who, first, last, seconds, outcome, commit()))


def _train(task: Task, folder: SweepFolder, stop: Interruption, first: int) -> Outcome:
    # Brian2 collects garbage in every run: what the imports left is kept out of that.
    gc.collect()
    gc.freeze()
    point, path = task.point, folder.run(task.point)
    if stop.requested:
        return "stopped"
    check_images(point, folder, task.fingerprint)  # and that its recipe is this one
    begun = (path / RECIPE_NAME).exists()
    if begun and folder.finished(point):
        return "complete"
    _note(folder, point, first, first, 0.0, "begun")
    setting = Setting(task.data_dir, interruption=stop)
    if not begun:
        name = task.name if task.name in RECIPES else OWN
        train_in(RunFolder(path, name, point.recipe, task.fingerprint), setting)
    else:
        # Runs of earlier versions do not remember it.
        run = replace(open_run(path), fingerprint=task.fingerprint)
        resume_in(run, run.recipe, setting)
    return "complete" if folder.finished(point) else "stopped"


def iterations_done(task: Task) -> int:
    """How many iterations of a point are complete.

    Raises
    ------
    RunFolderError
        If its run folder has another recipe.
    """
    folder = SweepFolder(task.folder)
    begun = (folder.run(task.point) / RECIPE_NAME).exists()
    return folder.progress(task.point).iteration if begun else 0


def _wait_for_writer(path: Path, stop: Interruption) -> None:
    """Wait while another process trains here.

    It may have lost the scheduler, which gave its point away, and still go on.
    """
    while not stop.requested:
        try:
            with only_writer(path):
                return
        except BusyRunError:
            time.sleep(_POLL_SECONDS)
