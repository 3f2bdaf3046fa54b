"""A reader of NIR from PyPI, nirtorch, steps the graphs as stage 1 does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nir
import nirtorch
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from networks.exchange import TrainedNetwork
from networks.exchange.nir_graph import graph_of
from tests.networks.builders import architecture, random_images, random_parameters

STEPS = 16


class Integrate(nn.Module):
    """The node I with a step of 1."""

    def __init__(self, node: nir.I) -> None:
        super().__init__()
        self.r = torch.from_numpy(node.r)

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        v = (0 if state is None else state) + self.r * x
        return v, v


class Apply(nn.Module):
    """A node without a state."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


tensor = torch.from_numpy

#: nirtorch has no neurons, and its Affine leaves the bias random.
MODULES: dict[Any, Callable[[Any], nn.Module]] = {
    nir.I: Integrate,
    nir.Threshold: lambda node: Apply(lambda x: (x > tensor(node.threshold)).to(x)),
    nir.Scale: lambda node: Apply(lambda x: tensor(node.scale) * x),
    nir.Affine: lambda node: Apply(lambda x: tensor(node.weight) @ x + tensor(node.bias)),
}


@pytest.mark.parametrize(
    ("notation", "input_shape"),
    [
        ("6-5", (4,)),
        ("6-5 (F6)", (4,)),
        ("3C3s-P2-6-5", (2, 8, 4)),
        ("3C3s-4C3 (F3C3)", (2, 6, 4)),
    ],
)
def test_nirtorch_gives_the_outputs_of_stage_1(notation: str, input_shape: tuple[int, ...]) -> None:
    drawn = architecture(notation, input_shape)
    weights = {name: v.astype(np.float32) for name, v in random_parameters(drawn).items()}
    network = TrainedNetwork(architecture=drawn, weights=weights, steps=STEPS)
    (image,) = images = random_images(drawn, 1).astype(np.float32)
    alpha = network.forward_network(1).run(images, STEPS).alpha[drawn.output.name]
    assert 0 < alpha.mean() < 1
    reader = nirtorch.nir_to_torch(graph_of(network), MODULES)
    state, total = None, torch.zeros(drawn.classes)
    with torch.no_grad():
        for _ in range(STEPS):
            given, state = reader(torch.from_numpy(image), state)
            total += given
    # In float32, as nirtorch's zeros. Dyadic numbers, a power of two of steps: nothing is rounded.
    wanted = weights["readout.weight"] @ alpha.ravel() + weights["readout.bias"]
    np.testing.assert_array_equal(total.numpy() / STEPS, wanted)
