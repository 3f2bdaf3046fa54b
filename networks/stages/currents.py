"""The constant currents of stage 1: what a layer receives that is not spikes.

The input is the same at every step, or changes with the frames only, so F^1 x + b^1 is computed
once by torch and written into layer 1 (Algorithm 1, lines 5 and 7); the other layers get their
bias (line 11). Dropout multiplies both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from networks.architecture import Layer
from networks.populations.neurons import channel_values, dropout_values
from networks.weights import Weights

Array = NDArray[np.floating]


def input_current(layer: Layer, parameters: Weights, images: Array, mask: Array | None) -> Array:
    """Return ``D^1 * (F^1 x + b^1)``.

    Parameters
    ----------
    layer : Layer
        The first one.
    parameters : Weights
        Of the whole architecture.
    images : array, shape (samples, *input_shape)
        x, of one step.
    mask : array or None
        Its dropout mask D^1, one value per sample and neuron, or per sample and channel.

    Returns
    -------
    array, shape (samples, *layer.shape)
    """
    w = parameters.tensors.get(f"{layer.name}.weight")
    x = torch.as_tensor(images)
    if x.ndim == 4:
        x = x.contiguous(memory_format=torch.channels_last)  # the layout of the populations
    current: Array = layer.connection.apply(w, x).numpy()
    if np.may_share_memory(current, images):  # a connection may be a view of what it gets
        current = current.copy()
    bias = parameters.get(f"{layer.name}.bias")
    if bias is not None:
        current += channel_values(bias, layer.shape)
    if mask is not None:
        current *= dropout_values(mask, layer.shape)
    return current


def bias_current(
    layer: Layer, parameters: Mapping[str, Array], mask: Array | None
) -> Array | float:
    """Return ``D^l * b^l``, to broadcast over (samples, *layer.shape); 0 without a bias."""
    bias = parameters.get(f"{layer.name}.bias")
    if bias is None:
        return 0.0
    current = channel_values(bias, layer.shape)
    return current if mask is None else dropout_values(mask, layer.shape) * current
