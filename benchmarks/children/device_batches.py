"""Both stages of one batch on one device, again and again.

What is compiled is looked for, and put, in `cache` if that is given. GeNN generates for its CPU
backend.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import tyro

from benchmarks.child import Finished, Stopwatch
from networks.devices.facts import DeviceName, SynapsesChoice
from networks.simulation import Simulation


@dataclass(frozen=True)
class Options:
    """Command line of this program.

    Parameters
    ----------
    network
        One of `benchmarks.device_task.NETWORKS`.
    device, synapses
        As `TwoStageTrainer` takes them.
    shares
        Threads on the runtime device, programs on others.
    batches
        Number of runs to count.
    file
        Weights and batch, see `DeviceTask`.
    cache
        Folder for everything that is compiled; the caches of this machine by default.
    """

    network: str
    device: DeviceName
    synapses: SynapsesChoice
    shares: int
    batches: int
    file: Path
    cache: Path | None = None


def main() -> None:
    """Build, run the batches, then one image for one step of either stage: all that is overhead."""
    options = tyro.cli(Options)
    watch = Stopwatch()
    if options.cache is not None:
        os.environ["SPIDE_CACHE_DIR"] = str(options.cache / "programs")
    from brian2 import prefs

    from benchmarks.device_task import NETWORKS, DeviceTask
    from networks import Architecture
    from training.data import find
    from training.parallel.over_cores import TwoStageTrainer

    if options.cache is not None:
        prefs["codegen.runtime.cython.cache_dir"] = str(options.cache / "cython")
    recipe = NETWORKS[options.network]
    data_set = find(recipe.data_set)
    architecture = Architecture.parse(recipe.architecture, data_set.input_shape, data_set.classes)
    task = DeviceTask.read(options.file)
    watch.lap("imports and data")

    def trainer(forward_steps: int, backward_steps: int) -> TwoStageTrainer:
        steps = replace(recipe, forward_steps=forward_steps, backward_steps=backward_steps)
        simulation = Simulation(
            device=options.device, backend="cpu", dtype=recipe.dtype, synapses=options.synapses,
            threads=options.shares,
        )  # fmt: skip
        built = TwoStageTrainer(architecture, steps.two_stage, recipe.batch_size, simulation)
        built.set_parameters(task.parameters)
        return built

    whole = trainer(recipe.forward_steps, recipe.backward_steps)
    watch.lap("build")
    batch = task.batch
    for number in range(options.batches + 1):
        whole.step(batch.images, batch.labels, batch.masks)
        watch.lap(f"batch {number}")
    single, first = trainer(1, 1), batch.first(1)  # numbers of steps are data: nothing compiles
    watch.lap("another build")
    for number in range(options.batches + 1):
        single.step(first.images, first.labels, first.masks)
        watch.lap(f"overhead {number}")
    Finished.now(watch.steps).print()


if __name__ == "__main__":
    main()
