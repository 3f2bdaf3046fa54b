"""One iteration: dropout masks, gradients, SGD, and the new parameters in the synapses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.methods.method import Method
from training.methods.results import StepResult
from training.recipes.recipe import Recipe
from training.updates.dropout import dropout_masks
from training.updates.optimiser import Optimiser

Array = NDArray[np.floating]

COUNT_EVERY = 10
"""Iterations from one that counts its synaptic operations to the next; counting takes 1 to 3 %."""


@dataclass(frozen=True)
class Learner:
    """What learns: a method whose parameters an optimiser changes.

    Parameters
    ----------
    recipe : Recipe
    trainer : Method
    optimiser : Optimiser
    """

    recipe: Recipe
    trainer: Method
    optimiser: Optimiser

    def __post_init__(self) -> None:
        self.write()

    def write(self) -> None:
        """Write the present parameters into the synapses."""
        self.trainer.set_parameters(self.optimiser.parameters_in_use)

    def learn(
        self, images: Array, labels: NDArray[np.integer], iteration: int
    ) -> tuple[StepResult, float | None]:
        """Learn from one batch.

        Parameters
        ----------
        images : array, shape (samples, *input_shape) or (T_F, samples, *input_shape)
        labels : int array, shape (samples,)
        iteration : int
            It settles the dropout masks, together with the recipe's seed.

        Returns
        -------
        result : StepResult
            Of the weights before the update, with dropout.
        norm : float or None
            Estimated Frobenius norm of the feedback kernel, before its restriction.

        Raises
        ------
        DivergenceError
            If the weights are no longer finite.
        """
        masks = dropout_masks(self.trainer.architecture, self.recipe, len(labels), iteration)
        count = iteration % COUNT_EVERY == 0
        result = self.trainer.step(images, labels, masks, count=count)
        norm = self.optimiser.step(result.gradients)
        self.write()
        return result, norm
