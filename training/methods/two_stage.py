"""The two stages of a batch on all cores: images and labels in, gradients out (section 4.4).

`training.methods.share` is the computation itself; here a batch is spread over the cores and put
together again.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from equations import has_sigma_rates
from networks import (
    Architecture,
    Backend,
    BackwardNetwork,
    DeviceName,
    ForwardNetwork,
    PropagationChoice,
    SynapsesChoice,
)
from networks.arrays import class_labels, for_torch, numbers, truth_value, whole_number
from networks.checks import (
    check_dropout_shapes,
    check_dtype,
    check_image_shape,
    check_images,
    typed_dropout,
)
from networks.weights import Weights
from training.methods.results import Prediction, TwoStageResult, join_predictions, join_results
from training.methods.share import Share
from training.methods.two_stage_config import TwoStageConfig
from training.parallel.partition import number_of_shares, samples_per_part, split
from training.parallel.shares import Shares, masks_of

__all__ = [
    "InexactGradientWarning",
    "Prediction",
    "TwoStageConfig",
    "TwoStageResult",
    "TwoStageTrainer",
    "two_stage_gradients",
]

Array = NDArray[np.floating]
Masks = Mapping[str, ArrayLike]


class InexactGradientWarning(UserWarning):
    """Stage 2 would solve eq. 5 for neurons that stage 1 does not have."""


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
        batch_size = whole_number(batch_size, "the batch size")
        if shares is not None:
            shares = whole_number(shares, "the number of shares")
        if couple is not None:
            couple = truth_value(couple, "couple")
        if not has_sigma_rates(config.neuron):
            warnings.warn(
                f"the rates of the neuron '{config.neuron.name}' are not the sigma of section 3.2: "
                "the gradients of stage 2 are not those of eq. 5",
                InexactGradientWarning,
                stacklevel=2,
            )
        self.architecture = architecture
        self.config = config
        self.batch_size = batch_size
        count = shares or number_of_shares(
            architecture, batch_size, device, backend, torch.get_num_threads()
        )
        self._part = size = samples_per_part(architecture, batch_size, count, device)
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
                    config,
                )
                for _ in range(count)
            ]
        )  # fmt: skip
        self._dtype = np.dtype(dtype)

    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        """Copy parameters, and write them into the synapses of both networks.

        Parameters
        ----------
        parameters : dict of array
            Named and shaped as `Architecture.parameter_shapes` says.

        Raises
        ------
        ValueError
            If they do not fit the architecture or are not finite in the networks' precision.
        """
        weights = Weights.of(self.architecture, parameters, self._dtype)
        for share in self._shares:
            share.set_weights(weights)

    def predict(self, images: ArrayLike, dropout_masks: Masks | None = None) -> Prediction:
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
        images, masks, parts = self._typed(images, dropout_masks)

        def predict(share: Share, part: slice) -> Prediction:
            return share.predict(self._samples(images, part), masks_of(masks, part))

        return join_predictions(self._shares.run(predict, parts))

    def gradients(
        self,
        images: ArrayLike,
        labels: ArrayLike,
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
        images, masks, parts = self._typed(images, dropout_masks)
        samples = parts[-1].stop
        labels = class_labels(labels, samples, self.architecture.classes)
        whole = samples if batch is None else whole_number(batch, "batch", samples)

        def gradients(share: Share, part: slice) -> TwoStageResult:
            return share.gradients(
                self._samples(images, part), labels[part], masks_of(masks, part), whole
            )

        return join_results(self._shares.run(gradients, parts))

    def _typed(
        self, images: ArrayLike, masks: Masks | None
    ) -> tuple[Array, Mapping[str, Array], list[slice]]:
        """Images and masks in the networks' precision, and the parts of the batch."""
        pixels = for_torch(numbers(images, self._dtype, "the images"))
        parts = self._parts(pixels)
        typed = typed_dropout(masks, self._dtype)
        check_dropout_shapes(self.architecture, typed, parts[-1].stop)
        return pixels, typed, parts

    def _samples(self, images: Array, part: slice) -> Array:
        return images[:, part] if self.architecture.has_frames(images) else images[part]

    def _parts(self, images: Array) -> list[slice]:
        check_image_shape(self.architecture, images)
        samples = len(images[0]) if self.architecture.has_frames(images) else len(images)
        if not 1 <= samples <= self.batch_size:
            raise ValueError(f"{samples} images do not fit a batch size of {self.batch_size}")
        return split(samples, len(self._shares), self._part)


def two_stage_gradients(
    architecture: Architecture,
    parameters: Mapping[str, ArrayLike],
    images: ArrayLike,
    labels: ArrayLike,
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
    check_dtype(dtype)
    images = numbers(images, dtype, "the images")
    check_image_shape(architecture, images)
    samples = images.shape[-len(architecture.input_shape) - 1]
    # All that can be refused is refused before anything is built.
    check_images(architecture, images, config.forward_steps, samples)
    labels = class_labels(labels, samples, architecture.classes)
    masks = typed_dropout(dropout_masks, np.dtype(dtype))
    check_dropout_shapes(architecture, masks, samples)
    weights = Weights.of(architecture, parameters, dtype)
    trainer = TwoStageTrainer(
        architecture, config, samples, synapses=synapses, couple=couple, dtype=dtype,
        device=device, propagation=propagation, backend=backend, shares=1,
    )  # fmt: skip
    trainer.set_parameters(weights)
    return trainer.gradients(images, labels, masks)
