"""Training in a run folder from Python: one that is not there yet, or one that goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from training.data.own_data.from_memory import write_arrays
from training.recipes.recipe import Recipe
from training.runs.files.creation import new_run
from training.runs.files.folder import RunFolder
from training.runs.files.lock import only_writer
from training.runs.prepare import Setting
from training.runs.ready import Finished, Ready, ready_to_begin, ready_to_go_on
from training.runs.run import Run


def train_in(
    folder: RunFolder,
    setting: Setting,
    max_iterations: int | None = None,
    arrays: Mapping[str, NDArray[Any]] | None = None,
    asked: Sequence[str] = (),
) -> Run:
    """Train in a run folder that is not there yet.

    Parameters
    ----------
    folder : RunFolder
        If it has a fingerprint, images of another one are refused.
    setting : Setting
        Of this process alone.
    max_iterations : int, optional
    arrays : dict of array, optional
        Written into the folder first: the data set of the recipe.
    asked : sequence of str
        Fields of the recipe that someone has asked for: those that nothing reads are refused.

    Raises
    ------
    UserError, ValueError
        As `train`.
    """
    with new_run(folder.path):
        if arrays is not None:
            write_arrays(folder.path, arrays)
        return _trained(ready_to_begin(folder, setting, max_iterations, asked), setting)


def resume_in(run: RunFolder, recipe: Recipe, setting: Setting) -> Run:
    """Go on in a run folder from its newest checkpoint.

    Parameters
    ----------
    run : RunFolder
        As it is there. If it has a fingerprint, images of another one are refused.
    recipe : Recipe
        Its own, or one that ends at another time.
    setting : Setting
        Of this process alone.

    Raises
    ------
    UserError, DivergenceError
        As `training.runs.train.resume`.
    """
    with only_writer(run.path):
        ready = ready_to_go_on(run, recipe, setting)
        if isinstance(ready, Finished):
            ready.complete()
            return Run(run.path, data_dir=setting.data_dir)
        return _trained(ready, setting)


def _trained(ready: Ready, setting: Setting) -> Run:
    """Train in a folder that is locked already."""
    ready.train()
    run = Run(ready.folder.path, data_dir=setting.data_dir)
    run.images, run.trainer = ready.images, ready.loop.trainer  # not read and built again
    return run
