"""What a way to learn is: images in, logits out; images and labels in, gradients out.

The loop, checkpoints, records and pictures know nothing else of it. What spreads a batch over the
cores or over processes (`training.parallel`) takes any method and is one itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from networks import Architecture
from networks.checks import written
from networks.stages.stage import Stage
from networks.turns import InTurn, in_turn
from networks.weights import Weights
from training.methods.parts.batch import Batch, Masks
from training.methods.parts.division import Division
from training.methods.results import Prediction, StepResult


class Method(InTurn, ABC):
    """A network and a way to get the gradients of its loss.

    Threads that use one at the same time wait for each other.

    Parameters
    ----------
    architecture : Architecture
    batch_size : int
        Largest number of samples of one call.
    dtype : {"float32", "float64"}
        Of rates, logits and gradients.
    """

    def __init__(self, architecture: Architecture, batch_size: int, dtype: str) -> None:
        super().__init__()
        self.architecture = architecture
        self.batch_size = batch_size
        self.dtype: np.dtype[np.floating] = np.dtype(dtype)
        self._written: Weights | None = None

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} '{self.architecture.notation}', batch {self.batch_size}, "
            f"{self.dtype}>"
        )

    @property
    def method_name(self) -> str:
        """What recipes call the way to learn."""
        return type(self).__name__

    @property
    @abstractmethod
    def stage_names(self) -> tuple[str, ...]:
        """The stages whose firing rates it tells, such as ``("forward", "backward")``."""

    @property
    def division(self) -> Division:
        """The processes and threads that share a batch."""
        return Division()

    @property
    def stages(self) -> Mapping[str, Stage]:
        """The networks that learn, ``forward`` and perhaps ``backward``."""
        return {}

    @property
    def pathways(self) -> Mapping[str, tuple[str, ...]]:
        """Where synaptic operations are counted, by stage."""
        return {name: tuple(stage.pathways) for name, stage in self.stages.items()}

    @property
    def forward(self) -> Stage:
        """Stage 1, to which monitors can be added.

        Of several threads it is the first one's: monitors see the parts of a batch that this one
        takes, and parameters set in it are not those of the others, see `set_parameters`.

        Raises
        ------
        AttributeError
            If this method has none.
        """
        return self._stage("forward")

    @property
    def backward(self) -> Stage:
        """Stage 2, likewise."""
        return self._stage("backward")

    def _stage(self, name: str) -> Stage:
        if name not in self.stages:
            raise AttributeError(self.without_stage(name))
        return self.stages[name]

    def without_stage(self, name: str) -> str:
        """One sentence: the method has no such network, and what it has instead."""
        if self.stages:
            instead = f"only {', '.join(self.stages)}"
        else:
            instead = (
                "it runs in torch; of a run, run.network.forward_network(1) is stage 1 in Brian2, "
                "with its weights"
            )
        return f"the method {self.method_name} has no {name} network: {instead}"

    @in_turn
    def set_parameters(self, parameters: Mapping[str, ArrayLike]) -> None:
        """Copy parameters, and write them into the networks.

        Parameters
        ----------
        parameters : dict of array
            Named and shaped as `Architecture.parameter_shapes` says.

        Raises
        ------
        ValueError
            If they do not fit the architecture or are not finite in the method's precision.
        """
        weights = Weights.of(self.architecture, parameters, self.dtype)
        self._written = None  # an interruption leaves some of either
        self.set_weights(weights)
        self._written = weights

    @property
    def weights(self) -> Weights:
        """The parameters that were set last, to read.

        Raises
        ------
        ValueError
            If none have been.
        """
        return written(self._written)

    @abstractmethod
    def set_weights(self, weights: Weights) -> None:
        """What `set_parameters` does, of parameters that are copied and checked."""

    @abstractmethod
    def predict_batch(self, batch: Batch) -> Prediction:
        """What `predict` does, of a batch that is converted and checked."""

    @abstractmethod
    def step_batch(self, batch: Batch) -> StepResult:
        """What `step` does, of a batch that is converted and checked."""

    @in_turn
    def predict(
        self, images: ArrayLike, dropout_masks: Masks | None = None, *, count: bool = False
    ) -> Prediction:
        """Run the network on images.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
            With a frame per step the time is first, not the samples as in the data of a run.
        dropout_masks : dict of array, optional
            Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
        count : bool
            Whether to count synaptic operations, which takes about 1 % of the time.

        Raises
        ------
        ValueError
            If the images do not fit or are not finite.
        KeyboardInterrupt
            If the run was interrupted.
        """
        batch = Batch.to_predict(self.architecture, self.dtype, images, dropout_masks)
        return self.predict_batch(replace(self._fitting(batch), count=count))

    @in_turn
    def step(
        self,
        images: ArrayLike,
        labels: ArrayLike,
        dropout_masks: Masks | None = None,
        *,
        batch: int | None = None,
        count: bool = False,
    ) -> StepResult:
        """Loss and gradients of a batch.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
            With a frame per step the time is first, not the samples as in the data of a run.
        labels : int array, shape (samples,)
        dropout_masks : dict of array, optional
            Masks scaled by 1/(1 - rate), of ``layer1``, ... and ``feedback``.
        batch : int, optional
            Samples of the whole batch if these are a part of it: loss and gradients are then
            what they add to those of the batch.
        count : bool
            Whether to count synaptic operations, which takes about 1 % of the time.

        Raises
        ------
        ValueError
            If images or labels do not fit, or are not finite.
        KeyboardInterrupt
            If a run was interrupted.
        """
        given = Batch.of(self.architecture, self.dtype, images, labels, dropout_masks, batch)
        return self.step_batch(replace(self._fitting(given), count=count))

    def _fitting(self, batch: Batch) -> Batch:
        """Refuse more samples than there is room for, and none."""
        if not 1 <= batch.samples <= self.batch_size:
            raise ValueError(f"{batch.samples} images do not fit a batch size of {self.batch_size}")
        return batch
