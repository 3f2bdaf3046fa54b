"""Exact implicit differentiation: what stage 2 approaches, solved as the linear system it is.

Stage 1 is the project's own; eq. 5 (`training.methods.parts.linear_system`) is solved instead of
simulated. Weight gradients are Algorithm 2's products of rates, as in stage 2; these leave dropout
out, so that with it they are exactly what stage 2 approaches, but not the derivative of the loss:
without feedback that is theirs divided by ``1 - p`` in every layer, p the rate of dropout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from networks import Architecture
from networks.simulation import Simulation
from training.methods.first_stage_method import FirstStageMethod
from training.methods.parts.batch import Batch
from training.methods.parts.first_stage import open_neurons
from training.methods.parts.linear_system import LinearSystem, Solver, Told, solve
from training.methods.results import StepResult
from training.recipes.methods import METHODS
from training.recipes.two_stage_config import TwoStageConfig

if TYPE_CHECKING:
    from training.recipes.recipe import Recipe

TRAINING_TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
"""Residual at which a training takes eq. 5 for solved, by precision."""


class Implicit(FirstStageMethod):
    """The forward network in one thread, and a solver in place of the backward one.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
        Those of its values that belong to stage 1, and the loss scale.
    batch_size : int
        Largest number of samples of one call.
    simulation : Simulation
    solver : Solver
    told : callable, optional
        Told of everything that is sent back, see `LinearSystem`.

    Raises
    ------
    ValueError
        For values that cannot be built.
    """

    facts = METHODS["implicit"]

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        simulation: Simulation,
        solver: Solver,
        told: Told | None = None,
    ) -> None:
        super().__init__(architecture, config, batch_size, simulation)
        self.solver = solver
        self._told = told

    @classmethod
    def build(
        cls, architecture: Architecture, recipe: Recipe, batch_size: int, told: Told | None = None
    ) -> Implicit:
        """The network of a recipe, for so many samples."""
        solver = Solver(tolerance=TRAINING_TOLERANCE[recipe.dtype])
        return cls(architecture, recipe.two_stage, batch_size, recipe.simulation, solver, told)

    def step_batch(self, batch: Batch) -> StepResult:
        stage1 = self.first.predict(batch)
        loss = self.first.loss(stage1, batch)
        open_ = open_neurons(stage1.alpha)
        system = LinearSystem(
            self.architecture, self.first.network.weights, open_, batch.masks, self.config.rescale,
            self._told,
        )  # fmt: skip
        beta = system.rates(solve(system, loss.output_gradient, self.solver))
        return self.first.result(batch, stage1, loss, beta)
