"""Direct feedback alignment with spikes: fixed random feedback drives every layer's stage 2.

The transposed weights of stage 2 are what hardware has least of. Direct feedback alignment (Nokland
2016; with spikes Neftci et al. 2017, Samadi et al. 2017) does without: the gradient e of the
logits reaches each layer through a random matrix of its own, which never learns,

    g_l = B_l^T e,    beta_l = rates of ternary neurons that receive g_l for T_B steps.

Stage 1 and the products of rates (Algorithm 2, lines 16-21) are SPIDE's; no layer waits for
another. The entries of B_l are uniform in +-1/sqrt(neurons of layer l), the rule of the readout,
whose place it takes, so that e reaches every layer as strongly as SPIDE's last one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from networks import Architecture
from networks.simulation import Simulation
from networks.stages.direct import DirectNetwork
from networks.stages.stage import Stage
from networks.weights import Weights
from training.methods.first_stage_method import FirstStageMethod
from training.methods.parts.batch import Batch
from training.methods.parts.readout import output_gradient
from training.methods.results import StepResult
from training.randomness import stream
from training.recipes.methods import METHODS
from training.recipes.two_stage_config import TwoStageConfig

if TYPE_CHECKING:
    from training.recipes.recipe import Recipe

Array = NDArray[np.floating]


def random_feedback(
    architecture: Architecture, seed: int, dtype: np.dtype[np.floating]
) -> dict[str, Array]:
    """The matrices B_l by layer, shape (classes, neurons of the layer); the seed settles them."""
    found = {}
    for index, layer in enumerate(architecture.layers):
        bound = layer.units**-0.5
        generator = stream(seed, "random feedback", index)
        values = generator.uniform(-bound, bound, (architecture.classes, layer.units))
        found[layer.name] = values.astype(dtype)
    return found


class FeedbackAlignment(FirstStageMethod):
    """Stage 1, and ternary neurons that the error reaches directly.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
    batch_size : int
        Largest number of samples of one call.
    simulation : Simulation
    seed : int
        Settles the random feedback.
    couple : bool, optional
        Whether stage 2 simulates couples of two IF populations; by default what the device prefers.

    Attributes
    ----------
    backward_steps : int
        T_B of the steps to come: the configuration's, until it is set.

    Raises
    ------
    ValueError
        For values that cannot be built.
    CompilerNotFoundError
        Without a C++ compiler.
    """

    facts = METHODS["feedback_alignment"]

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        simulation: Simulation,
        seed: int,
        couple: bool | None = None,
    ) -> None:
        super().__init__(architecture, config, batch_size, simulation)
        self.backward_steps = config.backward_steps
        self.second = DirectNetwork(
            architecture, config.signed_neurons, batch_size, simulation, couple=couple
        )
        self.random_feedback = random_feedback(architecture, seed, self.dtype)

    @classmethod
    def build(
        cls, architecture: Architecture, recipe: Recipe, batch_size: int
    ) -> FeedbackAlignment:
        """The networks of a recipe, for so many samples."""
        couple = recipe.has_couples or None
        return cls(
            architecture, recipe.two_stage, batch_size, recipe.simulation, recipe.seed, couple
        )

    @property
    def stages(self) -> Mapping[str, Stage]:
        return {"forward": self.first.network, "backward": self.second}

    def set_weights(self, weights: Weights) -> None:
        super().set_weights(weights)
        self.second.set_parameters(weights)

    def step_batch(self, batch: Batch) -> StepResult:
        stage1 = self.first.predict(batch)
        loss = self.first.loss(stage1, batch)
        currents = {
            layer.name: output_gradient(
                loss.logits_gradient,
                torch.from_numpy(self.random_feedback[layer.name]),
                layer.shape,
            )
            for layer in self.architecture.layers
        }
        stage2 = self.second.run(currents, self.backward_steps, count=batch.count)
        return self.first.result(batch, stage1, loss, stage2.beta, stage2)
