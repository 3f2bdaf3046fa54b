"""Small networks and random values for the tests of this folder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from networks import Architecture

Array = NDArray[np.floating]


def architecture(
    notation: str = "3C3s-4C3 (F3C3)", input_shape: tuple[int, ...] = (2, 6, 4)
) -> Architecture:
    """A small architecture with two classes; by default 3 x 3 x 2 and 4 x 3 x 2 neurons."""
    return Architecture.parse(notation, input_shape, 2)


def random_parameters(network: Architecture, seed: int = 1) -> dict[str, Array]:
    """Dyadic weights, with which both stages carry no rounding."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.integers(-4, 9, shape) / 16 for name, shape in network.parameter_shapes().items()
    }


def random_images(network: Architecture, samples: int, seed: int = 2) -> Array:
    """Dyadic images, shape (samples, *input_shape)."""
    rng = np.random.default_rng(seed)
    return rng.integers(-2, 9, (samples, *network.input_shape)) / 8


def random_gradient(network: Architecture, samples: int, seed: int = 3) -> Array:
    """A dyadic gradient for the last layer, shape (samples, *shape of the last layer)."""
    rng = np.random.default_rng(seed)
    return rng.integers(-8, 9, (samples, *network.output.shape)) / 16


def random_masks(network: Architecture, samples: int, seed: int = 4) -> dict[str, Array]:
    """Masks m of every layer: half of the neurons."""
    rng = np.random.default_rng(seed)
    return {
        layer.name: rng.integers(0, 2, (samples, *layer.shape)).astype(float)
        for layer in network.layers
    }


def random_dropout(network: Architecture, samples: int, seed: int = 5) -> dict[str, Array]:
    """Dropout masks of every connection, one value per sample and channel."""
    rng = np.random.default_rng(seed)
    shapes = {layer.name: layer.shape for layer in network.layers}
    if network.feedback is not None:
        shapes["feedback"] = network.layers[0].shape
    return {
        name: rng.choice((0.0, 2.0), (samples, shape[0], *(1 for _ in shape[1:])))
        for name, shape in shapes.items()
    }
