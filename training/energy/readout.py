"""Work of the readout on the way back, which is the same in all methods.

It sees rates once: ``g = W_o^T e`` multiplies every weight with a real number, and the gradient of
W_o is a product of e with every rate that is not zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from networks import Architecture
from networks.architecture import Layer
from training.energy.work import Work

Array = NDArray[np.floating]

READOUT = "readout"


def readout_back(
    architecture: Architecture, images: int, layer: Layer | None = None, where: str = READOUT
) -> Work:
    """From the loss to the neurons of a layer.

    Parameters
    ----------
    architecture : Architecture
    images : int
    layer : Layer, optional
        The last one by default; of direct feedback it may be any.
    where : str
    """
    units = (layer or architecture.output).units
    size = float(images * architecture.classes * units)
    return Work("way back", where, 0, size, size)


def readout_gradient(architecture: Architecture, rates: Array) -> Work:
    """What changes the readout's weights.

    Parameters
    ----------
    architecture : Architecture
    rates : array, shape (samples, *shape of the last layer)
        alpha of the last layer.
    """
    classes = architecture.classes
    products = float(np.count_nonzero(rates) * classes)
    return Work("gradients", READOUT, 0, products, float(rates.size * classes))
