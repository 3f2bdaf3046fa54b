"""A layer type that NIR has no node for is a matrix there: each channel with its own kernel."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import cached_property

import nir
import numpy as np
import pytest
import torch

from networks.connections import Connection, Taps, units
from networks.exchange import TrainedNetwork
from networks.exchange.nir_graph import flat_results, to_bytes
from tests.networks.builders import architecture, random_images, random_parameters
from tests.networks.exchange.stepping import step_graph

STEPS = 12


@dataclass(frozen=True)
class Depthwise(Connection):
    """3 x 3, written as the guide 'Add a layer type' asks for."""

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (self.source_shape[0], 1, 3, 3)

    @property
    def channelwise(self) -> bool:
        return True

    @cached_property
    def taps(self) -> Taps:
        size = (self.source_shape[1], self.source_shape[2])
        return Taps.from_grid(size, size, 3, 1, 1)

    def kernel(self, weight: torch.Tensor | None) -> torch.Tensor:
        assert weight is not None
        return weight.flatten(1).T

    def apply(self, weight: torch.Tensor | None, source: torch.Tensor) -> torch.Tensor:
        assert weight is not None
        return torch.nn.functional.conv2d(source, weight, padding=1, groups=len(weight))

    def weight_gradient(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError


def test_its_weight_is_read_back() -> None:
    connection = Depthwise((3, 4, 5), (3, 4, 5))
    weight = np.random.default_rng(0).normal(size=connection.weight_shape)
    read = connection.weight_of_nir(connection.nir_node(weight, None))
    np.testing.assert_array_equal(read, weight)


def test_another_stepping_of_the_graph_gives_the_spikes_of_stage_1() -> None:
    """And the file says that a reader must not compare the shapes of its nodes."""
    plain = architecture("3C3-3C3", (2, 4, 5))
    first, second = plain.layers
    own = replace(second, connection=Depthwise(first.shape, second.shape))
    network = replace(plain, layers=(first, own))
    trained = TrainedNetwork(
        architecture=network, weights=random_parameters(network), v_rest=-0.5, steps=STEPS
    )
    images = random_images(network, 2).astype("float32")
    alpha = trained.forward_network(2).run(images, STEPS).alpha
    assert 0 < alpha["layer2"].mean() < 1
    content = to_bytes(trained)
    with pytest.raises(ValueError, match="type"):
        nir.read(io.BytesIO(content))
    graph = nir.read(io.BytesIO(content), type_check=False)
    ((name, matrix),) = flat_results(graph.nodes, graph.edges).items()
    assert name == "layer2_input"
    assert matrix.shape == (units(own.shape), units(first.shape))
    for sample, image in enumerate(images):
        spikes = step_graph(graph, image, STEPS)["layer2_spikes"]
        np.testing.assert_array_equal(spikes.sum(axis=0), np.rint(alpha["layer2"][sample] * STEPS))
