"""Weight standardisation with a gain: a normalisation that needs nothing of the images.

Batch normalisation looks at all images of a batch, which neuromorphic hardware does not hold at
once. This one is a function of the weights alone, written into the synapses before each batch
(Qiao et al. 2019; with a gain Brock et al. 2021). For every output channel, over its fan-in,

    W' = gain * (W - mean W) / sqrt(fan-in * var W + 1e-4)

so that the weights of a neuron have mean 0 and a norm that is its gain; gains learn like weights.
They begin with the norms of the initial weights. Only the layers have gains: the norm of the
feedback has a limit of its own (appendix D.2), and the readout scales g.

Both stages use W', so the gradients that they give are those of W'; torch takes them through the
formula to W and the gain.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks import Architecture
from networks.connections.differentiated import differentiated
from training.recipes.recipe import Recipe
from training.updates.gains import GAIN, WEIGHT, gain_shapes

EPSILON = 1e-4

Arrays = Mapping[str, NDArray[np.floating]]


def initial_gains(
    architecture: Architecture, recipe: Recipe, parameters: Arrays
) -> dict[str, NDArray[np.floating]]:
    """Gains with which training starts at weights as large as the initial ones."""
    gains = {}
    for name, shape in gain_shapes(architecture, recipe).items():
        weight = torch.from_numpy(parameters[name.removesuffix(GAIN) + WEIGHT]).double()
        norm = weight.square().sum(_fan_in(shape), keepdim=True).sqrt()
        gains[name] = norm.numpy().astype(recipe.dtype)
    return gains


def standardised(weight: Tensor, gain: Tensor) -> Tensor:
    """``gain * (W - mean) / sqrt(fan-in * var + 1e-4)``, output by output."""
    centred = weight - weight.mean(_fan_in(gain.shape), keepdim=True)
    # fan-in times the variance is the sum of squares.
    square = centred.square().sum(_fan_in(gain.shape), keepdim=True)
    return gain * centred * (square + EPSILON).rsqrt()


def normalise(parameters: Arrays) -> dict[str, NDArray[np.floating]]:
    """The weights that the stages use, in place of those that learn and their gains.

    Parameters
    ----------
    parameters : dict of ndarray
        Those of the architecture, and gains; without gains they are returned as they are.
    """
    used = {name: value for name, value in parameters.items() if not name.endswith(GAIN)}
    for name in parameters.keys() - used.keys():
        weight = name.removesuffix(GAIN) + WEIGHT
        used[weight] = standardised(
            torch.from_numpy(parameters[weight]), torch.from_numpy(parameters[name])
        ).numpy()
    return used


@differentiated()
def back_through(parameters: Arrays, gradients: Arrays) -> dict[str, NDArray[np.floating]]:
    """Gradients of what learns, from those of `normalise` (parameters).

    Parameters
    ----------
    parameters : dict of ndarray
        What learns, gains included.
    gradients : dict of ndarray
        Of the weights that the stages used.

    Returns
    -------
    dict of ndarray
        By the names of `parameters`.
    """
    found = dict(gradients)
    for name in parameters:
        if not name.endswith(GAIN):
            continue
        weight = name.removesuffix(GAIN) + WEIGHT
        learns = [torch.tensor(parameters[each], requires_grad=True) for each in (weight, name)]
        given = torch.from_numpy(np.ascontiguousarray(gradients[weight])).to(learns[0].dtype)
        both = torch.autograd.grad(standardised(*learns), learns, given)
        found[weight], found[name] = (each.numpy() for each in both)
    return found


def _fan_in(shape: tuple[int, ...]) -> list[int]:
    """The axes over which a gain of this shape is the same."""
    return [axis for axis, size in enumerate(shape) if size == 1]
