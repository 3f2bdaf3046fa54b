"""A stand-in for both networks, for what the training does around them.

Its numbers mean nothing, but every one of them depends on the parameters, the images, the labels
and the dropout masks of the batch, so that a loop that mixes up any of these ends elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import TensorDataset

from networks import Architecture
from networks.weights import Weights
from training.data import Images
from training.methods import Prediction, StepResult
from training.methods.method import Method
from training.methods.parts.batch import Batch

Array = NDArray[np.floating]


class FakeTrainer(Method):
    """A method without networks.

    Parameters
    ----------
    architecture : Architecture
        Whose parameters it has gradients for.
    on_gradients, on_predict : callable
        Called before every batch, with the number of the call.
    """

    def __init__(
        self,
        architecture: Architecture,
        on_gradients: Callable[[int], None] = lambda call: None,
        on_predict: Callable[[int], None] = lambda call: None,
    ) -> None:
        super().__init__(architecture, 2**20, "float32")
        self._parameters: dict[str, Array] = {}
        self._on_gradients, self._on_predict = on_gradients, on_predict
        self.gradient_calls = self.predict_calls = 0

    @property
    def stage_names(self) -> tuple[str, ...]:
        return ("forward",)

    def set_weights(self, weights: Weights) -> None:
        self._parameters = dict(weights)

    def predict_batch(self, batch: Batch) -> Prediction:
        self.predict_calls += 1
        self._on_predict(self.predict_calls)
        return Prediction(self._logits(batch.images), {}, {})

    def step_batch(self, batch: Batch) -> StepResult:
        images, labels = batch.images, batch.labels
        self.gradient_calls += 1
        self._on_gradients(self.gradient_calls)
        masks = batch.masks.values()
        drawn = sum([float((mask.reshape(len(mask), -1)[:, 0] * labels).sum()) for mask in masks])
        seen = float((images.reshape(len(images), -1).mean(axis=1) * (1 + labels)).sum())
        gradients = {
            name: np.cos(seen + drawn + 100 * values)  # chaotic: no error ever heals
            for name, values in self._parameters.items()
        }
        rates = {layer.name: abs(np.cos(seen)) for layer in self.architecture.layers}
        return StepResult(
            logits=self._logits(images),
            loss=abs(np.sin(seen)),
            gradients=gradients,
            rates={"alpha": {}, "beta": {}},
            firing_rates={
                "forward": rates,
                "backward": {name: rate / 10 for name, rate in rates.items()},
            },
            output_gradient=np.zeros(0),
        )

    def _logits(self, images: Array) -> Array:
        weight = self._parameters["readout.weight"]
        flat = images.reshape(len(images), -1)
        return np.cos(flat[:, : weight.shape[1]] @ weight.T[: flat.shape[1]])


def random_images(training: int = 10, test: int = 6, seed: int = 0) -> Images:
    """Random 1 x 4 x 4 images of 3 classes."""
    generator = torch.Generator().manual_seed(seed)

    def part(count: int) -> TensorDataset:
        return TensorDataset(
            torch.rand((count, 1, 4, 4), generator=generator),
            torch.randint(0, 3, (count,), generator=generator),
        )

    return Images(training=part(training), test=part(test))


def small_architecture() -> Architecture:
    """Two layers, a feedback and a readout for `random_images`."""
    return Architecture.parse("2C3s-2C3 (F2C3)", (1, 4, 4), 3)
