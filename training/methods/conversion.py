"""Conversion: a network of clipped rates learns, and stage 1 spikes with its weights.

The rates of integrate-and-fire neurons approach ``sigma(x) = min(1, max(0, x))`` of their average
input (section 3.2), x in units of V_th - u_rest. A feed-forward network of that activation can be
trained by ordinary backpropagation and its weights used as they are (Cao et al. 2015; Diehl et al.
2015): no layer has to be normalised, because its rates never exceed 1. A neuron with
``u_rest = -V_th`` that starts at 0 starts half way to its threshold, the shift by V_th/(2T) that
conversion needs to round instead of cutting off (Deng & Gu 2021).

Training accuracy is that of the clipped network, test accuracy that of the spikes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from equations import has_sigma_rates
from networks import Architecture, NotFiniteError
from networks.connections.differentiated import differentiated
from networks.populations.neurons import dropout_values
from networks.simulation import Simulation
from networks.weights import Weights
from training.methods.first_stage_method import FirstStageMethod
from training.methods.parts.batch import Batch
from training.methods.parts.unrolled import drive_of, readout_of
from training.methods.results import Prediction, StepResult
from training.recipes.methods import METHODS
from training.recipes.two_stage_config import TwoStageConfig

if TYPE_CHECKING:
    from training.recipes.recipe import Recipe


class Conversion(FirstStageMethod):
    """A clipped network in torch that learns, and stage 1 that predicts.

    Parameters
    ----------
    architecture : Architecture
        Without feedback.
    config : TwoStageConfig
        Those of its values that belong to stage 1, and the loss scale.
    batch_size : int
        Largest number of samples of one call.
    simulation : Simulation

    Raises
    ------
    ValueError
        For a network with feedback, a neuron with other rates, and values that cannot be built.
    CompilerNotFoundError
        Without a C++ compiler.
    """

    facts = METHODS["conversion"]

    def __init__(
        self,
        architecture: Architecture,
        config: TwoStageConfig,
        batch_size: int,
        simulation: Simulation,
    ) -> None:
        self.facts.check_network(architecture)
        if not has_sigma_rates(config.neuron):
            raise ValueError(
                f"the rates of the neuron '{config.neuron.name}' are not those of the clipped "
                "network that the method conversion trains: choose the method spide"
            )
        super().__init__(architecture, config, batch_size, simulation)
        self._tensors: dict[str, Tensor] = {}

    @classmethod
    def build(cls, architecture: Architecture, recipe: Recipe, batch_size: int) -> Conversion:
        """The networks of a recipe, for so many samples."""
        return cls(architecture, recipe.two_stage, batch_size, recipe.simulation)

    def set_weights(self, weights: Weights) -> None:
        self.first.network.set_parameters(weights)
        with differentiated():
            self._tensors = {
                name: torch.tensor(value).requires_grad_() for name, value in weights.items()
            }

    @differentiated()
    def step_batch(self, batch: Batch) -> StepResult:
        rates, logits = self._clipped(batch)
        alpha = {name: rate.detach().numpy() for name, rate in rates.items()}
        prediction = Prediction(logits.detach().numpy(), alpha, {})
        loss = self.first.loss(prediction, batch)
        names = list(self._tensors)
        found = torch.autograd.grad(
            logits,
            [self._tensors[name] for name in names],
            torch.from_numpy(loss.logits_gradient),
        )
        return StepResult(
            logits=prediction.logits,
            loss=loss.loss,
            gradients={name: each.numpy() for name, each in zip(names, found, strict=True)},
            rates={"alpha": alpha},
            firing_rates={},
            output_gradient=loss.output_gradient,
        )

    def _clipped(self, batch: Batch) -> tuple[dict[str, Tensor], Tensor]:
        """The rates of all layers, and the logits."""
        if not self._tensors:
            raise ValueError("there are no weights yet: call set_parameters first")
        batch.check(self.architecture, self.config.forward_steps, self.batch_size)
        rate = torch.from_numpy(self.first.average_input(batch))
        rates: dict[str, Tensor] = {}
        for layer in self.architecture.layers:
            drive = drive_of(self._tensors, layer.name, layer.connection, rate)
            mask = batch.masks.get(layer.name)
            if mask is not None:
                drive = drive * torch.as_tensor(dropout_values(mask, layer.shape))
            if not drive.isfinite().all():  # clipped, it would look like any other
                raise NotFiniteError(
                    f"the input of '{layer.name}' holds NaN or infinite values: the weights or the "
                    "images are too large, try smaller ones"
                )
            rate = (self.config.rescale * drive).clamp(0, 1)
            rates[layer.name] = rate
        return rates, readout_of(self._tensors, rate)
