"""The linear readout on the rates of the last layer: ``o = W_o alpha_N + b_o`` and back.

The products are torch's. NumPy's matrix library keeps its threads spinning for a while after each
product, on the cores that the networks need: a sixth of all CPU time went there.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks import NotFiniteError

Array = NDArray[np.floating]


def logits(alpha: Array, weight: Tensor, bias: Tensor) -> Array:
    """Output of the readout (Algorithm 1, the line ``o = W_o alpha_N + b_o``).

    Parameters
    ----------
    alpha : array, shape (samples, *shape of the last layer)
    weight : tensor, shape (classes, units of the last layer)
    bias : tensor, shape (classes,)

    Returns
    -------
    array, shape (samples, classes)
    """
    flat = torch.from_numpy(alpha).flatten(1)
    return torch.addmm(bias, flat, weight.T).numpy()


def output_gradient(logits_gradient: Array, weight: Tensor, shape: tuple[int, ...]) -> Array:
    """The current of stage 2, ``g = W_o^T dL/do`` (Algorithm 2, line 5).

    Parameters
    ----------
    logits_gradient : array, shape (samples, classes)
    weight : tensor, shape (classes, units of the last layer)
    shape : tuple of int
        Shape of the last layer.

    Returns
    -------
    array, shape (samples, *shape)

    Raises
    ------
    NotFiniteError
        If it is not finite: the training has diverged.
    """
    g = torch.from_numpy(logits_gradient) @ weight
    # The sum first: it is faster, and finite only if all values are.
    if not (g.sum().isfinite() or g.isfinite().all()):
        raise NotFiniteError(
            "the gradient of the loss holds NaN or infinite values: the weights of the readout or "
            "the loss_scale are too large, try smaller ones"
        )
    return g.reshape(-1, *shape).numpy()
