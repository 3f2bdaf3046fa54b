"""The two stages of a batch, its samples spread over the processes.

Every process knows the whole batch and its dropout masks, simulates its own part, and adds its
results to those of the others:

    gradient = sum over parts of sum over the samples of a part,
    g = (s_l / B)(softmax - onehot) W_o with B the samples of the *whole* batch.

A part without samples adds zeros. Logits are added up too, each process having zeros for the
samples of the others, so that loss, accuracy and firing rates are those of the whole batch. The
same sum carries the votes for an interruption.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from networks import Architecture
from networks.arrays import class_labels, numbers
from networks.checks import check_dropout_shapes, check_image_shape, typed_dropout
from training.methods.two_stage import Prediction, TwoStageResult, TwoStageTrainer
from training.parallel.distributed.interruption import SharedInterruption
from training.parallel.distributed.processes import Processes
from training.parallel.shares import masks_of

Array = NDArray[np.floating]
Masks = Mapping[str, Array]


class SplitTrainer:
    """A trainer of whole batches, of which each process simulates its part.

    Parameters
    ----------
    trainer : TwoStageTrainer
        The networks of this process, large enough for its part.
    architecture : Architecture
    processes : Processes
        All of them call the same methods with the same arguments.
    interruption : SharedInterruption
        Agrees with every batch.
    dtype : {"float32", "float64"}
        Of logits and gradients.
    """

    def __init__(
        self,
        trainer: TwoStageTrainer,
        architecture: Architecture,
        processes: Processes,
        interruption: SharedInterruption,
        dtype: str,
    ) -> None:
        self._trainer = trainer
        self._architecture = architecture
        self._processes = processes
        self._interruption = interruption
        self._dtype = np.dtype(dtype)
        self._shapes = architecture.parameter_shapes()

    def set_parameters(self, parameters: Mapping[str, Array]) -> None:
        """Write parameters into the networks of this process; see `TwoStageTrainer`."""
        self._trainer.set_parameters(parameters)

    def predict(self, images: Array, dropout_masks: Masks | None = None) -> Prediction:
        """Run stage 1 and the readout.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
            The whole batch.
        dropout_masks : dict of array, optional
            Of the whole batch.

        Returns
        -------
        Prediction
            Of the whole batch, but for ``alpha``, which has the samples of this process.

        Raises
        ------
        LostProcessError
            If another process is gone.
        """
        samples, part, own = self._split(images)
        masks = self._masks(dropout_masks, samples)
        logits, rates = self._logits(samples), self._rates()
        alpha: Mapping[str, Array] = {}
        if part.start < part.stop:
            result = self._trainer.predict(own, masks_of(masks, part))
            alpha = result.alpha
            logits[part] = result.logits
            rates += self._weighted(result.firing_rates, part, samples)
        self._add_up([logits, rates])
        return Prediction(logits, alpha, self._by_layer(rates))

    def gradients(
        self,
        images: Array,
        labels: NDArray[np.integer],
        dropout_masks: Masks | None = None,
    ) -> TwoStageResult:
        """Run both stages of a batch.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
            The whole batch.
        labels : int array, shape (samples,)
            Of the whole batch.
        dropout_masks : dict of array, optional
            Of the whole batch.

        Returns
        -------
        TwoStageResult
            Of the whole batch, but for ``alpha``, ``beta`` and ``output_gradient``, which have
            the samples of this process.

        Raises
        ------
        LostProcessError
            If another process is gone.
        """
        samples, part, own = self._split(images)
        labels = class_labels(labels, samples, self._architecture.classes)
        masks = self._masks(dropout_masks, samples)
        logits, forward, backward, loss = (
            self._logits(samples), self._rates(), self._rates(), np.zeros(1)
        )  # fmt: skip
        gradients = {name: np.zeros(shape, self._dtype) for name, shape in self._shapes.items()}
        alpha: Mapping[str, Array] = {}
        beta: Mapping[str, Array] = {}
        output_gradient: Array = np.zeros((0, *self._architecture.output.shape), self._dtype)
        if part.start < part.stop:
            result = self._trainer.gradients(
                own, labels[part], masks_of(masks, part), batch=samples
            )
            alpha, beta, output_gradient = result.alpha, result.beta, result.output_gradient
            logits[part] = result.logits
            loss += result.loss
            forward += self._weighted(result.firing_rates_forward, part, samples)
            backward += self._weighted(result.firing_rates_backward, part, samples)
            for name, gradient in gradients.items():
                gradient[...] = result.gradients[name]
        self._add_up([logits, forward, backward, loss, *gradients.values()])
        return TwoStageResult(
            logits=logits,
            loss=float(loss[0]),
            alpha=alpha,
            beta=beta,
            output_gradient=output_gradient,
            gradients=gradients,
            firing_rates_forward=self._by_layer(forward),
            firing_rates_backward=self._by_layer(backward),
        )

    def _split(self, images: Array) -> tuple[int, slice, Array]:
        """Number of samples of the batch, which are those of this process, and their images."""
        images = numbers(images, self._dtype, "the images")
        check_image_shape(self._architecture, images)
        frames = self._architecture.has_frames(images)
        samples = images.shape[1] if frames else len(images)
        part = self._processes.part(samples)
        return samples, part, images[:, part] if frames else images[part]

    def _masks(self, masks: Masks | None, samples: int) -> Mapping[str, Array]:
        """Masks of the whole batch; all processes refuse them, not only those they concern."""
        typed = typed_dropout(masks, self._dtype)
        check_dropout_shapes(self._architecture, typed, samples)
        return typed

    def _logits(self, samples: int) -> Array:
        return np.zeros((samples, *self._shapes["readout.bias"]), self._dtype)

    def _rates(self) -> NDArray[np.float64]:
        return np.zeros(len(self._architecture.layers))

    def _weighted(
        self, rates: Mapping[str, float], part: slice, samples: int
    ) -> NDArray[np.float64]:
        """What a part adds to the firing rates of the batch, by number of the layer."""
        share = (part.stop - part.start) / samples
        return np.array([share * rates[layer.name] for layer in self._architecture.layers])

    def _by_layer(self, rates: NDArray[np.float64]) -> dict[str, float]:
        layers = self._architecture.layers
        return {layer.name: float(rate) for layer, rate in zip(layers, rates, strict=True)}

    def _add_up(self, arrays: list[Array]) -> None:
        votes = self._interruption.votes
        self._processes.sum_([*arrays, votes])
        self._interruption.agree(votes)
