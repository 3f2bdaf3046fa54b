"""Stage 1 with its readout and loss: what every method that runs stage 1 begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from networks import ForwardNetwork
from training.methods.parts.batch import Batch
from training.methods.parts.local_gradients import (
    average_input,
    local_gradients,
    loss_and_gradient,
)
from training.methods.parts.readout import logits, output_gradient
from training.methods.results import Prediction, StepResult
from training.recipes.two_stage_config import TwoStageConfig

Array = NDArray[np.floating]


class Counted(Protocol):
    """What is counted in a stage, by layer and by connection."""

    @property
    def firing_rates(self) -> dict[str, float]:
        """Share of neurons that fire per step."""

    @property
    def operations(self) -> dict[str, float]:
        """Synaptic operations."""


@dataclass(frozen=True)
class LossGradient:
    """The loss, and where the way back begins.

    Parameters
    ----------
    loss : float
        Mean cross-entropy, not scaled; of a part of a batch, what it adds to that.
    logits_gradient : array, shape (samples, classes)
        ``s_l / B * (softmax - onehot)``.
    output_gradient : array, shape (samples, *shape of the last layer)
        g.
    """

    loss: float
    logits_gradient: Array
    output_gradient: Array


def open_neurons(alpha: Mapping[str, Array]) -> dict[str, NDArray[np.bool_]]:
    """The masks ``m = (0 < alpha < 1)``: neurons that still respond to their input."""
    return {name: (rate > 0) & (rate < 1) for name, rate in alpha.items()}


class FirstStage:
    """The forward network, its readout and its loss.

    Parameters
    ----------
    network : ForwardNetwork
    config : TwoStageConfig
        Those of its values that belong to stage 1, and the loss scale.
    """

    def __init__(self, network: ForwardNetwork, config: TwoStageConfig) -> None:
        self.network = network
        self.config = config
        self.architecture = network.architecture

    def predict(self, batch: Batch) -> Prediction:
        """Run stage 1 and the readout (Algorithm 1)."""
        readout = self.network.weights.tensors
        rates = self.network.run(
            batch.images, self.config.forward_steps, batch.masks, count=batch.count
        )
        last = rates.alpha[self.architecture.output.name]
        outputs = logits(last, readout["readout.weight"], readout["readout.bias"])
        return Prediction(outputs, rates.alpha, rates.firing_rates, rates.operations)

    def loss(self, prediction: Prediction, batch: Batch) -> LossGradient:
        """The cross-entropy and the gradient that goes back from it (Algorithm 2, line 5)."""
        loss, gradient = loss_and_gradient(
            prediction.logits, batch.labels, self.config.loss_scale, batch.whole
        )
        readout = self.network.weights.tensors["readout.weight"]
        g = output_gradient(gradient, readout, self.architecture.output.shape)
        return LossGradient(loss, gradient, g)

    def result(
        self,
        batch: Batch,
        stage1: Prediction,
        loss: LossGradient,
        beta: Mapping[str, Array],
        stage2: Counted | None = None,
        gradients: Mapping[str, Array] | None = None,
    ) -> StepResult:
        """What a method gives that runs stage 1.

        Parameters
        ----------
        batch : Batch
        stage1 : Prediction
        loss : LossGradient
        beta : dict of array
            Rates of stage 2 by layer, or what stands in for them.
        stage2 : Counted, optional
            What was counted in stage 2, if there is one.
        gradients : dict of array, optional
            By parameter; by default the products of alpha and ``m beta`` of Algorithm 2, lines
            16-21.
        """
        firing_rates, operations = {"forward": stage1.firing_rates}, {"forward": stage1.operations}
        if stage2 is not None:
            firing_rates["backward"] = stage2.firing_rates
            operations["backward"] = stage2.operations
        if gradients is None:
            masks = open_neurons(stage1.alpha)
            gradients = local_gradients(
                self.architecture,
                self.average_input(batch),
                stage1.alpha,
                {name: masks[name] * rate for name, rate in beta.items()},
                self.config.rescale,
                loss.logits_gradient,
            )
        return StepResult(
            logits=stage1.logits,
            loss=loss.loss,
            gradients=dict(gradients),
            rates={"alpha": stage1.alpha, "beta": beta},
            firing_rates=firing_rates,
            output_gradient=loss.output_gradient,
            operations=operations,
        )

    def average_input(self, batch: Batch) -> Array:
        """The input of a neuron of layer 1, averaged over time as its spikes are."""
        return average_input(batch, self.config.leak)
