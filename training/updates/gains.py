"""What learns beside the parameters of an architecture: the gains of its normalised layers.

`training.updates.normalisation` says what they are for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from networks import Architecture
from training.recipes.recipe import Recipe

WEIGHT, GAIN = ".weight", ".gain"


def gain_shapes(architecture: Architecture, recipe: Recipe) -> dict[str, tuple[int, ...]]:
    """Shapes of the gains by name, ``layer1.gain``, ...; none without normalisation.

    A gain has the axes of its weight, all of length 1 but that of the outputs.

    Raises
    ------
    ValueError
        If the neurons of a layer have a single input, of which nothing would be left.
    """
    if recipe.normalisation == "none":
        return {}
    shapes = {}
    for layer in architecture.layers:
        shape, axis = layer.connection.weight_shape, layer.connection.output_axis
        if not shape:
            continue
        if np.prod(shape) == shape[axis]:
            raise ValueError(
                f"the neurons of {layer.name}, '{layer.notation}', have a single input, and "
                "normalisation 'weight' subtracts its weight's mean: choose normalisation 'none'"
            )
        shapes[f"{layer.name}{GAIN}"] = tuple(
            size if number == axis else 1 for number, size in enumerate(shape)
        )
    return shapes


def learned_parameters(architecture: Architecture, recipe: Recipe) -> int:
    """Number of values that learn: the parameters of the architecture and the gains."""
    gains = sum(math.prod(shape) for shape in gain_shapes(architecture, recipe).values())
    return architecture.parameters + gains


def check_learned(
    architecture: Architecture, recipe: Recipe, arrays: Mapping[str, NDArray[np.floating]]
) -> None:
    """Refuse what is not all that learns.

    Raises
    ------
    ValueError
        If a parameter or a gain is missing, superfluous, of another shape, or not finite.
    """
    shapes = gain_shapes(architecture, recipe)
    for name, shape in shapes.items():
        if name not in arrays:
            raise ValueError(f"the gain '{name}' of '{architecture.notation}' is missing")
        if arrays[name].shape != shape:
            raise ValueError(f"'{name}' has shape {arrays[name].shape}: it must be {shape}")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"'{name}' holds NaN or infinite values")
    architecture.check_parameters(
        {name: values for name, values in arrays.items() if name not in shapes}
    )
