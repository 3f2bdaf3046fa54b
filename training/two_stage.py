"""The two stages of one batch: from images and labels to gradients (section 4.4).

1. Stage 1 gives the rates alpha; the readout gives logits and the loss.
2. The output gradient ``g = W_o^T (s_l / B)(softmax - onehot)`` drives stage 2, which gives beta.
3. Every weight gradient is a product of the two rates of the neurons it joins (Algorithm 2,
   lines 16-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from networks import (
    Architecture,
    Backend,
    BackwardNetwork,
    BackwardRates,
    DeviceName,
    ForwardNetwork,
    PropagationChoice,
    SynapsesChoice,
)
from training.local_gradients import average_input, local_gradients, loss_and_gradient
from training.shares import (
    Share,
    Shares,
    average,
    join_by_layer,
    masks_of,
    number_of_shares,
    split,
)
from training.two_stage_config import TwoStageConfig

__all__ = [
    "Prediction",
    "TwoStageConfig",
    "TwoStageResult",
    "TwoStageTrainer",
    "two_stage_gradients",
]

Array = NDArray[np.floating]
Masks = Mapping[str, Array]


@dataclass(frozen=True)
class Prediction:
    """What stage 1 gives.

    Parameters
    ----------
    logits : array, shape (samples, classes)
    alpha : dict of array
        Average rates by layer, shape (samples, *layer.shape).
    firing_rates : dict of float
        Share of neurons that fire per step, by layer.
    """

    logits: Array
    alpha: dict[str, Array]
    firing_rates: dict[str, float]


@dataclass(frozen=True)
class TwoStageResult:
    """What both stages give for one batch.

    Parameters
    ----------
    logits : array, shape (samples, classes)
    loss : float
        Mean cross-entropy, not scaled.
    alpha, beta : dict of array
        Rates of stage 1 and stage 2 by layer, shape (samples, *layer.shape).
    output_gradient : array, shape (samples, *shape of the last layer)
        g, the gradient of the scaled loss with respect to alpha of the last layer.
    gradients : dict of array
        Gradients of the scaled loss by parameter name.
    firing_rates_forward, firing_rates_backward : dict of float
        Share of neurons that fire per step, by layer; both signs count in stage 2.
    """

    logits: Array
    loss: float
    alpha: dict[str, Array]
    beta: dict[str, Array]
    output_gradient: Array
    gradients: dict[str, Array]
    firing_rates_forward: dict[str, float]
    firing_rates_backward: dict[str, float]


class TwoStageTrainer:
    """Both networks of an architecture, built once and run batch after batch.

    Parameters
    ----------
    architecture : Architecture
    config : TwoStageConfig
    batch_size : int
        Largest number of samples of one call.
    synapses : {"auto", "shared", "explicit"}
        "auto" is "shared" on the runtime device and "explicit" on others.
    couple : bool, optional
        Whether stage 2 simulates couples of two IF populations; by default on GeNN only.
    dtype : {"float32", "float64"}
    device : {"runtime", "cpp_standalone", "genn"}
        Where Brian2 runs.
    propagation : {"auto", "sequential", "synchronous"}
        When spikes arrive, see `networks.schedule`; "auto" is "sequential" where that is possible.
    backend : {"cuda", "cpu"}
        What GeNN generates code for.
    shares : int, optional
        Number of threads (programs, on compiled devices) that the samples are spread over; by
        default one per core, on the runtime device fewer for small networks. It changes no spike.

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
        *,
        synapses: SynapsesChoice = "auto",
        couple: bool | None = None,
        dtype: str = "float32",
        device: DeviceName = "runtime",
        propagation: PropagationChoice = "auto",
        backend: Backend = "cuda",
        shares: int | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"the batch size is {batch_size}: it must be at least 1")
        self.architecture = architecture
        self.config = config
        self.batch_size = batch_size
        count = shares or number_of_shares(architecture, batch_size, device, backend)
        size = -(-batch_size // count)
        self._shares = Shares(
            [
                Share(
                    ForwardNetwork(
                        architecture, config.neuron, size, synapses=synapses, dtype=dtype,
                        device=device, propagation=propagation, backend=backend,
                    ),
                    BackwardNetwork(
                        architecture, config.couple, size, as_couples=couple, synapses=synapses,
                        dtype=dtype, device=device, propagation=propagation, backend=backend,
                    ),
                )
                for _ in range(count)
            ]
        )  # fmt: skip
        self._dtype = np.dtype(dtype)
        self._parameters: dict[str, Array] = {}

    def set_parameters(self, parameters: Mapping[str, Array]) -> None:
        """Write parameters into the synapses of both networks.

        Parameters
        ----------
        parameters : dict of array
            Named and shaped as `Architecture.parameter_shapes` says.

        Raises
        ------
        ValueError
            If they do not fit the architecture or are not finite.
        """
        values = {name: np.asarray(value, self._dtype) for name, value in parameters.items()}
        for share in self._shares:
            share.forward.set_parameters(values)
            share.backward.set_parameters(values)
        self._parameters = values

    def predict(self, images: Array, dropout_masks: Masks | None = None) -> Prediction:
        """Run stage 1 and the readout (Algorithm 1).

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        dropout_masks : dict of array, optional
            Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.

        Raises
        ------
        ValueError
            If the images do not fit or are not finite.
        KeyboardInterrupt
            If the run was interrupted.
        """
        images, dropout_masks = self._typed(images, dropout_masks)
        parts = self._parts(images)
        frames = self._has_frames(images)
        rates = self._shares.run(
            lambda share, part: share.forward.run(
                images[:, part] if frames else images[part],
                self.config.forward_steps,
                masks_of(dropout_masks, part),
            ),
            parts,
        )
        alpha = join_by_layer([rate.alpha for rate in rates])
        last = alpha[self.architecture.output.name]
        weight, bias = self._parameters["readout.weight"], self._parameters["readout.bias"]
        logits = last.reshape(len(last), -1) @ weight.T + bias
        return Prediction(logits, alpha, average([rate.firing_rates for rate in rates], parts))

    def gradients(
        self,
        images: Array,
        labels: NDArray[np.integer],
        dropout_masks: Masks | None = None,
        *,
        batch: int | None = None,
    ) -> TwoStageResult:
        """Run both stages of a batch.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        labels : int array, shape (samples,)
        dropout_masks : dict of array, optional
            Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
        batch : int, optional
            Samples of the whole batch if these are a part of it: loss and gradients are then
            what they add to those of the batch.

        Raises
        ------
        ValueError
            If images or labels do not fit, or are not finite.
        KeyboardInterrupt
            If one of the runs was interrupted.
        """
        images, dropout_masks = self._typed(images, dropout_masks)
        stage1 = self.predict(images, dropout_masks)
        loss, logits_gradient = loss_and_gradient(
            stage1.logits, np.asarray(labels), self.config.loss_scale, batch
        )
        output_gradient = (logits_gradient @ self._parameters["readout.weight"]).reshape(
            -1, *self.architecture.output.shape
        )

        def stage2(share: Share, part: slice) -> tuple[BackwardRates, dict[str, Array]]:
            masks = {
                name: ((rate[part] > 0) & (rate[part] < 1)).astype(self._dtype)
                for name, rate in stage1.alpha.items()
            }
            rates = share.backward.run(
                output_gradient[part],
                masks,
                self.config.backward_steps,
                rescale=self.config.rescale,
                dropout_masks=masks_of(dropout_masks, part),
            )
            rescale = self._dtype.type(self.config.rescale)
            return rates, {
                name: rescale * (masks[name] * beta) for name, beta in rates.beta.items()
            }

        parts = self._parts(images)
        rates, local = zip(*self._shares.run(stage2, parts), strict=True)
        x = average_input(images, self.config.leak) if self._has_frames(images) else images
        return TwoStageResult(
            logits=stage1.logits,
            loss=loss,
            alpha=stage1.alpha,
            beta=join_by_layer([rate.beta for rate in rates]),
            output_gradient=output_gradient,
            gradients=local_gradients(
                self.architecture, x, stage1.alpha, join_by_layer(local), logits_gradient
            ),
            firing_rates_forward=stage1.firing_rates,
            firing_rates_backward=average([rate.firing_rates for rate in rates], parts),
        )

    def _typed(self, images: Array, masks: Masks | None) -> tuple[Array, Masks]:
        typed = {name: np.asarray(mask, self._dtype) for name, mask in (masks or {}).items()}
        return np.asarray(images, self._dtype), typed

    def _has_frames(self, images: Array) -> bool:
        return images.ndim == len(self.architecture.input_shape) + 2

    def _parts(self, images: Array) -> list[slice]:
        samples = len(images[0]) if self._has_frames(images) else len(images)
        if not 1 <= samples <= self.batch_size:
            raise ValueError(f"{samples} images do not fit a batch size of {self.batch_size}")
        return split(samples, len(self._shares))


def two_stage_gradients(
    architecture: Architecture,
    parameters: Mapping[str, Array],
    images: Array,
    labels: NDArray[np.integer],
    config: TwoStageConfig,
    *,
    dropout_masks: Masks | None = None,
    synapses: SynapsesChoice = "auto",
    couple: bool | None = None,
    dtype: str = "float64",
    device: DeviceName = "runtime",
    propagation: PropagationChoice = "auto",
    backend: Backend = "cuda",
) -> TwoStageResult:
    """Both stages of one batch, on networks built for the occasion.

    Parameters
    ----------
    architecture : Architecture
    parameters : dict of array
        Named and shaped as `Architecture.parameter_shapes` says.
    images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
    labels : int array, shape (samples,)
    config : TwoStageConfig
    dropout_masks : dict of array, optional
        Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
    synapses, couple, dtype, device, propagation, backend
        See `TwoStageTrainer`.

    Returns
    -------
    TwoStageResult

    Raises
    ------
    ValueError
        If anything does not fit the architecture or is not finite.
    """
    samples = np.asarray(images).shape[-len(architecture.input_shape) - 1]
    trainer = TwoStageTrainer(
        architecture, config, samples, synapses=synapses, couple=couple, dtype=dtype,
        device=device, propagation=propagation, backend=backend, shares=1,
    )  # fmt: skip
    trainer.set_parameters(parameters)
    return trainer.gradients(images, labels, dropout_masks)
