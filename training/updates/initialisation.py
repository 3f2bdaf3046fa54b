"""Initial parameters, from an explicit seed.

Biases start at 0. The feedback kernel of a transposed convolution starts ten times smaller than
the rule says, well inside the norm that the restriction (appendix D.2) allows. The readout is by
default what PyTorch makes of a linear layer: weights and bias uniform in +-1/sqrt(fan-in), about
2.4 times narrower than the Kaiming-normal rule. It scales the output gradient g.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from networks import Architecture
from training.randomness import integer_seed
from training.recipes.recipe import Recipe
from training.updates.normalisation import initial_gains

FEEDBACK_SCALE = 0.1


def initial_parameters(
    architecture: Architecture, recipe: Recipe
) -> dict[str, NDArray[np.floating]]:
    """Draw the parameters that a training starts from.

    Parameters
    ----------
    architecture : Architecture
        Whose parameters.
    recipe : Recipe
        Its initialisation (normal with variance 2 / fan-in, the MNIST networks, or uniform on
        [-1, 1] and divided by the Euclidean norm of each output's weights, appendix D.3, the CIFAR
        networks), readout_initialisation, seed and dtype.

    Returns
    -------
    dict
        Arrays by parameter name, in PyTorch's layouts, and gains, see
        `training.updates.normalisation`.

    Raises
    ------
    ValueError
        If a layer cannot be normalised, see `training.updates.gains`.
    MemoryError
        If there is no room for them.
    """
    transposed = {
        f"{layer.name}.weight" for layer in architecture.layers if layer.connection.upsamples
    }
    if architecture.feedback is not None and architecture.feedback.upsamples:
        transposed.add("feedback.weight")
    uniform = recipe.readout_initialisation == "uniform"
    parameters = {}
    for index, (name, shape) in enumerate(architecture.parameter_shapes().items()):
        values = torch.from_numpy(np.zeros(shape))  # NumPy says `MemoryError`, torch does not
        generator = Generator().manual_seed(integer_seed(recipe.seed, "initialisation", index))
        if uniform and name.startswith("readout."):
            bound = architecture.output.units**-0.5
            nn.init.uniform_(values, -bound, bound, generator=generator)
        elif name.endswith(".weight"):
            # A transposed convolution has its outputs on the second axis.
            kernel = values.transpose(0, 1) if name in transposed else values
            _RULES[recipe.initialisation](kernel, generator)
            if name == "feedback.weight" and name in transposed:
                values *= FEEDBACK_SCALE
        parameters[name] = values.numpy().astype(recipe.dtype)
    return parameters | initial_gains(architecture, recipe, parameters)


def _kaiming_normal(kernel: Tensor, generator: Generator) -> None:
    nn.init.kaiming_normal_(kernel, nonlinearity="relu", generator=generator)


def _uniform_normalised(kernel: Tensor, generator: Generator) -> None:
    nn.init.uniform_(kernel, -1.0, 1.0, generator=generator)
    kernel /= kernel.flatten(1).norm(dim=1).view(-1, *[1] * (kernel.dim() - 1))


_RULES: dict[str, Callable[[Tensor, Generator], None]] = {
    "kaiming-normal": _kaiming_normal,
    "uniform-normalised": _uniform_normalised,
}
