"""The two stages of some samples: from images and labels to gradients (section 4.4).

1. Stage 1 gives the rates alpha; the readout gives logits and the loss.
2. The output gradient ``g = W_o^T (s_l / B)(softmax - onehot)`` drives stage 2, which gives beta.
3. Every weight gradient between spiking neurons is a product of the two rates of the neurons it
   joins; layer 1 has the input for alpha, the readout the logits' gradient for beta (Algorithm 2,
   lines 16-21).

B counts the samples of the whole batch, of which these may be a part: loss and gradients of the
parts add up to those of the batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from networks import BackwardNetwork, ForwardNetwork
from networks.weights import Weights
from training.methods.local_gradients import average_input, local_gradients, loss_and_gradient
from training.methods.readout import logits, output_gradient
from training.methods.results import Prediction, TwoStageResult
from training.methods.two_stage_config import TwoStageConfig

Array = NDArray[np.floating]
Masks = Mapping[str, Array]


class Share:
    """Both networks, run one after the other in one thread.

    Parameters
    ----------
    forward, backward : ForwardNetwork, BackwardNetwork
        Of one architecture, batch size and dtype.
    config : TwoStageConfig
    """

    def __init__(
        self, forward: ForwardNetwork, backward: BackwardNetwork, config: TwoStageConfig
    ) -> None:
        self.forward = forward
        self.backward = backward
        self.config = config
        self.architecture = forward.architecture

    def prepare(self) -> None:
        """Compile both networks."""
        self.forward.prepare()
        self.backward.prepare()

    def stop(self) -> None:
        """Interrupt a run that is going on in another thread."""
        self.forward.stop()
        self.backward.stop()

    def set_weights(self, weights: Weights) -> None:
        """Write weights into the synapses of both networks."""
        self.forward.set_parameters(weights)
        self.backward.set_parameters(weights)
        self._weights = weights

    def predict(self, images: Array, dropout_masks: Masks) -> Prediction:
        """Run stage 1 and the readout (Algorithm 1).

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        dropout_masks : dict of array
        """
        rates = self.forward.run(images, self.config.forward_steps, dropout_masks)
        last = rates.alpha[self.architecture.output.name]
        weight, bias = self._weights["readout.weight"], self._weights["readout.bias"]
        return Prediction(logits(last, weight, bias), rates.alpha, rates.firing_rates)

    def gradients(
        self, images: Array, labels: NDArray[np.integer], dropout_masks: Masks, batch: int
    ) -> TwoStageResult:
        """Run both stages.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        labels : int array, shape (samples,)
        dropout_masks : dict of array
        batch : int
            B, the samples of the whole batch.
        """
        stage1 = self.predict(images, dropout_masks)
        loss, logits_gradient = loss_and_gradient(
            stage1.logits, labels, self.config.loss_scale, batch
        )
        g = output_gradient(
            logits_gradient, self._weights["readout.weight"], self.architecture.output.shape
        )
        masks = {name: (alpha > 0) & (alpha < 1) for name, alpha in stage1.alpha.items()}
        stage2 = self.backward.run(
            g,
            masks,
            self.config.backward_steps,
            rescale=self.config.rescale,
            dropout_masks=dropout_masks,
        )
        local = {name: masks[name] * beta for name, beta in stage2.beta.items()}
        frames = self.architecture.has_frames(images)
        x = average_input(images, self.config.leak) if frames else images
        gradients = local_gradients(
            self.architecture, x, stage1.alpha, local, self.config.rescale, logits_gradient
        )
        return TwoStageResult(
            logits=stage1.logits,
            loss=loss,
            alpha=stage1.alpha,
            beta=stage2.beta,
            output_gradient=g,
            gradients=gradients,
            firing_rates_forward=stage1.firing_rates,
            firing_rates_backward=stage2.firing_rates,
        )
