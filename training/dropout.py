"""Variational dropout (appendix D.1): one mask for all time steps of both stages.

A mask has one value per sample and channel, drawn anew for every batch: 0 with probability p,
otherwise 1 / (1 - p). It multiplies what a layer receives (D in Algorithms 1 and 2), or what the
feedback sends to layer 1 (D_f).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from networks import Architecture
from networks.connections import Dense
from training.randomness import stream
from training.recipe import DropoutLayers


def dropped_layers(architecture: Architecture, layers: DropoutLayers) -> dict[str, int]:
    """Return the number of channels of every layer (or feedback) that has dropout, by name.

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
        dense = [layer for layer in weighted if isinstance(layer.connection, Dense)]
        return {layer.name: layer.shape[0] for layer in dense[:1]}
    channels = {layer.name: layer.shape[0] for layer in weighted}
    if architecture.feedback is not None:
        channels["feedback"] = architecture.layers[0].shape[0]
    return channels


def dropout_masks(
    architecture: Architecture,
    rate: float,
    layers: DropoutLayers,
    batch: int,
    seed: int,
    iteration: int,
) -> dict[str, NDArray[np.float64]]:
    """Draw the masks of one batch.

    Parameters
    ----------
    architecture : Architecture
        The network.
    rate : float
        Probability p that a value is 0, in [0, 1). With 0 there are no masks.
    layers : {"all", "first-dense"}
        See `dropped_layers`.
    batch : int
        Samples in this batch.
    seed, iteration : int
        They settle the masks.

    Returns
    -------
    dict
        Masks by ``layer1``, ..., ``feedback``: (batch, channels, 1, 1), or (batch, units) for a
        dense layer.
    """
    if rate == 0:
        return {}
    generator = stream(seed, "dropout", iteration)
    first = architecture.layers[0]
    shapes = {layer.name: layer.shape for layer in architecture.layers} | {"feedback": first.shape}
    masks = {}
    for name, channels in dropped_layers(architecture, layers).items():
        kept = generator.random((batch, channels)) >= rate
        trailing = (1,) * (len(shapes[name]) - 1)
        masks[name] = kept.reshape(batch, channels, *trailing) / (1 - rate)
    return masks
