"""Variational dropout (appendix D.1): one mask for all time steps of both stages.

A mask is drawn anew for every batch and has one value per sample and neuron, as in the authors'
code, or per sample and channel: 0 with probability p, otherwise 1 / (1 - p). It multiplies what a
layer receives (D in Algorithms 1 and 2), or what the feedback sends to layer 1 (D_f).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from networks import Architecture
from networks.connections import Shape
from training.randomness import stream
from training.recipes.recipe import DropoutLayers, Recipe

_BITS = 16
"""Random bits per neuron; those on the verge get more."""


def dropped_layers(architecture: Architecture, layers: DropoutLayers) -> dict[str, Shape]:
    """Return the shape of every layer (or feedback) that has dropout, by name.

    Parameters
    ----------
    architecture : Architecture
        The network.
    layers : {"all", "first-dense"}
        Every layer with weights and the feedback, or only the first dense layer (appendix D.3:
        the degraded feed-forward networks).
    """
    weighted = [layer for layer in architecture.layers if layer.connection.has_parameters]
    if layers == "first-dense":
        dense = [layer for layer in weighted if layer.connection.fully_connected]
        return {layer.name: layer.shape for layer in dense[:1]}
    shapes = {layer.name: layer.shape for layer in weighted}
    if architecture.feedback is not None:
        shapes["feedback"] = architecture.layers[0].shape
    return shapes


def dropout_masks(
    architecture: Architecture, recipe: Recipe, batch: int, iteration: int
) -> dict[str, NDArray[np.floating]]:
    """Draw the masks of one batch.

    Parameters
    ----------
    architecture : Architecture
        The network.
    recipe : Recipe
        Its dropout (the probability p that a value is 0; with 0 there are no masks),
        dropout_layers, dropout_per, seed and dtype.
    batch : int
        Samples in this batch.
    iteration : int
        It settles the masks, together with the seed.

    Returns
    -------
    dict
        Masks by ``layer1``, ..., ``feedback``: (batch, *layer.shape) with a value per neuron,
        (batch, channels, 1, 1) with one per channel, (batch, units) for a dense layer.
    """
    if recipe.dropout == 0:
        return {}
    generator = stream(recipe.seed, "dropout", iteration)
    masks: dict[str, NDArray[np.floating]] = {}
    for name, shape in dropped_layers(architecture, recipe.dropout_layers).items():
        if recipe.dropout_per == "channel":
            kept = generator.random((batch, shape[0])) >= recipe.dropout
            kept = kept.reshape(batch, shape[0], *(1 for _ in shape[1:]))
        else:
            kept = _kept(generator, recipe.dropout, batch, shape)
        scale = np.dtype(recipe.dtype).type(1 / (1 - recipe.dropout))
        masks[name] = np.multiply(kept, scale, dtype=recipe.dtype)
    return masks


def _kept(
    generator: np.random.Generator, rate: float, batch: int, shape: Shape
) -> NDArray[np.bool_]:
    """Whether each neuron is kept, shape (batch, *shape), channel-last in memory.

    An image of MNIST has 31,360 such neurons, so a double-precision number for each is too slow.
    The probability is exact none the less: 16 bits decide where they can, and the neurons whose
    bits are on the verge, one in 65,536, get a number of their own.
    """
    count = batch * math.prod(shape)
    words = generator.integers(2**64, size=-(-count * _BITS // 64), dtype=np.uint64)
    bits = words.view(np.uint16)[:count]
    verge = math.floor(rate * 2**_BITS)
    kept = bits > verge
    undecided = np.flatnonzero(bits == verge)
    kept[undecided] = generator.random(len(undecided)) >= rate * 2**_BITS - verge
    if len(shape) == 1:
        return kept.reshape(batch, *shape)
    channels, height, width = shape
    return kept.reshape(batch, height, width, channels).transpose(0, 3, 1, 2)
