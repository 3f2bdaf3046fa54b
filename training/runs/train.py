"""Training from Python: a recipe by name or arrays in, a `Run` out.

What the command ``spide train`` does, but for what it prints: nothing here prints, exits or
installs signal handlers, so it works in notebooks, threads and workers. (Importing Brian2 does, so
that must have been done in the main thread.)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from networks.arrays import truth_value, whole_number
from training.data.own_data.from_memory import FOLDER, gathered
from training.interruption import Interruption
from training.recipes.chosen import (
    chosen_recipe,
    fields_asked_for,
    recipe_name,
    with_absolute_path,
)
from training.recipes.recipe import Recipe
from training.runs.files.folder import RunFolder, open_run
from training.runs.files.output_path import check_vacant
from training.runs.in_folder import resume_in, train_in
from training.runs.prepare import Setting
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
    path = (Path(out) if out is not None else dated_path(recipe_name(recipe))).absolute()
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
        fields["data_set"] = str(path / FOLDER)
    chosen = chosen_recipe(recipe, fields)
    setting = replace(_setting(data_dir, progress, interruption), download=download)
    folder = RunFolder(path, recipe_name(recipe), chosen)
    return train_in(folder, setting, max_iterations, arrays, fields_asked_for(recipe, chosen))


def resume(
    run: Run | str | Path,
    *,
    epochs: int | None = None,
    stop_at_accuracy: float | None = None,
    data_set: str | Path | None = None,
    progress: bool = False,
    interruption: Interruption | None = None,
) -> Run:
    """Go on with a run from its newest checkpoint.

    Parameters
    ----------
    run : Run or path
        A `Run` is as the folder is afterwards, too (`Run.refresh`).
    epochs : int, optional
        Passes over the training images in all; those of the recipe by default.
    stop_at_accuracy : float, optional
        The training ends with the first evaluation that has it; that of the recipe by default.
    data_set : path, optional
        Where data of one's own are now, if they have moved since.
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
        If weights, potentials or rates are no longer finite, or eq. 5 cannot be solved.
    ValueError
        For epochs or an accuracy that cannot be.
    """
    run = run if isinstance(run, Run) else Run(run)
    folder = open_run(run.path)  # it may be elsewhere since, or further on
    recipe = folder.recipe if epochs is None else replace(folder.recipe, epochs=epochs)
    if stop_at_accuracy is not None:
        recipe = replace(recipe, stop_at_accuracy=stop_at_accuracy)
    if data_set is not None:
        recipe = with_absolute_path(replace(recipe, data_set=str(data_set)))
    setting = _setting(run.data_dir, progress, interruption)
    try:
        return resume_in(folder, recipe, setting)
    finally:
        run.refresh()


def _setting(data_dir: str | Path, progress: bool, interruption: Interruption | None) -> Setting:
    return Setting(
        Path(data_dir).absolute(),
        display=Bars() if truth_value(progress, "progress") else Display(),
        interruption=interruption or Interruption(),
    )


def dated_path(name: str) -> Path:
    """A folder that no other start has, even in the same second on another machine."""
    return Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S}-{token_hex(4)}"
