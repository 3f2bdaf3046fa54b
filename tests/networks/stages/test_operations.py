"""Synaptic operations by hand: neurons that fire at every step, and what their spikes reach."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from equations import TernaryCouple, TracePair, integrate_and_fire
from networks import Architecture, BackwardNetwork, ForwardNetwork, SynapsesKind
from networks.simulation import Simulation
from networks.stages.learning import Stage1Rates
from networks.synapses.explicit import synapse_table
from tests.networks.builders import architecture

#: Two 3 x 3 layers of one channel; a kernel of 3 x 3 reaches 4 neurons from a corner, 6 from an
#: edge and 9 from the centre, which are 49 in all.
NETWORK = Architecture.parse("1C3-1C3", (1, 3, 3), 2)
STEPS = 5
CENTRE = np.zeros((1, 1, 3, 3))
CENTRE[..., 1, 1] = 1


def parameters(network: Architecture, bias: float) -> dict[str, np.ndarray]:
    """Nothing but biases of layer 1."""
    zeros = {name: np.zeros(shape) for name, shape in network.parameter_shapes().items()}
    return {**zeros, "layer1.bias": zeros["layer1.bias"] + bias}


def test_a_spike_at_the_border_reaches_less() -> None:
    connection = NETWORK.layers[1].connection
    assert_array_equal(connection.fan_out, [4, 6, 4, 6, 9, 6, 4, 6, 4])
    assert_array_equal(connection.fan_in, connection.fan_out)


@pytest.mark.parametrize(
    "notation", ["3C3s-4C3 (F3C3)", "2C5s-3C3-P2-2C3u-7", "2C3-P2-4C1 (F2C3u)", "5-4-3 (F5)"]
)
def test_fans_are_those_of_the_table_of_synapses(notation: str) -> None:
    network = architecture(notation, (2, 4, 8) if "u" in notation else (2, 6, 4))
    feedback = [network.feedback] if network.feedback else []
    for connection in [*(layer.connection for layer in network.layers), *feedback]:
        (pre, post), _ = synapse_table(connection, 1)
        for ends, shape, fan in (
            (pre, connection.source_shape, connection.fan_out),
            (post, connection.target_shape, connection.fan_in),
        ):
            counted = np.bincount(ends, minlength=int(np.prod(shape))).reshape(-1, shape[0])
            assert_array_equal(counted, np.repeat(fan[:, None], shape[0], axis=1))
            assert fan.sum() * shape[0] == connection.synapses


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
@pytest.mark.parametrize("samples", [1, 2])
def test_stage_1(synapses: SynapsesKind, samples: int) -> None:
    """Of a group for two samples, only those that are there count."""
    stage = ForwardNetwork(NETWORK, integrate_and_fire(), 2, synapses=synapses, dtype="float64")
    stage.set_parameters(parameters(NETWORK, 2.0))
    images = np.zeros((samples, 1, 3, 3))
    assert stage.pathways == {"layer2": 49}
    assert stage.run(images, STEPS, count=True).operations == {"layer2": samples * STEPS * 49}
    assert stage.run(images, STEPS).operations == {}


def test_feedback_and_two_channels() -> None:
    """2 neurons fire and reach 3 each; nobody there fires, so the feedback is silent."""
    network = Architecture.parse("2-3 (F2)", (1,), 2)
    stage = ForwardNetwork(network, integrate_and_fire(), 1, dtype="float64")
    stage.set_parameters(parameters(network, 2.0))
    counted = stage.run(np.zeros((1, 1)), STEPS, count=True).operations
    assert counted == {"layer2": STEPS * 2 * 3, "feedback": 0}
    stage.set_parameters({**parameters(network, 2.0), "layer2.bias": np.full(3, 2.0)})
    counted = stage.run(np.zeros((1, 1)), STEPS, count=True).operations
    assert counted == {"layer2": STEPS * 2 * 3, "feedback": STEPS * 3 * 2}


def backward(
    neurons: TernaryCouple | TracePair, *, couple: bool | None = None, dropout: float = 1.0,
    synapses: SynapsesKind = "shared", learns: bool = False,
) -> dict[str, float]:  # fmt: skip
    """All neurons of layer 2 fire at every step; only the centre one is open."""
    simulation = Simulation(
        dtype="float64", synapses=synapses, learning="spikes" if learns else "rates"
    )
    stage = BackwardNetwork(NETWORK, neurons, 1, simulation, couple=couple)
    stage.set_parameters(parameters(NETWORK, 0.0))
    one = np.ones((1, 1, 3, 3))
    return stage.run(
        -one, {"layer1": one, "layer2": CENTRE}, STEPS, rescale=0.5, count=True,
        dropout_masks={"layer2": dropout * one},
        learn_from=Stage1Rates(one, {"layer1": one, "layer2": one}) if learns else None,
    ).operations  # fmt: skip


@pytest.mark.parametrize("synapses", ["shared", "explicit"])
def test_stage_2_sends_what_is_neither_masked_nor_dropped(synapses: SynapsesKind) -> None:
    assert backward(TernaryCouple(), synapses=synapses) == {"layer2": STEPS * 9}
    assert backward(TernaryCouple(), synapses=synapses, dropout=1.25) == {"layer2": STEPS * 9}
    assert backward(TernaryCouple(), synapses=synapses, dropout=0.0) == {"layer2": 0}


def test_a_spike_of_two_sides_reaches_two_sides_and_a_couple_resets_its_partner() -> None:
    assert backward(TracePair()) == {"layer2": STEPS * 2 * 9}
    assert backward(TernaryCouple(), couple=True) == {
        "layer2": STEPS * 2 * 9,
        "layer1.couple": 0,
        "layer2.couple": STEPS * 9,
    }


def test_what_spikes_teach() -> None:
    """The open neuron's spikes change 9 weights and a bias, dropout or not."""
    assert backward(TernaryCouple(), learns=True, dropout=0.0) == {
        "layer2": 0,
        "layer1.weight.learning": 0,
        "layer1.bias.learning": 0,
        "layer2.weight.learning": STEPS * 9,
        "layer2.bias.learning": STEPS,
    }
