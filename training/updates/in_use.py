"""From the parameters that learn to those that the stages use, and back for the gradients.

Two things lie between them: the normalisation of the layers' weights, and the re-parameterised
restriction of the feedback kernel. Neither depends on the method that learns.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from training.recipes.recipe import Recipe
from training.updates.normalisation import back_through, normalise
from training.updates.restriction import RESTRICTED, factor_in_use

Arrays = Mapping[str, NDArray[np.floating]]


def parameters_in_use(
    recipe: Recipe, parameters: Arrays, iteration: int
) -> dict[str, NDArray[np.floating]]:
    """Return the parameters as both stages use them after so many iterations.

    Parameters
    ----------
    recipe : Recipe
        Its norm_restriction, feedback_norm and seed.
    parameters : dict of ndarray
        What learns, see `Optimiser.parameters`.
    iteration : int
        Complete iterations; they settle the probes of the norm, together with the seed.
    """
    used = normalise(parameters)
    factor = factor_in_use(recipe, used, iteration)
    return used if factor == 1 else {**used, RESTRICTED: factor * used[RESTRICTED]}


def gradients_of_learned(
    recipe: Recipe, parameters: Arrays, gradients: Arrays, iteration: int
) -> dict[str, NDArray[np.floating]]:
    """Return the gradients of what learns from those of `parameters_in_use`.

    The estimate of the feedback's norm counts as a constant.
    """
    factor = factor_in_use(recipe, parameters, iteration)
    found = back_through(parameters, gradients)
    return found if factor == 1 else {**found, RESTRICTED: factor * found[RESTRICTED]}
