"""The restriction of the feedback kernel's norm (appendix D.2).

Both stages converge if the spectral norm of the feedback is small enough, and the Frobenius norm
bounds it. The norm is estimated from what probes give, not read from the weights: with Gaussian
noise e as input, E ||e^T W||^2 = tr(W W^T) = ||W||_F^2 (Hutchinson 1989).

*Projection* scales the kernel itself down after each update (Algorithm 2, line 25).
*Reparameterisation*, the authors' code, never changes the kernel: both stages use
W' = min(c, ||W||) W / ||W||, with new probes after each update, and the gradient of W is that of W'
times the same factor (the estimate counts as a constant). A kernel that has grown beyond the limit
then learns more slowly, as the factor is in both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from training.randomness import stream
from training.recipes.recipe import Recipe

PROBES = 64

RESTRICTED = "feedback.weight"
"""The parameter whose norm has a limit."""

Arrays = Mapping[str, NDArray[np.floating]]


def estimated_norm(kernel: NDArray[np.floating], generator: np.random.Generator) -> float:
    """Estimate the Frobenius norm of a kernel by 64 Gaussian probes along its first axis.

    Parameters
    ----------
    kernel : ndarray
        A kernel in PyTorch's layout, seen as a matrix W (first axis, all others).
    generator : numpy.random.Generator
        Source of the probes e ~ N(0, I).

    Returns
    -------
    float
        sqrt(mean ||e^T W||^2).
    """
    matrix = torch.from_numpy(kernel).flatten(1).double()
    probes = torch.from_numpy(generator.standard_normal((PROBES, len(matrix))))
    return float((probes @ matrix).square().sum(dim=1).mean().sqrt())


def restrict(kernel: NDArray[np.floating], limit: float, generator: np.random.Generator) -> float:
    """Scale a kernel, in place, so that its estimated norm is at most `limit` (the paper's c).

    W becomes min(c, ||W||) W / ||W||; a kernel within the limit stays as it is, bit for bit.

    Returns
    -------
    float
        The estimate of ||W|| before.
    """
    norm = estimated_norm(kernel, generator)
    if norm > limit:
        kernel *= limit / norm
    return norm


def factor_in_use(recipe: Recipe, parameters: Arrays, iteration: int) -> float:
    """Return what both stages multiply the feedback kernel with.

    Parameters
    ----------
    recipe : Recipe
        Its norm_restriction, feedback_norm and seed.
    parameters : dict of ndarray
    iteration : int
        Complete iterations; they settle the probes, together with the seed.

    Returns
    -------
    float
        At most 1; exactly 1 under projection, within the limit and without a feedback.
    """
    if recipe.norm_restriction == "projection" or RESTRICTED not in parameters:
        return 1.0
    probes = stream(recipe.seed, "norm of the kernel in use", iteration)
    norm = estimated_norm(parameters[RESTRICTED], probes)
    return recipe.feedback_norm / norm if norm > recipe.feedback_norm else 1.0
