"""Gradients from rates: the loss of the readout, and Algorithm 2, lines 16-21.

The gradient of a weight between spiking neurons is a product of the two rates of the neurons that
it joins: beta of its target (masked) and alpha of its source, times 1 / (V_th - u_rest). Layer 1
has the input in place of alpha. The readout, which is no spiking layer, has the gradient of the
logits in place of beta. Nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import log_softmax

from equations import average_rate_weight
from networks import Architecture
from training.methods.parts.batch import Batch

Array = NDArray[np.floating]


def loss_and_gradient(
    logits: Array, labels: NDArray[np.integer], loss_scale: float, batch: int | None = None
) -> tuple[float, Array]:
    """Mean cross-entropy, and the gradient of ``loss_scale`` times it.

    Parameters
    ----------
    logits : array, shape (samples, classes)
    labels : int array, shape (samples,)
        See `networks.arrays.class_labels`.
    loss_scale : float
        s_l (section 4.3).
    batch : int, optional
        B, the samples of the whole batch if these are a part of it; loss and gradient are then
        what they add to those of the batch.

    Returns
    -------
    loss : float
        Not scaled.
    gradient : array, shape (samples, classes)
        ``s_l / B * (softmax - onehot)``.
    """
    samples = len(logits)
    log_probabilities = log_softmax(torch.as_tensor(logits), dim=1).numpy()
    # The rest is written out: for so small a matrix the calls cost more than the arithmetic, those
    # of automatic differentiation most.
    own = (np.arange(samples), labels)
    counted = samples if batch is None else batch
    with np.errstate(under="ignore"):  # a class that is out of the question
        gradient = (loss_scale / counted) * np.exp(log_probabilities)
    gradient[own] -= loss_scale / counted
    return -float(log_probabilities[own].sum()) / counted, gradient


def average_input(batch: Batch, leak: float) -> Array:
    """The input of a neuron of layer 1, averaged over time as its spikes are.

    Parameters
    ----------
    batch : Batch
        Whose images are constant or, as frames, have the steps first.
    leak : float
    """
    frames = batch.images
    if not batch.frames:
        return frames
    average = np.zeros_like(frames[0])
    for frame in frames:
        average = leak * average + frame
    return average / average_rate_weight(leak, len(frames), frames.dtype)


def local_gradients(
    architecture: Architecture,
    x: Array,
    alpha: Mapping[str, Array],
    local: Mapping[str, Array],
    rescale: float,
    logits_gradient: Array,
) -> dict[str, Array]:
    """Gradients of all parameters, summed over the batch.

    Parameters
    ----------
    architecture : Architecture
    x : array, shape (samples, *input_shape)
        The input, averaged over time if it came in frames.
    alpha : dict of array
        Rates of stage 1 by layer.
    local : dict of array
        ``m * beta`` by layer.
    rescale : float
        1/(V_th - u_rest) of stage 1.
    logits_gradient : array, shape (samples, classes)

    Returns
    -------
    dict of array
        By parameter name, shaped as `Architecture.parameter_shapes` says.
    """
    layers = architecture.layers
    source = torch.as_tensor(x)
    gradients: dict[str, torch.Tensor] = {}
    for layer in layers:
        here = torch.as_tensor(local[layer.name])
        if layer.connection.has_parameters:
            gradients[f"{layer.name}.weight"] = layer.connection.weight_gradient(here, source)
            gradients[f"{layer.name}.bias"] = here.sum(dim=(0, *range(2, here.ndim)))
        source = torch.as_tensor(alpha[layer.name])
    if architecture.feedback is not None:
        first = torch.as_tensor(local[layers[0].name])
        gradients["feedback.weight"] = architecture.feedback.weight_gradient(first, source)
    for gradient in gradients.values():  # fewer numbers than the rates of a batch
        gradient *= rescale
    return {
        **{name: gradient.numpy() for name, gradient in gradients.items()},
        **readout_gradients(alpha[architecture.output.name], logits_gradient),
    }


def readout_gradients(alpha: Array, logits_gradient: Array) -> dict[str, Array]:
    """Gradients of the readout, which has no spikes, summed over the batch.

    Parameters
    ----------
    alpha : array, shape (samples, *shape of the last layer)
        Rates of stage 1.
    logits_gradient : array, shape (samples, classes)

    Returns
    -------
    dict of array
        ``readout.weight`` and ``readout.bias``.
    """
    errors = torch.as_tensor(logits_gradient)
    return {
        "readout.weight": (errors.T @ torch.as_tensor(alpha).flatten(1)).numpy(),
        "readout.bias": errors.sum(dim=0).numpy(),
    }
