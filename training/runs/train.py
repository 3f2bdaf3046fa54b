"""Training from Python: a recipe by name or arrays in, a `Run` out.

What the command ``spide train`` does, but for what it prints: nothing here prints, exits or
installs signal handlers, so it works in notebooks, threads and workers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from numpy.typing import NDArray

from networks.arrays import truth_value, whole_number
from training.checks.trainable import trainable_network
from training.checks.unread import check_asked
from training.data.own_data.from_memory import FOLDER, gathered, write_arrays
from training.interruption import Interruption
from training.recipes.chosen import chosen_recipe, fields_asked_for, recipe_name
from training.recipes.recipe import Recipe
from training.runs.beginning import first_checkpoint, where_it_stopped
from training.runs.files.checkpoint import Checkpoint
from training.runs.files.creation import new_run
from training.runs.files.finished import check_end
from training.runs.files.folder import RunFolder, continued
from training.runs.files.lock import only_writer
from training.runs.files.output_path import check_vacant
from training.runs.prepare import Setting, check_checkpoint, load_images, prepare
from training.runs.run import Run
from training.runs.shown.display import Bars, Display


def train(
    recipe: str | Recipe | None = None,
    *,
    images: Any = None,
    labels: Any = None,
    test_images: Any = None,
    test_labels: Any = None,
    out: str | Path | None = None,
    data_dir: str | Path = "data",
    download: bool = False,
    max_iterations: int | None = None,
    progress: bool = False,
    interruption: Interruption | None = None,
    **fields: Any,
) -> Run:
    """Train a network in a new run folder.

    Parameters
    ----------
    recipe : str or Recipe, optional
        A recipe, or its name; without one `images` and ``architecture`` are needed.
    images, labels : array, tensor or torch Dataset, optional
        Data in place of the recipe's; a data set gives (image, label) and needs no labels. They
        are used as they are and kept in the run folder; shapes are those of
        `training.data.own_data.own`.
    test_images, test_labels : likewise
        Without them a fifth of every class is held out.
    out : path, optional
        Run folder to make; ``runs/NAME-DATE-TIME-...`` by default.
    data_dir : path
        Folder of the data sets, as torchvision lays them out.
    download : bool
        Whether the recipe's data set is downloaded into it first, if it is not there.
    max_iterations : int, optional
        Stop after this many iterations.
    progress : bool
        Whether to show progress bars.
    interruption : Interruption, optional
        Asked after every iteration whether to stop; the run can be resumed then.
    **fields
        Fields of `Recipe` to change, such as ``epochs=3``.

    Raises
    ------
    UserError
        What cannot be trained is refused in one sentence, and leaves nothing behind.
    ValueError
        For `max_iterations` and fields of the recipe that are out of range, or that nothing would
        read.
    """
    if max_iterations is not None:
        max_iterations = whole_number(max_iterations, "max_iterations")
    download = truth_value(download, "download")
    path = Path(out) if out is not None else dated_path(recipe_name(recipe))
    check_vacant(path)
    if images is None and recipe is None:
        raise ValueError("give the name of a recipe, or images and an architecture")
    if images is not None and "data_set" in fields:
        raise ValueError(
            f"images and data_set='{fields['data_set']}' exclude each other: give one of them"
        )
    arrays = None if images is None else gathered(images, labels, test_images, test_labels)
    if arrays is None and any(each is not None for each in (labels, test_images, test_labels)):
        raise ValueError("labels and test images need images too")
    if arrays is not None and download:
        raise ValueError("images of your own cannot be downloaded: leave download out")
    if arrays is not None:
        fields["data_set"] = str((path / FOLDER).absolute())
    chosen = chosen_recipe(recipe, fields)
    setting = replace(_setting(data_dir, progress, interruption), download=download)
    folder = RunFolder(path, recipe_name(recipe), chosen)
    return train_in(folder, setting, max_iterations, arrays, fields_asked_for(recipe, chosen))


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


def resume(
    run: Run | str | Path,
    *,
    epochs: int | None = None,
    stop_at_accuracy: float | None = None,
    progress: bool = False,
    interruption: Interruption | None = None,
) -> Run:
    """Go on with a run from its newest checkpoint.

    Parameters
    ----------
    run : Run or path
    epochs : int, optional
        Passes over the training images in all; those of the recipe by default.
    stop_at_accuracy : float, optional
        The training ends with the first evaluation that has it; that of the recipe by default.
    progress : bool
        Whether to show progress bars.
    interruption : Interruption, optional
        As in `train`.

    Returns
    -------
    Run
        As it is then.

    Raises
    ------
    RunFolderError
        If there is none, or another process trains it.
    CheckpointError
        If its checkpoint cannot be used.
    UserError
        For fewer epochs than the run already has, or an accuracy that it has had.
    DivergenceError
        If the weights are no longer finite.
    ValueError
        For epochs or an accuracy that cannot be.
    """
    run = run if isinstance(run, Run) else Run(run)
    recipe = run.recipe if epochs is None else replace(run.recipe, epochs=epochs)
    if stop_at_accuracy is not None:
        recipe = replace(recipe, stop_at_accuracy=stop_at_accuracy)
    setting = _setting(run.data_dir, progress, interruption)
    with only_writer(run.path):
        folder = continued(run.folder, recipe)
        checkpoint = where_it_stopped(run.folder, run.architecture)
        check_checkpoint(checkpoint, run.folder, setting)
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


def _setting(data_dir: str | Path, progress: bool, interruption: Interruption | None) -> Setting:
    return Setting(
        Path(data_dir),
        display=Bars() if truth_value(progress, "progress") else Display(),
        interruption=interruption or Interruption(),
    )


def dated_path(name: str) -> Path:
    """A folder that no other start has, even in the same second on another machine."""
    return Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}-{token_hex(4)}"
