"""``spide train``: a recipe's fields are its options, which tyro makes from the dataclass.

The recipe is looked up before, because it settles the defaults.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro

from training.cli.named_recipe import recipe_and_options, refuse_early
from training.cli.options import UsageError, fields_given, parse
from training.errors import UserError
from training.parallel.distributed.launch import Launch
from training.recipes import RECIPES, description
from training.recipes.chosen import with_absolute_path
from training.recipes.recipe import Recipe
from training.runs.files.folder import open_run
from training.runs.files.output_path import check_makeable


@dataclass(frozen=True)
class Train:
    """Options of ``spide train RECIPE``.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    download : bool
        Download the recipe's data set first, if it is not there.
    data : Path or None
        A data set of your own in place of the recipe's: a .npz file with images and labels, a
        folder of .npy files of these names, or one with a folder of pictures per class.
    out : Path or None
        Run folder to make; one in runs/, named after the recipe and the time, if not given.
    resume : Path or None
        Run folder to continue; its recipe applies, --epochs and --stop-at-accuracy may be changed.
    max_iterations : int or None
        Stop after this many iterations, counted from the start of the run.
    """

    recipe: Annotated[Recipe, tyro.conf.arg(name="")]
    data_dir: Path = Path("data")
    download: bool = False
    data: Path | None = None
    out: Path | None = None
    resume: Path | None = None
    max_iterations: int | None = None

    def __post_init__(self) -> None:
        own = self.recipe if self.data is None else replace(self.recipe, data_set=str(self.data))
        object.__setattr__(self, "recipe", with_absolute_path(own))
        if self.out is not None and self.resume is not None:
            raise ValueError("--out and --resume exclude each other: a resumed run stays in place")
        if self.max_iterations is not None and self.max_iterations < 1:
            raise ValueError(f"--max-iterations must be at least 1, not {self.max_iterations}")


def run(words: Sequence[str]) -> int:
    """Run ``spide train``; return the exit status."""
    name, options = recipe_and_options("train", words)
    prog, launch = f"spide train {name}", Launch.of(os.environ)
    choice = parse(Train, options, prog, description(name), default=Train(RECIPES[name]))
    _refuse_two_data_sets(options)
    if choice.resume is None:
        # Before the imports: these mistakes are told at once.
        refuse_early(name, choice.recipe, options)
        if launch.restarts:
            raise UserError(
                f"torchrun has started the processes again ({launch.restarts}), and a training "
                "without --resume would begin anew: resume the run of the first start, with which "
                "restarts go on from the newest checkpoint"
            )
        check_makeable(choice.out or Path("runs") / f"{name}-DATE-TIME")
    else:
        open_run(choice.resume)
    from training.cli.commands import training_commands
    from training.parallel.distributed.processes import join

    most = choice.max_iterations
    if choice.resume is None:
        with join(launch) as processes:
            setting = training_commands.setting_of(choice.data_dir, processes, choice.download)
            return training_commands.train_anew(name, choice.recipe, choice.out, most, setting)
    resumed = training_commands.open_run_of(choice.resume, name)
    # Read again with the run's recipe for defaults: the options that were given stand out.
    choice = parse(Train, options, prog, default=Train(resumed.recipe))
    with join(launch) as processes:
        setting = training_commands.setting_of(choice.data_dir, processes, choice.download)
        return training_commands.resume(resumed, choice.recipe, most, setting)


def _refuse_two_data_sets(options: Sequence[str]) -> None:
    """Refuse two data sets of which one would go unused."""
    if "data" in fields_given(Train, options) and "data_set" in fields_given(Recipe, options):
        raise UsageError("--data and --data-set exclude each other: give the data set once")
