"""SPIDE: gradients from the spikes of a second stage (section 4.4).

1. Stage 1 gives the rates alpha; the readout gives logits and the loss.
2. The output gradient ``g = W_o^T (s_l / B)(softmax - onehot)`` drives stage 2, which gives beta.
3. Every weight gradient between spiking neurons is a product of the two rates of the neurons it
   joins; layer 1 has the input for alpha, the readout the logits' gradient for beta (Algorithm 2,
   lines 16-21). A stage 2 that learns from spikes has summed the first of them already, spike by
   spike (`equations.plasticity`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from networks import Architecture, BackwardNetwork, BackwardRates
from networks.simulation import Simulation
from networks.stages.learning import Stage1Rates
from networks.stages.stage import Stage
from networks.weights import Weights
from training.methods.first_stage_method import FirstStageMethod
from training.methods.parts.batch import Batch
from training.methods.parts.first_stage import open_neurons
from training.methods.parts.local_gradients import readout_gradients
from training.methods.results import Prediction, StepResult
from training.recipes.methods import METHODS
from training.recipes.two_stage_config import TwoStageConfig

if TYPE_CHECKING:
    from training.recipes.recipe import Recipe

Array = NDArray[np.floating]


class Spide(FirstStageMethod):
    """Both networks, run one after the other in one thread.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
    batch_size : int
        Largest number of samples of one call.
    simulation : Simulation
    couple : bool, optional
        Whether stage 2 simulates couples of two IF populations; by default on GeNN only.

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

    facts = METHODS["spide"]

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        simulation: Simulation,
        couple: bool | None = None,
    ) -> None:
        super().__init__(architecture, config, batch_size, simulation)
        self.backward_steps = config.backward_steps
        self.second = BackwardNetwork(
            architecture, config.signed_neurons, batch_size, simulation, couple=couple
        )

    @classmethod
    def build(cls, architecture: Architecture, recipe: Recipe, batch_size: int) -> Spide:
        """The networks of a recipe, for so many samples."""
        couple = recipe.has_couples or None
        return cls(architecture, recipe.two_stage, batch_size, recipe.simulation, couple)

    @property
    def stages(self) -> Mapping[str, Stage]:
        return {"forward": self.first.network, "backward": self.second}

    def set_weights(self, weights: Weights) -> None:
        self.first.network.set_parameters(weights)
        self.second.set_parameters(weights)

    def step_batch(self, batch: Batch) -> StepResult:
        stage1 = self.first.predict(batch)
        loss = self.first.loss(stage1, batch)
        stage2 = self._run_second(loss.output_gradient, batch, stage1)
        if self.second.learning is None:
            return self.first.result(batch, stage1, loss, stage2.beta, stage2)
        last = stage1.alpha[self.architecture.output.name]
        learnt = {**stage2.gradients, **readout_gradients(last, loss.logits_gradient)}
        return self.first.result(batch, stage1, loss, stage2.beta, stage2, learnt)

    def _run_second(self, g: Array, batch: Batch, stage1: Prediction) -> BackwardRates:
        """Stage 2, with the output gradient and the masks of stage 1."""
        learn_from = None
        if self.second.learning is not None:
            learn_from = Stage1Rates(self.first.average_input(batch), stage1.alpha)
        return self.second.run(
            g,
            open_neurons(stage1.alpha),
            self.backward_steps,
            rescale=self.config.rescale,
            dropout_masks=batch.masks,
            learn_from=learn_from,
            count=batch.count,
        )
