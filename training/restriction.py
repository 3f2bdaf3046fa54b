"""The restriction of the feedback kernel's norm (appendix D.2).

Both stages converge if the spectral norm of the feedback is small enough, and the Frobenius norm
bounds it. The norm is estimated from what probes give, not read from the weights: with Gaussian
noise e as input, E ||e^T W||^2 = tr(W W^T) = ||W||_F^2 (Hutchinson 1989).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

PROBES = 64


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
