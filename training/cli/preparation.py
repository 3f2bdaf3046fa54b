"""What a command makes before it begins: architecture, images, networks.

It comes before the run folder is made, so that what cannot work leaves nothing behind.
"""

from __future__ import annotations

import gc
import time
from pathlib import Path

from networks import Architecture, CompilationError, DeviceError
from networks.devices import simulator_class
from training.data import Images, find
from training.errors import UserError
from training.interruption import Interruption
from training.methods.method import Method
from training.parallel.distributed.interruption import SharedInterruption
from training.parallel.distributed.over_processes import OverProcesses
from training.parallel.distributed.processes import Processes
from training.parallel.over_cores import method_over_cores
from training.recipes.recipe import Recipe


def require_device(recipe: Recipe) -> None:
    """Refuse a machine that lacks what the recipe's device needs, before anything is compiled.

    Raises
    ------
    UserError
        If something is missing; it says how to get it.
    """
    try:
        simulator_class(recipe.simulation).require()
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


def build_trainer(architecture: Architecture, recipe: Recipe, batch_size: int) -> Method:
    """Build and compile what a recipe learns with, over all cores.

    Raises
    ------
    UserError
        If the values cannot be simulated, or there is no C++ compiler.
    """
    began = time.perf_counter()
    print("building the networks (their first compilation takes a minute or two) ...", flush=True)
    try:
        trainer = method_over_cores(architecture, recipe, batch_size)
    except (ValueError, CompilationError, DeviceError) as error:
        raise UserError(str(error)) from None
    print(f"ready after {time.perf_counter() - began:.1f} s", flush=True)
    return trainer


def build_for_all(
    architecture: Architecture, recipe: Recipe, processes: Processes
) -> tuple[Method, Interruption]:
    """Build the networks of this process, and what stops it together with the others.

    Raises
    ------
    UserError
        As `build_trainer`, and for batches that cannot be split.
    """
    if processes.size == 1:
        return build_trainer(architecture, recipe, recipe.batch_size), Interruption()
    if recipe.batch_size < processes.size:
        raise UserError(
            f"a batch of {recipe.batch_size} cannot be split over {processes.size} processes: "
            "start fewer, or choose a larger --batch-size"
        )
    # What the first compiles, the others find.
    with processes.first_one_then_others():
        own = build_trainer(architecture, recipe, processes.largest_part(recipe.batch_size))
    interruption = SharedInterruption(tells=processes.leads)
    return OverProcesses(own, recipe.batch_size, processes, interruption), interruption


def keep_everything() -> None:
    """Take all present objects out of garbage collection.

    Brian2 collects garbage in every run. What is imported and built by now stays to the end of the
    process, and looking through it every time takes longer than simulating a small network.
    """
    gc.freeze()
