"""Stochastic gradient descent on the parameters, between two runs of the networks.

The gradients of stage 2 are those of s_l times the loss (section 4.3), so the learning rate is
divided by s_l; the weight decay, which SGD adds to the gradient, is not (as in the authors' code):

    M <- momentum * M + (gradient + weight_decay * theta)
    theta <- theta - learning_rate / s_l * M

That is torch's SGD. Lines 23 and 24 of Algorithm 2 write it otherwise: there the gradient counts
1 - momentum times, and the weights decay outside of it, by (1 - weight_decay).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim.sgd import sgd

from training.errors import DivergenceError
from training.randomness import stream
from training.recipes.recipe import Recipe
from training.updates.in_use import gradients_of_learned, parameters_in_use
from training.updates.restriction import RESTRICTED, estimated_norm, restrict

Arrays = Mapping[str, NDArray[np.floating]]


def learning_rate_factor(recipe: Recipe, batches_per_epoch: int, iteration: int) -> float:
    """Return what the learning rate is multiplied by in one iteration.

    A linear warm-up, (iteration + 1) / warmup_iterations, and a decay at every milestone, as a
    function of the iteration alone: a resumed run needs no history.

    Parameters
    ----------
    recipe : Recipe
        Its warmup_iterations, milestones (epochs) and learning_rate_decay.
    batches_per_epoch : int
        Iterations of one epoch.
    iteration : int
        Counted from 0 over all epochs.
    """
    warmup = min(1.0, (iteration + 1) / max(1, recipe.warmup_iterations))
    passed = bisect_right(sorted(recipe.milestones), iteration // batches_per_epoch)
    return warmup * recipe.learning_rate_decay**passed


class Optimiser:
    """torch's SGD and a learning-rate schedule, entered at any iteration.

    Parameters
    ----------
    recipe : Recipe
        Learning rate, momentum, weight decay, loss scale and schedule.
    parameters, momentum : mapping of ndarray
        Parameters and SGD's momentum buffers by parameter name.
    batches_per_epoch : int
        Iterations of one epoch.
    iteration : int
        Iterations that are already done.
    """

    def __init__(
        self,
        recipe: Recipe,
        parameters: Arrays,
        momentum: Arrays,
        batches_per_epoch: int,
        iteration: int,
    ) -> None:
        self._tensors = {
            name: torch.from_numpy(np.array(values)) for name, values in parameters.items()
        }
        self._momentum = {name: torch.from_numpy(np.array(momentum[name])) for name in parameters}
        self._recipe = recipe
        self._batches_per_epoch = batches_per_epoch
        self._iteration = iteration

    @property
    def parameters(self) -> dict[str, NDArray[np.floating]]:
        """The parameters by name, as views."""
        return {name: tensor.numpy() for name, tensor in self._tensors.items()}

    @property
    def momentum(self) -> dict[str, NDArray[np.floating]]:
        """The momentum buffers by parameter name, as views."""
        return {name: tensor.numpy() for name, tensor in self._momentum.items()}

    @property
    def learning_rate(self) -> float:
        """Learning rate of the next step, before the division by the loss scale."""
        return self._scaled_rate * self._recipe.loss_scale

    @property
    def _scaled_rate(self) -> float:
        recipe = self._recipe
        factor = learning_rate_factor(recipe, self._batches_per_epoch, self._iteration)
        return recipe.learning_rate / recipe.loss_scale * factor

    @property
    def parameters_in_use(self) -> dict[str, NDArray[np.floating]]:
        """The parameters as both stages use them, see `training.updates.in_use`."""
        return parameters_in_use(self._recipe, self.parameters, self._iteration)

    def step(self, gradients: Arrays) -> float | None:
        """Change the parameters, and restrict the norm of the feedback kernel (appendix D.2).

        Parameters
        ----------
        gradients : mapping of ndarray
            Gradients of s_l times the mean cross-entropy with respect to `parameters_in_use`, by
            parameter name.

        Returns
        -------
        float or None
            The estimated norm of the feedback kernel before the restriction; None without one.

        Raises
        ------
        DivergenceError
            If a parameter is no longer finite.
        """
        learned = gradients_of_learned(self._recipe, self.parameters, gradients, self._iteration)
        self._descend(
            {
                name: torch.from_numpy(learned[name]).to(tensor.dtype)
                for name, tensor in self._tensors.items()
            }
        )
        for name, tensor in self._tensors.items():
            if not torch.isfinite(tensor).all():
                raise DivergenceError(
                    f"the training diverged: '{name}' holds NaN or infinite values; "
                    "try a lower --learning-rate"
                )
        norm = self._restrict_feedback()
        self._iteration += 1
        return norm

    def _descend(self, gradients: Mapping[str, torch.Tensor]) -> None:
        """Do one step of SGD.

        As a function: the class `torch.optim.SGD` imports torch's compiler at its first step,
        which takes longer than starting Brian2.
        """
        sgd(
            list(self._tensors.values()),
            [gradients[name] for name in self._tensors],
            [self._momentum[name] for name in self._tensors],
            weight_decay=self._recipe.weight_decay,
            momentum=self._recipe.momentum,
            lr=self._scaled_rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )

    def _restrict_feedback(self) -> float | None:
        if RESTRICTED not in self._tensors:
            return None
        recipe, kernel = self._recipe, self._tensors[RESTRICTED].numpy()
        probes = stream(recipe.seed, "norm probes", self._iteration)
        if recipe.norm_restriction == "projection":
            return restrict(kernel, recipe.feedback_norm, probes)
        return estimated_norm(kernel, probes)
