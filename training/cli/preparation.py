"""What a command makes before it begins: architecture, images, networks.

It comes before the run folder is made, so that what cannot work leaves nothing behind.
"""

from __future__ import annotations

import gc
import time
from pathlib import Path

from networks import Architecture, CompilationError, DeviceError
from networks.devices import choose
from training.data import Images, find
from training.errors import UserError
from training.methods.trainer import Trainer
from training.methods.two_stage import TwoStageTrainer
from training.parallel.distributed.interruption import SharedInterruption
from training.parallel.distributed.processes import Processes
from training.parallel.distributed.split_trainer import SplitTrainer
from training.recipes.recipe import Recipe
from training.runs.interruption import Interruption


def require_device(recipe: Recipe) -> None:
    """Refuse a machine that lacks what the recipe's device needs, before anything is compiled.

    Raises
    ------
    UserError
        If something is missing; it says how to get it.
    """
    choice = choose(recipe.device, recipe.synapses, recipe.propagation, recipe.backend)
    try:
        choice.simulator.require()
    except (ValueError, DeviceError) as error:
        raise UserError(str(error)) from None


def load_images(recipe: Recipe, architecture: Architecture, data_dir: Path) -> Images:
    """Load the recipe's data set, and print how much there is to do.

    Raises
    ------
    DataError
        If the data set cannot be read.
    """
    images = find(recipe.data_set).load(data_dir)
    print(
        f"{recipe.data_set}: {len(images.training):,} training and {len(images.test):,} test "
        f"images\n{architecture.notation}: {architecture.neurons:,} neurons, "
        f"{architecture.parameters:,} parameters, {architecture.synapses:,} synapses",
        flush=True,
    )
    return images


def build_trainer(
    architecture: Architecture, recipe: Recipe, batch_size: int | None = None
) -> TwoStageTrainer:
    """Build and compile both networks of a recipe, for its batches or for a part of them.

    Raises
    ------
    UserError
        If the values cannot be simulated, or there is no C++ compiler.
    """
    began = time.perf_counter()
    print("building the networks (their first compilation takes a minute or two) ...", flush=True)
    try:
        trainer = TwoStageTrainer(
            architecture,
            recipe.two_stage,
            batch_size or recipe.batch_size,
            synapses=recipe.synapses,
            couple=recipe.couple or None,
            dtype=recipe.dtype,
            device=recipe.device,
            propagation=recipe.propagation,
            backend=recipe.backend,
        )
    except (ValueError, CompilationError, DeviceError) as error:
        raise UserError(str(error)) from None
    print(f"ready after {time.perf_counter() - began:.1f} s", flush=True)
    return trainer


def build_for_all(
    architecture: Architecture, recipe: Recipe, processes: Processes
) -> tuple[Trainer, Interruption]:
    """Build the networks of this process, and what stops it together with the others.

    Raises
    ------
    UserError
        As `build_trainer`, and for batches that cannot be split.
    """
    if processes.size == 1:
        return build_trainer(architecture, recipe), Interruption()
    if recipe.batch_size < processes.size:
        raise UserError(
            f"a batch of {recipe.batch_size} cannot be split over {processes.size} processes: "
            "start fewer, or choose a larger --batch-size"
        )
    # What the first compiles, the others find.
    with processes.first_one_then_others():
        trainer = build_trainer(architecture, recipe, processes.largest_part(recipe.batch_size))
    interruption = SharedInterruption(tells=processes.leads)
    split = SplitTrainer(trainer, architecture, processes, interruption, recipe.dtype)
    return split, interruption


def keep_everything() -> None:
    """Take all present objects out of garbage collection.

    Brian2 collects garbage in every run. What is imported and built by now stays to the end of the
    process, and looking through it every time takes longer than simulating a small network.
    """
    gc.freeze()
