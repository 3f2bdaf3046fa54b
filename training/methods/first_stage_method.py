"""A method that runs stage 1: what all of them have in common that simulate spikes in Brian2."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.typing import ArrayLike

from networks import Architecture, ForwardNetwork
from networks.simulation import Simulation
from networks.stages.stage import Stage
from training.methods.parts.batch import Batch
from training.methods.parts.first_stage import FirstStage
from training.methods.recipe_method import RecipeMethod
from training.methods.results import Prediction
from training.recipes.two_stage_config import TwoStageConfig


class FirstStageMethod(RecipeMethod):
    """Stage 1 predicts; what it learns from is up to the classes derived from this one.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
    batch_size : int
        Largest number of samples of one call.
    simulation : Simulation

    Raises
    ------
    ValueError
        For values that cannot be built, or a way to learn that is not the method's.
    CompilerNotFoundError
        Without a C++ compiler.
    """

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        simulation: Simulation,
    ) -> None:
        self.facts.check_simulation(simulation)
        network = ForwardNetwork(architecture, config.neuron, batch_size, simulation)
        super().__init__(architecture, network.batch_size, simulation.dtype)
        self.config = config
        self.first = FirstStage(network, config)

    @property
    def stages(self) -> Mapping[str, Stage]:
        return {"forward": self.first.network}

    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        self.first.network.set_parameters(parameters)

    def predict_batch(self, batch: Batch) -> Prediction:
        return self.first.predict(batch)
