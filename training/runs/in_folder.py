"""Training in a run folder: one that is not there yet, or one that goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from training.checks.trainable import trainable_network
from training.checks.unread import check_asked
from training.data.own_data.from_memory import write_arrays
from training.recipes.architectures import read_architecture
from training.recipes.recipe import Recipe
from training.runs.beginning import first_checkpoint, where_it_stopped
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.creation import new_run
from training.runs.files.finished import check_end
from training.runs.files.folder import RunFolder, continued
from training.runs.files.lock import only_writer
from training.runs.prepare import Setting, check_checkpoint, load_images, prepare
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
    recipe = folder.recipe
    with new_run(folder.path):
        if arrays is not None:
            write_arrays(folder.path, arrays)
        architecture = trainable_network(recipe)
        check_asked(asked, recipe, architecture)
        checkpoint = first_checkpoint(folder.name, recipe, architecture)
        return _train(folder, checkpoint, setting, max_iterations, new=True)


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
        folder = continued(run, recipe)
        checkpoint = where_it_stopped(run, read_architecture(run.recipe))
        check_checkpoint(checkpoint, run, setting)
        check_end(recipe, run.recipe, checkpoint.progress)
        return _train(folder, checkpoint, setting, None, new=False)


def _train(
    folder: RunFolder,
    checkpoint: Checkpoint,
    setting: Setting,
    max_iterations: int | None,
    *,
    new: bool,
) -> Run:
    """Train from a checkpoint, in a folder that is locked already."""
    folder, images = load_images(folder, setting)
    loop = prepare(folder, images, checkpoint, setting, max_iterations)
    if new:
        folder.create()
    else:
        folder.reopen(checkpoint.progress)
    loop.train()
    run = Run(folder.path, data_dir=setting.data_dir)
    run.images, run.trainer = images, loop.trainer  # they need not be read and built again
    return run
