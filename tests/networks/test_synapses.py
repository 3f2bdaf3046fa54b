"""Shared and explicit synapses send the same spikes to the same neurons with the same weights.

Shared synapses have two loop orders, one for few spikes in a sample and one for many, a third for
pooling, and work on blocks of target channels. Samples with one spike, with some and with nothing
but spikes, and numbers of channels beside and beyond a block, take every path.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from brian2 import NeuronGroup, ms
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from equations import BACKWARD, FORWARD, integrate_and_fire, ternary
from networks import Architecture, ForwardNetwork, SynapsesKind
from networks.brian.network import BrianNetwork
from networks.connections import Connection, Shape, units
from networks.populations.neurons import neuron_group, state
from networks.schedule import Slots, layer_slots
from networks.synapses import REALISATIONS
from tests.oracles.reference_wiring import wire

Array = NDArray[np.float64]

#: Share of the neurons that fire, by sample; the first one has a single spike.
SHARES = (0.0, 0.0, 1.0, 0.05, 0.5, 0.9)

CONNECTIONS = [
    ("1C3", (1, 5, 6)),
    ("13C3s", (9, 6, 5)),
    ("8C5", (16, 4, 4)),
    ("33C3", (3, 4, 3)),
    ("40C3u", (5, 3, 3)),
    ("100C1", (33, 2, 2)),
    ("9C2", (73, 3, 3)),
    ("P2", (5, 6, 7)),
    ("P2", (72, 2, 2)),
    ("70", (3, 4, 4)),
    ("35", (150,)),
    ("1", (7,)),
]


def group(shape: Shape, layer: str, v_threshold: float, dtype: str) -> NeuronGroup:
    """Ternary neurons with all variables that a synapse may read, dyadic and all different."""
    variables = BACKWARD.neuron_variables
    neurons = neuron_group(
        ternary(v_threshold, v_threshold - 1.0), shape, len(SHARES), variables=variables,
        name=layer, slots=Slots.of_layer(layer), dtype=dtype,
        clock=BrianNetwork.step_clock(f"{layer}_clock"),
    )  # fmt: skip
    rng = np.random.default_rng(units(shape))
    neurons.variables["span_ratio"].set_value(0.5)
    state(neurons, "dropout", shape)[:] = rng.choice((0, 1, 1.25, 2), (len(SHARES), *shape))
    state(neurons, "mask", shape)[:] = rng.integers(0, 2, (len(SHARES), *shape))
    return neurons


def spikes(shape: Shape) -> Array:
    """Signed spikes of every sample, (samples, *shape)."""
    rng = np.random.default_rng(units(shape) + 1)
    count = units(shape)
    fired = rng.random((len(SHARES), count)) < np.array(SHARES)[:, None]
    fired[0, rng.integers(count)] = True
    signs: Array = rng.choice((-1.0, 1.0), fired.shape)
    return (fired * signs).reshape(-1, *shape)


def deliver(
    kind: SynapsesKind, connection: Connection, on_pre: str, weight: Array, transposed: bool,
    dtype: str,
) -> tuple[Array, NeuronGroup, NeuronGroup]:  # fmt: skip
    """What one step adds to the potentials of the target; also both populations."""
    shapes = connection.source_shape, connection.target_shape
    first, second = shapes[::-1] if transposed else shapes
    source, target = group(first, "source", 1.0, dtype), group(second, "target", 1e6, dtype)
    synapses = REALISATIONS[kind](
        source, target, connection, on_pre, batch_size=len(SHARES), transposed=transposed,
        name="synapses", when="target_synapses",
    )  # fmt: skip
    tensor = torch.from_numpy(weight) if connection.has_parameters else None
    synapses.set_weight(connection.kernel(tensor).numpy())
    network = BrianNetwork(layer_slots(["source", "target"]), source.clock)
    network.put(source, target, synapses)
    state(source, "I", first)[:] = spikes(first)
    network.run_steps(1)
    return np.array(state(target, "v", second)), source, target


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("stage", ["forward", "backward"])
@pytest.mark.parametrize(("symbol", "shape"), CONNECTIONS)
def test_both_kinds_add_what_the_matrix_says(
    symbol: str, shape: Shape, stage: str, dtype: str
) -> None:
    connection = Architecture.parse(symbol, shape, 2).layers[0].connection
    transposed = stage == "backward"
    on_pre = (BACKWARD if transposed else FORWARD).on_pre
    weight = np.random.default_rng(5).integers(-8, 9, connection.weight_shape) / 16
    matrix = wire(symbol, shape).matrix(weight if connection.has_parameters else None)

    shared, source, target = deliver("shared", connection, on_pre, weight, transposed, dtype)
    explicit, *_ = deliver("explicit", connection, on_pre, weight, transposed, dtype)

    sent = spikes(connection.target_shape if transposed else connection.source_shape)
    if transposed:
        factors = [np.array(state(source, name, sent.shape[1:])) for name in ("dropout", "mask")]
        expected = (0.5 * factors[0] * factors[1] * sent).reshape(len(sent), -1) @ matrix
    else:
        received = np.array(state(target, "dropout", connection.target_shape))
        # A spike of stage 1 has no sign: both signs of the ternary source count as one.
        expected = received.reshape(len(sent), -1) * (
            np.abs(sent).reshape(len(sent), -1) @ matrix.T
        )
    assert np.abs(expected).max() > 0
    assert_array_equal(shared, explicit, strict=True)
    assert_array_equal(shared.reshape(len(sent), -1), expected)
    assert shared.dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernel_size", [1, 3], ids=["one tap", "pairs of taps"])
def test_every_number_of_vectors(kernel_size: int, dtype: str) -> None:
    """Rows of every length up to the most sums that are held at a time, and beyond."""
    for width in range(4, 108, 8):
        symbol, shape = f"{width}C{kernel_size}", (3, 4, 4)
        connection = Architecture.parse(symbol, shape, 2).layers[0].connection
        weight = np.random.default_rng(width).integers(-8, 9, connection.weight_shape) / 16
        shared, _, target = deliver("shared", connection, FORWARD.on_pre, weight, False, dtype)
        sent = np.abs(spikes(shape)).reshape(len(SHARES), -1)
        received = np.array(state(target, "dropout", connection.target_shape))
        expected = received.reshape(len(sent), -1) * (sent @ wire(symbol, shape).matrix(weight).T)
        assert_array_equal(shared.reshape(len(sent), -1), expected)


def test_delays_are_refused() -> None:
    """They would be ignored after the compilation, and spikes would arrive in the next run."""
    network = ForwardNetwork(
        Architecture.parse("3-2 (F3)", (2,), 2), integrate_and_fire(1, -1), 2, synapses="explicit"
    )
    for synapses in (each for those in network.synapses.values() for each in those):
        with pytest.raises(ValueError, match=r"cannot have the delay 5\. ms: spikes pass the"):
            synapses.delay = 5 * ms
        with pytest.raises(TypeError, match="read-only"):
            synapses.pre.delay = 5 * ms
        assert np.all(synapses.delay == 0 * ms)
