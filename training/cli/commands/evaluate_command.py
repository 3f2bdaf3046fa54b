"""``spide evaluate``: how well a trained network does on the test images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from training.cli.options import UsageError, parse
from training.parallel.distributed.launch import Launch
from training.recipes.chosen import read_out_after
from training.runs.files.folder import open_run


@dataclass(frozen=True)
class Evaluate:
    """Options of ``spide evaluate RUN_DIR``.

    Parameters
    ----------
    run_dir : Path
        Run folder.
    data_dir : Path
        Folder of the data sets, as torchvision lays them out.
    download : bool
        Download the run's data set first, if it is not there.
    checkpoint : {"last", "best"}
        The newest weights, or those that were evaluated best.
    forward_steps : int or None
        T_F in place of the one that the network was trained with.
    """

    run_dir: tyro.conf.Positional[Path]
    data_dir: Path = Path("data")
    download: bool = False
    checkpoint: Literal["last", "best"] = "last"
    forward_steps: int | None = None


def run(words: Sequence[str]) -> int:
    """Run ``spide evaluate``; return the exit status."""
    if not words:
        raise UsageError("spide evaluate needs a run folder: spide evaluate RUN_DIR")
    choice = parse(Evaluate, words, prog="spide evaluate")
    trained = open_run(choice.run_dir)  # before the imports: a wrong folder is told at once
    try:
        recipe = read_out_after(trained.recipe, choice.forward_steps)
    except ValueError as error:
        raise UsageError(str(error)) from None
    from training.cli.commands import training_commands
    from training.parallel.distributed.processes import join

    best = choice.checkpoint == "best"
    with join(Launch.of(os.environ)) as processes:
        setting = training_commands.setting_of(choice.data_dir, processes, choice.download)
        return training_commands.evaluate_run(choice.run_dir, recipe, best, setting)
