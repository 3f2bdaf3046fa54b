"""A method that runs stage 1: what all of them have in common that simulate spikes in Brian2."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from equations import has_sigma_rates
from networks import Architecture, ForwardNetwork
from networks.simulation import Simulation
from networks.stages.stage import Stage
from networks.weights import Weights
from training.methods.parts.batch import Batch
from training.methods.parts.first_stage import FirstStage
from training.methods.recipe_method import RecipeMethod
from training.methods.results import Prediction
from training.recipes.two_stage_config import TwoStageConfig


class InexactGradientWarning(UserWarning):
    """Gradients are built on the derivative of sigma, and stage 1 has neurons of other rates."""


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

    Warns
    -----
    InexactGradientWarning
        For a neuron whose rates are not known to be sigma.
    """

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        simulation: Simulation,
    ) -> None:
        self.facts.check_simulation(simulation)
        if not has_sigma_rates(config.neuron):
            warnings.warn(
                f"the rates of the neuron '{config.neuron.name}' are not known to be the sigma of "
                f"section 3.2: the method {self.facts.name} learns with the derivative of sigma",
                InexactGradientWarning,
                stacklevel=3,
            )
        network = ForwardNetwork(architecture, config.neuron, batch_size, simulation)
        super().__init__(architecture, network.batch_size, simulation.dtype)
        self.first = FirstStage(network, config)

    @property
    def config(self) -> TwoStageConfig:
        """Thresholds, steps and scales."""
        return self.first.config

    @property
    def stages(self) -> Mapping[str, Stage]:
        return {"forward": self.first.network}

    def set_weights(self, weights: Weights) -> None:
        self.first.network.set_parameters(weights)

    def predict_batch(self, batch: Batch) -> Prediction:
        return self.first.predict(batch)
