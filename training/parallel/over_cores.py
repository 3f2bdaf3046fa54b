"""A batch over the cores of a machine: any method, once per worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Unpack

from networks import Architecture
from networks.arrays import truth_value, whole_number
from networks.checks import check_architecture, check_kind
from networks.simulation import Simulation, SimulationOptions
from networks.stages.stage import Stage
from networks.weights import Weights
from training.methods.build import build_method
from training.methods.method import Method
from training.methods.parts.batch import Batch
from training.methods.parts.division import Division
from training.methods.recipe_method import RecipeMethod
from training.methods.results import Prediction, StepResult, join_predictions, join_results
from training.methods.spide import Spide
from training.parallel.partition import number_of_workers, samples_per_part, split
from training.parallel.threads import torch_threads
from training.parallel.workers import Workers
from training.recipes.recipe import Recipe
from training.recipes.two_stage_config import TwoStageConfig


class OverCores(Method):
    """A method whose batches are cut into parts that workers take.

    Parameters
    ----------
    build : callable
        Makes the method of one worker, for so many samples.
    architecture : Architecture
    batch_size : int
        Largest number of samples of one call.
    simulation : Simulation
        Its threads say how many workers there are.

    Raises
    ------
    ValueError, CompilerNotFoundError, DeviceError
        As `build`.
    """

    def __init__(
        self,
        build: Callable[[int], RecipeMethod],
        architecture: Architecture,
        batch_size: int,
        simulation: Simulation,
    ) -> None:
        super().__init__(architecture, whole_number(batch_size, "the batch size"), simulation.dtype)
        simulation.check_batch(self.batch_size)
        count = simulation.threads or number_of_workers(
            architecture, self.batch_size, simulation, torch_threads()
        )
        self._most = samples_per_part(architecture, self.batch_size, count, simulation)
        self.workers = Workers([build(self._most) for _ in range(count)])

    @property
    def division(self) -> Division:
        """A thread for every worker."""
        return Division(threads=len(self.workers))

    @property
    def stages(self) -> Mapping[str, Stage]:
        """Those of the first worker, which takes the first samples of every batch."""
        return self.workers.first.stages

    @property
    def method_name(self) -> str:
        """That of the workers."""
        return self.workers.first.method_name

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Those of the workers."""
        return self.workers.first.stage_names

    @property
    def pathways(self) -> Mapping[str, tuple[str, ...]]:
        """Those of the workers."""
        return self.workers.first.pathways

    def set_weights(self, weights: Weights) -> None:
        for worker in self.workers:
            worker.set_parameters(weights)

    def predict_batch(self, batch: Batch) -> Prediction:
        return join_predictions(
            self.workers.run(lambda worker, part: worker.predict_batch(part), self._parts(batch))
        )

    def step_batch(self, batch: Batch) -> StepResult:
        return join_results(
            self.workers.run(lambda worker, part: worker.step_batch(part), self._parts(batch))
        )

    def _parts(self, batch: Batch) -> list[Batch]:
        return [batch.part(part) for part in split(batch.samples, len(self.workers), self._most)]


def method_over_cores(architecture: Architecture, recipe: Recipe, batch_size: int) -> OverCores:
    """What a recipe learns with, on as many cores as it asks for.

    Raises
    ------
    ValueError, CompilerNotFoundError, DeviceError
        If it cannot be built.
    """
    return OverCores(
        lambda samples: build_method(architecture, recipe, samples),
        architecture,
        batch_size,
        recipe.simulation,
    )


class TwoStageTrainer(OverCores):
    """SPIDE on all cores, built once and run batch after batch.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
    batch_size : int
        Largest number of samples of one call.
    simulation : Simulation, optional
    couple : bool, optional
        Whether stage 2 simulates couples of two IF populations; by default on GeNN only.
    **options
        Fields of `Simulation` to change, such as ``dtype="float64"`` or ``threads=1``.

    Raises
    ------
    ValueError
        For values that cannot be built.
    CompilerNotFoundError
        Without a C++ compiler.
    DeviceError
        If a network does not compile.
    """

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        simulation: Simulation | None = None,
        *,
        couple: bool | None = None,
        **options: Unpack[SimulationOptions],
    ) -> None:
        check_architecture(architecture)
        check_kind(config, (TwoStageConfig,), "config", "of a recipe it is recipe.two_stage")
        simulation = Simulation.of(simulation, options)
        couple = None if couple is None else truth_value(couple, "couple")
        super().__init__(
            lambda samples: Spide(architecture, config, samples, simulation, couple),
            architecture,
            batch_size,
            simulation,
        )
